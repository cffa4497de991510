"""What every circumstance is worth, in seconds, when somebody is chosen; the walk is not in it.

Owns these weights and who can be sent at all; not the ranking (`recommendation.py`). Pure.
"""

from typing import Final

import numpy as np

from console_server.dispatches.field import Bools, Field, Floats, Place
from telemetry_ingest.wire.presence import Presence

BUSY_S: Final = 900.0  # for each running order: it must be finished first
OTHER_GRID_S: Final = 120.0  # who knows the place finds it sooner
OWN_GROUP_S: Final = -120.0  # of the group that handles this class
SKILLED_S: Final = -180.0  # has the skill that this class asks for
LOW_BATTERY_S: Final = 300.0  # may fall silent on the way
LOW_BATTERY_BELOW_SHARE: Final = 0.2
HOLE_S: Final = 240.0  # nobody would be left in the grid
REFUSED_S: Final = 7_200.0  # this very case: asked again only when there is nobody else
SILENT_S: Final = 1_800.0  # the place is hardly more than a memory
AGE_COUNTS_FROM_S: Final = 90.0  # older than that is stale
AGE_COUNTS_TO_S: Final = 1_800.0
SHIFT_NEEDED_S: Final = 1_800.0  # with less of the shift left, it ends before the case does


def able_to_go(field: Field) -> Bools:
    """Who is on duty, has a known place and a handset, and is not on this incident already."""
    placed = ~np.isnan(field.lon) & ~np.isnan(field.lat)
    on_duty = field.presence != Presence.OFF_DUTY
    return np.asarray(on_duty & placed & field.reachable & ~field.excluded)


def circumstances_s(field: Field, hole: Bools, speed_mps: float) -> Floats:
    """What speaks against everybody, or for them (negative)."""
    age_s = np.clip(np.nan_to_num(field.fix_age_s), AGE_COUNTS_FROM_S, AGE_COUNTS_TO_S)
    return np.asarray(
        field.open_dispatches * BUSY_S
        + ~field.own_grid * OTHER_GRID_S
        + field.own_group * OWN_GROUP_S
        + field.skilled * SKILLED_S
        + (field.battery < LOW_BATTERY_BELOW_SHARE) * LOW_BATTERY_S
        + hole * HOLE_S
        + field.refused * REFUSED_S
        + (field.presence == Presence.SILENT) * SILENT_S
        + (age_s - AGE_COUNTS_FROM_S)
        + np.nan_to_num(field.accuracy_m) / speed_mps
        + field.rest_left_s
        + np.maximum(SHIFT_NEEDED_S - field.shift_left_s, 0)
    )


def leaves_hole(field: Field, place: Place) -> Bools:
    """Whose leaving would empty a grid: the only one in it who is free and reports."""
    covering = (
        (field.grid_id > 0)
        & (field.open_dispatches == 0)
        & np.isin(field.presence, (Presence.ONLINE, Presence.STALE))
    )
    counts = np.bincount(field.grid_id[covering], minlength=1)
    alone = np.zeros(len(covering), dtype=np.bool_)
    alone[covering] = counts[field.grid_id[covering]] == 1
    return np.asarray(alone & (field.grid_id != (place.grid_id or -1)))


def doubt_m(field: Field, speed_mps: float) -> Floats:
    """How far from their last fix people may be: its accuracy, and what they may have walked."""
    walked_s = np.clip(np.nan_to_num(field.fix_age_s), 0, AGE_COUNTS_TO_S)
    return np.asarray(np.nan_to_num(field.accuracy_m) + walked_s * speed_mps)
