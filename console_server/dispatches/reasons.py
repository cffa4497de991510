"""Why somebody stands where they stand in a recommendation, as codes that consoles put into words.

Owns which reasons there are and when each is given; not the ranking (`recommendation.py`). Pure.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from console_server.dispatches.circumstances import (
    AGE_COUNTS_FROM_S,
    LOW_BATTERY_BELOW_SHARE,
    SHIFT_NEEDED_S,
)
from console_server.dispatches.field import Field, Why
from console_server.streets.walking import By
from telemetry_ingest.wire.presence import Presence

COARSE_FROM_M: Final = 50.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one candidate beyond their row, in metres; `closest`: of all by walk."""

    distance_m: float
    doubt_m: float
    by: By
    closest: bool
    hole: bool


def reasons_of(field: Field, row: int, seen: Seen, skill: str | None) -> tuple[Why, ...]:
    """Every reason for and against, the walk first."""
    age_s, accuracy_m = float(field.fix_age_s[row]), float(field.accuracy_m[row])
    battery, busy = float(field.battery[row]), int(field.open_dispatches[row])
    rest_s, shift_s = float(field.rest_left_s[row]), float(field.shift_left_s[row])
    found = [
        (True, _walk(seen)),
        (bool(field.own_grid[row]), Why("own_grid")),
        (bool(field.own_group[row]), Why("own_group")),
        (bool(field.skilled[row]), Why("skilled", {"skill": skill or ""})),
        (bool(field.refused[row]), Why("refused_before")),
        (busy > 0, Why("busy", {"count": busy})),
        (rest_s > 0, Why("resting", {"restS": round(rest_s)})),
        (shift_s < SHIFT_NEEDED_S, Why("shift_ends", {"leftS": _whole(shift_s)})),
        (battery < LOW_BATTERY_BELOW_SHARE, Why("battery_low", {"battery": _rounded(battery)})),
        (not age_s <= AGE_COUNTS_FROM_S, _old_fix(age_s, seen.doubt_m)),
        (accuracy_m > COARSE_FROM_M, Why("coarse", {"accuracyM": _whole(accuracy_m)})),
        (field.presence[row] == Presence.SILENT, Why("silent")),
        (seen.by == By.UNREACHABLE, Why("unreachable")),
        (seen.hole, Why("coverage_hole", {"gridId": int(field.grid_id[row])})),
    ]
    return tuple(why for applies, why in found if applies)


def why_nobody(field: Field) -> Why:
    """What is missing first when nobody can be sent."""
    on_duty = field.presence != Presence.OFF_DUTY
    left = on_duty & ~field.excluded
    placed = left & field.reachable & ~np.isnan(field.lon) & ~np.isnan(field.lat)
    steps = [
        ("nobody_on_duty", on_duty),
        ("all_on_it", left),
        ("nobody_with_handset", left & field.reachable),
        ("nobody_with_place", placed),
    ]
    missing = next((code for code, found in steps if not found.any()), "nobody_wanted")
    return Why(missing, {"onDuty": int(on_duty.sum())})


def _walk(seen: Seen) -> Why:
    return Why("closest" if seen.closest else "distance", {"distanceM": round(seen.distance_m)})


def _old_fix(age_s: float, doubt_m: float) -> Why:
    return Why("fix_age", {"ageS": _whole(age_s), "withinM": round(doubt_m)})


def _whole(value: float) -> int:
    return round(value) if np.isfinite(value) else 0


def _rounded(share: float) -> float:
    return 0.0 if np.isnan(share) else round(share, 2)
