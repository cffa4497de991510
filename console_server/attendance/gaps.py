"""Judges each gap between two fixes: inside, outside, crossing, or unknown, and why.

Owns the heart of attendance, for many worker days at once; what comes of it are changes of state
along the time axis, which `stays.py` joins into stays. Pure, vectorised.

Source: DESIGN of attendance, "each gap between consecutive accepted fixes is judged".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from console_server.attendance.border import Bools, Border, Ints
from console_server.attendance.columns import DayColumns, FixColumns, distance_m
from console_server.attendance.spans import SECOND_US
from console_server.attendance.stillness import lay_still
from console_server.packs.rules import JudgementRules


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
    unmapped = crossing & ~_has_border(batch)
    state[unmapped] = UNKNOWN + Cause.NO_DATA
    last = np.diff(fixes.row, append=-1) != 0
    running = np.array([day.now_us is not None for day in batch.days], dtype=np.bool_)
    state[last] = UNKNOWN + np.where(running[fixes.row[last]], Cause.NO_FIX_YET, Cause.NO_DATA)
    changed = np.diff(state, prepend=-1) != 0
    changed[1:] |= fixes.row[1:] != fixes.row[:-1]
    lead = np.full(len(batch.days), UNKNOWN + Cause.NO_DATA, np.int64)
    split = _split(batch, np.flatnonzero(crossing & ~last & ~unmapped))
    leads = Changes(batch.hull_from, lead)
    changes = _merge(leads, split[0], Changes(fixes.key[changed], state[changed]), split[1])
    proves = fixes.inside & ~coarse & ~still & ~fixes.mock & ~fixes.doubtful
    return changes, proves


def _states(
    fixes: FixColumns, coarse: Bools, still: Bools, rules: JudgementRules
) -> tuple[Ints, Bools]:
    """The state of the gap that begins with each fix; a crossing one counts as outside for now."""
    count = len(fixes.key)
    state = np.full(count, OUTSIDE, np.int64)
    crossing = np.zeros(count, np.bool_)
    if count < 2:
        return state, crossing
    here, there = slice(0, count - 1), slice(1, count)
    both = fixes.inside[here] & fixes.inside[there]
    state[here][both] = INSIDE
    crossing[here] = fixes.inside[here] != fixes.inside[there]
    gap_s = (fixes.at_us[there] - fixes.at_us[here]) / SECOND_US
    moved_m = distance_m(fixes.lon[here], fixes.lat[here], fixes.lon[there], fixes.lat[there])
    sure_m = moved_m - fixes.accuracy_m[here] - fixes.accuracy_m[there]
    too_fast = sure_m > rules.max_speed_mps * gap_s
    doubts = (  # the gravest last: it is the one that is told
        (coarse[here] | coarse[there], Cause.COARSE_ACCURACY),
        (still[here] & still[there], Cause.STILL),
        (too_fast | fixes.doubtful[here] | fixes.doubtful[there], Cause.IMPOSSIBLE_SPEED),
        (fixes.mock[here] | fixes.mock[there], Cause.MOCK_LOCATION),
        (gap_s > rules.max_gap_s, Cause.NO_SIGNAL),
    )
    for hit, cause in doubts:
        state[here][hit] = UNKNOWN + cause
        crossing[here][hit] = False
    return state, crossing


def _coarse(batch: DayColumns, rules: JudgementRules) -> Bools:
    """Fixes whose accuracy circle reaches across the own border by more than is allowed."""
    fixes = batch.fixes
    coarse = np.zeros(len(fixes.key), np.bool_)
    suspects = np.flatnonzero((fixes.accuracy_m > rules.border_allowance_m) & (fixes.ground >= 0))
    for border, some in _by_border(batch, suspects):
        reach_m = fixes.accuracy_m[some] - rules.border_allowance_m
        coarse[some] = border.within_reach(fixes.lon[some], fixes.lat[some], reach_m)
    return coarse


def _has_border(batch: DayColumns) -> Bools:
    """Whether each fix is under a border; without an own grid there is nothing to cross."""
    known = np.array([each.border is not None for each in batch.grounds] + [True], np.bool_)
    return known[batch.fixes.ground]


def _by_border(batch: DayColumns, some: Ints) -> Iterator[tuple[Border, Ints]]:
    """The indices of fixes, one group for each border that they are under."""
    borders = {id(each.border): each.border for each in batch.grounds if each.border}
    number = {each: index for index, each in enumerate(borders)}
    of_ground = np.array(
        [number.get(id(each.border), -1) for each in batch.grounds] or [-1], dtype=np.int64
    )
    group = of_ground[batch.fixes.ground[some]]
    order = np.argsort(group, kind="stable")
    cuts = np.searchsorted(group[order], np.arange(len(borders) + 1))
    for index, border in enumerate(borders.values()):
        if cuts[index] < cuts[index + 1]:
            yield border, some[order[cuts[index] : cuts[index + 1]]]


def _split(batch: DayColumns, crossing: Ints) -> tuple[Changes, Changes]:
    """Changes to outside and to inside within the gaps in which the border was crossed."""
    fixes = batch.fixes
    moved = fixes.ground[crossing] != fixes.ground[crossing + 1]
    starts, ends = [_empty()], [_empty()]
    for border, some in _by_border(batch, crossing[~moved]):
        lon = (fixes.lon[some], fixes.lon[some + 1])
        line, begin, end = border.inside_shares(lon, (fixes.lat[some], fixes.lat[some + 1]))
        gap = some[line]
        length = fixes.at_us[gap + 1] - fixes.at_us[gap]
        starts.append(fixes.key[gap] + np.rint(begin * length).astype(np.int64))
        ends.append(fixes.key[gap] + np.rint(end * length).astype(np.int64))
    shifts = [_when_ground_moved(batch, gap) for gap in crossing[moved].tolist()]
    starts.append(np.array([start for start, _ in shifts], np.int64))
    ends.append(np.array([finish for _, finish in shifts], np.int64))
    begins, finishes = np.concatenate(starts), np.concatenate(ends)
    real = begins < finishes
    outward = Changes(finishes[real], np.full(int(real.sum()), OUTSIDE, np.int64))
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


def _empty() -> Ints:
    return np.empty(0, np.int64)
