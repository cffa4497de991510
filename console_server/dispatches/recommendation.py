"""Who should be sent: every worker who could go, ranked, with reasons and honest doubt.

Owns the ranking; not where its columns come from (`candidates.py`). Pure and vectorised: ten
thousand workers in a few milliseconds. A rank is estimated seconds to arrival plus what each
circumstance is worth in seconds; nothing but unreachability excludes anybody.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry_ingest.wire.presence import Presence

WALKING_SPEED_MPS: Final = 1.3  # free-flow walking speed of adults, rounded down
DETOUR_FACTOR: Final = 1.3  # streets are about that much longer than the straight line in a town
EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG

BUSY_S: Final = 900.0  # for each running order: it must be finished first
OTHER_GRID_S: Final = 120.0  # who knows the place finds it sooner
OWN_GROUP_S: Final = -120.0  # of the group that handles this class
LOW_BATTERY_S: Final = 300.0  # may fall silent on the way
LOW_BATTERY_BELOW_SHARE: Final = 0.2
HOLE_S: Final = 240.0  # nobody would be left in the grid
SILENT_S: Final = 1_800.0  # the place is hardly more than a memory
AGE_COUNTS_FROM_S: Final = 90.0  # older than that is stale
AGE_COUNTS_TO_S: Final = 1_800.0
CANDIDATES_LIMIT_MAX: Final = 20  # more than a dispatcher reads; the map offers everybody else
COARSE_FROM_M: Final = 50.0

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is needed: lon/lat degrees WGS-84, the grid and the group if known."""

    lon: float
    lat: float
    grid_id: int | None = None
    group_code: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Columns of one length, one row a worker. NaN is unknown, `grid_id` 0 none.

    `reachable`: a handset can take the order. `excluded`: on this incident already.
    """

    lon: Floats
    lat: Floats
    presence: NDArray[np.uint8]
    fix_age_s: Floats
    accuracy_m: Floats
    battery: Floats
    grid_id: NDArray[np.int32]
    own_grid: Bools
    own_group: Bools
    open_dispatches: NDArray[np.int32]
    reachable: Bools
    excluded: Bools


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a message key and its values."""

    code: str
    values: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One worker who could go, by row."""

    row: int
    distance_m: float
    travel_s: float
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best first; when there is nobody, `none` says why."""

    choices: tuple[Choice, ...]
    none: Why | None = None


def rank(field_: Field, place: Place, limit: int) -> Ranking:
    """The `limit` best workers to send to the place, with every reason of each."""
    able = _able(field_)
    if not able.any():
        return Ranking((), _why_nobody(field_))
    distance_m = distances_m(field_.lon, field_.lat, place)
    travel_s = distance_m * DETOUR_FACTOR / WALKING_SPEED_MPS
    hole = leaves_hole(field_, place)
    cost_s = np.where(able, travel_s + _circumstances_s(field_, hole), np.inf)
    count = min(limit, int(able.sum()))
    best = np.argpartition(cost_s, count - 1)[:count]
    best = best[np.lexsort((best, cost_s[best]))]
    closest = int(np.argmin(np.where(able, distance_m, np.inf)))
    return Ranking(
        tuple(
            Choice(
                row,
                float(distance_m[row]),
                float(travel_s[row]),
                _reasons(field_, row, float(distance_m[row]), _extra(hole, row, closest)),
            )
            for row in map(int, best)
        )
    )


def distances_m(lon: Floats, lat: Floats, place: Place) -> Floats:
    """Great-circle distances to the place. Source: haversine formula."""
    phi, phi0 = np.radians(lat), np.radians(place.lat)
    half_phi, half_lambda = (phi - phi0) / 2, np.radians(lon - place.lon) / 2
    a = np.sin(half_phi) ** 2 + np.cos(phi) * np.cos(phi0) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(a)))


def leaves_hole(field_: Field, place: Place) -> Bools:
    """Whose leaving would empty a grid: the only one in it who is free and reports."""
    covering = (
        (field_.grid_id > 0)
        & (field_.open_dispatches == 0)
        & np.isin(field_.presence, (Presence.ONLINE, Presence.STALE))
    )
    counts = np.bincount(field_.grid_id[covering], minlength=1)
    alone = np.zeros(len(covering), dtype=np.bool_)
    alone[covering] = counts[field_.grid_id[covering]] == 1
    return np.asarray(alone & (field_.grid_id != (place.grid_id or -1)))


def _able(field_: Field) -> Bools:
    placed = ~np.isnan(field_.lon) & ~np.isnan(field_.lat)
    on_duty = field_.presence != Presence.OFF_DUTY
    return np.asarray(on_duty & placed & field_.reachable & ~field_.excluded)


def _circumstances_s(field_: Field, hole: Bools) -> Floats:
    age_s = np.clip(np.nan_to_num(field_.fix_age_s), AGE_COUNTS_FROM_S, AGE_COUNTS_TO_S)
    return np.asarray(
        field_.open_dispatches * BUSY_S
        + ~field_.own_grid * OTHER_GRID_S
        + field_.own_group * OWN_GROUP_S
        + (field_.battery < LOW_BATTERY_BELOW_SHARE) * LOW_BATTERY_S
        + hole * HOLE_S
        + (field_.presence == Presence.SILENT) * SILENT_S
        + (age_s - AGE_COUNTS_FROM_S)
        + np.nan_to_num(field_.accuracy_m) / WALKING_SPEED_MPS
    )


def _extra(hole: Bools, row: int, closest: int) -> frozenset[str]:
    """Reasons that need a look at the others."""
    found = {"closest": row == closest, "coverage_hole": bool(hole[row])}
    return frozenset(code for code, applies in found.items() if applies)


def _reasons(field_: Field, row: int, distance_m: float, extra: frozenset[str]) -> tuple[Why, ...]:
    age_s, accuracy_m = float(field_.fix_age_s[row]), float(field_.accuracy_m[row])
    battery, busy = float(field_.battery[row]), int(field_.open_dispatches[row])
    found = [
        (
            True,
            Why("closest" if "closest" in extra else "distance", {"distanceM": round(distance_m)}),
        ),
        (bool(field_.own_grid[row]), Why("own_grid")),
        (bool(field_.own_group[row]), Why("own_group")),
        (busy > 0, Why("busy", {"count": busy})),
        (battery < LOW_BATTERY_BELOW_SHARE, Why("battery_low", {"battery": _rounded(battery)})),
        (not age_s <= AGE_COUNTS_FROM_S, Why("fix_age", {"ageS": round(np.nan_to_num(age_s))})),
        (
            accuracy_m > COARSE_FROM_M,
            Why("coarse", {"accuracyM": round(np.nan_to_num(accuracy_m))}),
        ),
        (field_.presence[row] == Presence.SILENT, Why("silent")),
        ("coverage_hole" in extra, Why("coverage_hole", {"gridId": int(field_.grid_id[row])})),
    ]
    return tuple(why for applies, why in found if applies)


def _rounded(share: float) -> float:
    return 0.0 if np.isnan(share) else round(share, 2)


def _why_nobody(field_: Field) -> Why:
    on_duty = field_.presence != Presence.OFF_DUTY
    left = on_duty & ~field_.excluded
    steps = [
        ("nobody_on_duty", on_duty),
        ("all_on_it", left),
        ("nobody_with_handset", left & field_.reachable),
    ]
    missing = next((code for code, found in steps if not found.any()), "nobody_with_place")
    return Why(missing, {"onDuty": int(on_duty.sum())})
