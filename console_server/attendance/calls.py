"""What one day's record says of the places that are to be visited within the month.

Owns the day's part of two rules: a guide's tour of the grids (网格指导员), and the must-visit lists
(三必访 三必看 三必查), which name places and never persons. What a month makes of its days is
`months.py`. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from console_server.attendance.border import Bools, Floats, Ints
from console_server.attendance.day import DayInput, Fixes, TourGrid
from console_server.attendance.gaps import Judgement
from console_server.attendance.outcome import Outcome, decide
from console_server.attendance.places import Places, Visits
from console_server.attendance.spans import SECOND_US, length, whole
from console_server.attendance.stays import Stay
from console_server.packs.pack import RulePack
from console_server.packs.rules import JudgementRules

A_VISIT_US: Final = 300 * SECOND_US  # unknown time in which somebody may have been anywhere
TOUR: Final = ""  # the list code of a tour: its places are grids, else they are checkpoints


@dataclass(frozen=True, slots=True)
class Call:
    """A place and whether it was visited on this day.

    `fixes`, `from_us`, `to_us`: how many fixes prove it, the first and the last of them.
    """

    list_code: str
    place_id: int
    fixes: int
    from_us: int
    to_us: int
    outcome: Outcome


def calls_of(
    pack: RulePack, day: DayInput, stays: Sequence[Stay], places: Places | None
) -> tuple[Call, ...]:
    """Every place that was asked for on this day; on a day without work only what was visited."""
    found: list[Call] = []
    if pack.guide_tour and day.tour and whole(day.domain) is not None:
        least_us = round(pack.guide_tour.min_stay_s * SECOND_US)
        found += _tour(pack.judgement, day, stays, least_us)
    if pack.visits:
        listed = {each.code for each in pack.visit_lists}
        visits = places.visits if places is not None else _by_scans(day)
        found += _listed(day, stays, visits, listed)
    if day.planned and day.work:
        return tuple(found)
    return tuple(each for each in found if each.outcome is Outcome.MET)


def _by_scans(day: DayInput) -> Sequence[Visits]:
    """What scans alone prove on a day without duty and without any fix."""
    scans = [np.array(each.scanned_us, dtype=np.int64) for each in day.checkpoints]
    return [
        Visits(each.checkpoint_id, at_us, at_us)
        for each, at_us in zip(day.checkpoints, scans, strict=True)
    ]


def _listed(
    day: DayInput, stays: Sequence[Stay], visits: Sequence[Visits], listed: set[str]
) -> Iterator[Call]:
    """Places of the lists, by scans and by what is within reach of the fixes.

    A place that was the worker's for a part of the day only counts if visited and is not asked for.
    """
    open_us = sum(each.to_us - each.from_us for each in stays if _is_open(each))
    anywhere = open_us + length(day.outstanding) >= A_VISIT_US
    by_place: dict[tuple[str, int], list[Visits]] = {}
    for point, each in zip(day.checkpoints, visits, strict=True):
        if point.visit_list is not None and point.visit_list in listed:
            by_place.setdefault((point.visit_list, point.checkpoint_id), []).append(each)
    lasting = day.lasting_checkpoints()
    for (list_code, place_id), some in by_place.items():
        call = _call(list_code, place_id, some, anywhere=anywhere)
        if place_id in lasting or call.outcome is Outcome.MET:
            yield call


def _call(list_code: str, place_id: int, visits: Sequence[Visits], *, anywhere: bool) -> Call:
    sure = np.concatenate([each.surely_us for each in visits])
    first, last = (int(sure[0]), int(sure[-1])) if len(sure) else (0, 0)
    possibly = anywhere or any(len(each.possibly_us) > 0 for each in visits)
    outcome = decide(surely=len(sure) > 0, possibly=possibly)
    return Call(list_code, place_id, len(sure), first, last, outcome)


def _is_open(stay: Stay) -> bool:
    """Whether nobody knows where the worker was; on an order, a cause says so."""
    on_order = stay.judgement is Judgement.ON_ORDER and stay.cause != 0
    return on_order or stay.judgement is Judgement.UNKNOWN


def _tour(
    rules: JudgementRules, day: DayInput, stays: Sequence[Stay], least_us: int
) -> Iterator[Call]:
    """Grids, by the time between fixes that lie in one of them; what is unknown proves nothing."""
    fixes = _within(day)
    gap_us = np.diff(fixes["at_us"])
    dark = [each for each in stays if _is_open(each)]
    known = ~_lies_in(dark, fixes["at_us"][:-1])
    accuracy_m = _accuracy(fixes, rules)
    fine = accuracy_m <= rules.border_allowance_m
    sure = known & fine[1:] & fine[:-1] & (fixes["grid_id"][1:] == fixes["grid_id"][:-1])
    open_us = sum(each.to_us - each.from_us for each in dark) + length(day.outstanding)
    for each in day.tour:
        here = fixes["grid_id"] == each.grid_id
        proved = np.flatnonzero(sure & here[1:])
        near = here | _may_reach(each, fixes, accuracy_m, ~fine)
        maybe_us = int(gap_us[known & (near[1:] | near[:-1])].sum())
        enough = int(gap_us[proved].sum()) >= least_us
        outcome = decide(surely=enough, possibly=maybe_us + open_us >= least_us)
        if enough:
            first, last = int(fixes["at_us"][proved[0]]), int(fixes["at_us"][proved[-1] + 1])
            yield Call(TOUR, each.grid_id, len(proved) + 1, first, last, outcome)
        else:
            yield Call(TOUR, each.grid_id, 0, 0, 0, outcome)


def _within(day: DayInput) -> Fixes:
    """The fixes of the time that is judged, in order."""
    start, end = whole(day.domain) or (0, 0)
    fixes = day.ordered
    return fixes[(fixes["at_us"] >= start) & (fixes["at_us"] <= end)]


def _lies_in(stays: Sequence[Stay], at_us: Ints) -> Bools:
    """Whether each instant lies in one of the stays, which are in order."""
    starts = np.array([each.from_us for each in stays], dtype=np.int64)
    ends = np.array([each.to_us for each in stays], dtype=np.int64)
    begun = np.searchsorted(starts, at_us, side="right")
    held: Bools = begun > np.searchsorted(ends, at_us, side="right")
    return held


def _accuracy(fixes: Fixes, rules: JudgementRules) -> Floats:
    accuracy_m = fixes["accuracy_m"].astype(np.float64)
    return np.where(accuracy_m >= 0, accuracy_m, rules.assumed_accuracy_m)


def _may_reach(grid: TourGrid, fixes: Fixes, accuracy_m: Floats, coarse: Bools) -> Bools:
    """Fixes so coarse that the worker may have been in this grid."""
    near = np.zeros(len(fixes), np.bool_)
    some = np.flatnonzero(coarse)
    if grid.border is not None and len(some):
        east, north = grid.border.to_metres(fixes["lon"][some], fixes["lat"][some])
        points = shapely.points(east, north)
        near[some] = shapely.dwithin(grid.border.ground, points, accuracy_m[some])
    return near
