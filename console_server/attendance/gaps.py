"""Judges each gap between two fixes: inside, outside, crossing, or unknown, and why.

Owns the heart of attendance, for many worker days at once; what comes of it are changes of state
along the time axis, which `stays.py` joins into stays. Pure, vectorised.

Source: DESIGN of attendance, "each gap between consecutive accepted fixes is judged".
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console_server.attendance.border import Bools, Floats, Ints
from console_server.attendance.columns import DayColumns, FixColumns, distance_m
from console_server.attendance.spans import SECOND_US
from console_server.attendance.stillness import lay_still
from console_server.packs.rules import JudgementRules

States = NDArray[np.int8]


class Judgement(IntEnum):
    """Where a worker was, as far as the fixes prove it."""

    INSIDE = 0
    OUTSIDE = 1
    ON_ORDER = 2
    UNKNOWN = 3


class Cause(IntEnum):
    """Why nobody can say where the worker was."""

    NONE = 0
    NO_SIGNAL = 1
    COARSE_ACCURACY = 2
    MOCK_LOCATION = 3
    IMPOSSIBLE_SPEED = 4
    NO_FIX_YET = 5
    NO_DATA = 6
    OUTAGE = 7  # the system itself was broken
    STILL = 8  # the phone lay still for hours: where its worker was is not known


CAUSES: Final = 16  # a state is judgement * CAUSES + cause
INSIDE: Final = Judgement.INSIDE * CAUSES
OUTSIDE: Final = Judgement.OUTSIDE * CAUSES
UNKNOWN: Final = Judgement.UNKNOWN * CAUSES
DEGREE_AT_MOST_M: Final = 111_200.0  # of latitude, or of longitude at the equator


@dataclass(frozen=True, eq=False, slots=True)
class Changes:
    """From each key on, until the next, the state is this one. Keys rise; rows follow rows."""

    key: Ints
    state: Ints


def judge_gaps(batch: DayColumns, rules: JudgementRules) -> tuple[Changes, Bools]:
    """States along the time axis of every row, and which fixes prove presence in the own grid."""
    fixes = batch.fixes
    coarse = _coarse(batch, rules)
    still = lay_still(fixes, rules.max_still_s)
    state, crossing = _states(fixes, coarse, still, rules)
    held = fixes.cuts[1:] > fixes.cuts[:-1]  # rows with any fix
    first, last = fixes.cuts[:-1][held], fixes.cuts[1:][held] - 1
    running = np.array([day.now_us is not None for day in batch.days], dtype=np.bool_)
    state[last] = UNKNOWN + np.where(running[held], Cause.NO_FIX_YET, Cause.NO_DATA)
    crossing[last] = False
    crossed = np.flatnonzero(crossing)
    mapped = _has_border(batch)[fixes.ground[crossed]]
    state[crossed[~mapped]] = UNKNOWN + Cause.NO_DATA
    changed = np.ones(len(state), np.bool_)
    changed[1:] = state[1:] != state[:-1]
    changed[first] = True
    leads = Changes(batch.hull_from, np.full(len(batch.days), UNKNOWN + Cause.NO_DATA, np.int64))
    outward, inward = _split(batch, crossed[mapped])
    found = Changes(fixes.key[changed], state[changed].astype(np.int64))
    changes = _merge(leads, outward, found, inward)
    proves = fixes.inside & ~(coarse | still | fixes.mock | fixes.doubtful)
    return changes, proves


def _states(
    fixes: FixColumns, coarse: Bools, still: Bools, rules: JudgementRules
) -> tuple[States, Bools]:
    """The state of the gap that begins with each fix; a crossing one counts as outside for now."""
    count = len(fixes.key)
    state = np.full(count, OUTSIDE, np.int8)
    crossing = np.zeros(count, np.bool_)
    if count < 2:
        return state, crossing
    here, there = slice(0, count - 1), slice(1, count)
    both = fixes.inside[here] & fixes.inside[there]
    state[here][both] = INSIDE
    crossing[here] = fixes.inside[here] != fixes.inside[there]
    gap_s = (fixes.at_us[there] - fixes.at_us[here]) / SECOND_US
    doubts = (  # the gravest last: it is the one that is told
        (coarse[here] | coarse[there], Cause.COARSE_ACCURACY),
        (still[here] & still[there], Cause.STILL),
        (
            _too_fast(fixes, rules.max_speed_mps * gap_s)
            | fixes.doubtful[here]
            | fixes.doubtful[there],
            Cause.IMPOSSIBLE_SPEED,
        ),
        (fixes.mock[here] | fixes.mock[there], Cause.MOCK_LOCATION),
        (gap_s > rules.max_gap_s, Cause.NO_SIGNAL),
    )
    for hit, cause in doubts:
        state[here][hit] = UNKNOWN + cause
        crossing[here][hit] = False
    return state, crossing


def _too_fast(fixes: FixColumns, reach_m: Floats) -> Bools:
    """Whether two fixes lie further apart than `reach_m`, however inaccurate both are.

    The way along the axes is never the shorter one: only where it is too long is more computed.
    """
    lon, lat = fixes.lon, fixes.lat
    detour_m = (np.abs(lon[1:] - lon[:-1]) + np.abs(lat[1:] - lat[:-1])) * DEGREE_AT_MOST_M
    far = detour_m > reach_m
    some = np.flatnonzero(far)
    moved_m = distance_m(lon[some], lat[some], lon[some + 1], lat[some + 1])
    sure_m = moved_m - fixes.accuracy_m[some] - fixes.accuracy_m[some + 1]
    far[some] = sure_m > reach_m[some]
    return far


def _coarse(batch: DayColumns, rules: JudgementRules) -> Bools:
    """Fixes whose accuracy circle reaches across the own border by more than is allowed."""
    fixes = batch.fixes
    coarse = np.zeros(len(fixes.key), np.bool_)
    some = np.flatnonzero((fixes.accuracy_m > rules.border_allowance_m) & (fixes.ground >= 0))
    some = some[_has_border(batch)[fixes.ground[some]]]
    reach_m = fixes.accuracy_m[some] - rules.border_allowance_m
    lon, lat = fixes.lon[some], fixes.lat[some]
    coarse[some] = batch.borders.within_reach(fixes.ground[some], lon, lat, reach_m)
    return coarse


def _has_border(batch: DayColumns) -> Bools:
    """By ground, whether its border is known; without a ground (-1) there is nothing to know."""
    return np.array([*(each.border is not None for each in batch.grounds), True], np.bool_)


def _split(batch: DayColumns, crossed: Ints) -> tuple[Changes, Changes]:
    """Changes to outside and to inside within the gaps in which the border was crossed."""
    fixes = batch.fixes
    moved = fixes.ground[crossed] != fixes.ground[crossed + 1]
    some = crossed[~moved]
    lon, lat = ((each[some], each[some + 1]) for each in (fixes.lon, fixes.lat))
    length_us = fixes.at_us[some + 1] - fixes.at_us[some]
    line, begin, end = batch.borders.inside_parts(fixes.ground[some], lon, lat, length_us)
    key = fixes.key[some[line]]
    shifts = [_when_ground_moved(batch, each) for each in crossed[moved].tolist()]
    moves = np.array(shifts, dtype=np.int64).reshape(-1, 2)
    begins = np.append(key + begin, moves[:, 0])
    ends = np.append(key + end, moves[:, 1])
    real = begins < ends
    outward = Changes(ends[real], np.full(int(real.sum()), OUTSIDE, np.int64))
    return outward, Changes(begins[real], np.full(int(real.sum()), INSIDE, np.int64))


def _when_ground_moved(batch: DayColumns, gap: int) -> tuple[int, int]:
    """The inside part of a gap in which the own grids or their border changed: up to, or from."""
    fixes = batch.fixes
    before, after = int(fixes.ground[gap]), int(fixes.ground[gap + 1])
    at_us = batch.grounds[after].from_us if after >= 0 else batch.grounds[before].to_us
    shift = min(max(at_us, int(fixes.at_us[gap])), int(fixes.at_us[gap + 1]))
    changed = int(fixes.key[gap]) + shift - int(fixes.at_us[gap])
    if fixes.inside[gap]:
        return int(fixes.key[gap]), changed
    return changed, int(fixes.key[gap + 1])


def _merge(*layers: Changes) -> Changes:
    """All changes by key; of several with one key the one of the last layer."""
    key = np.concatenate([layer.key for layer in layers])
    state = np.concatenate([layer.state for layer in layers])
    order = np.argsort(key, kind="stable")
    final = np.diff(key[order], append=-1) != 0
    return Changes(key[order][final], state[order][final])
