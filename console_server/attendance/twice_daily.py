"""Twice-daily patrol (一日双巡): one patrol in each window of the day, or two far enough apart.

Owns the windows on a given day and the outcome over them; what a patrol is stands in `patrol.py`.
A window, or a day, in which a worker had too little free work time asks for nothing. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from console_server.attendance.outcome import Outcome, decide
from console_server.attendance.patrol import Patrol
from console_server.attendance.spans import SECOND_US, Span, Spans, clip, length
from console_server.packs.rules import TimeSpan


@dataclass(frozen=True, slots=True)
class TwiceDaily:
    """`windows`: in which of them a patrol is certain. `outcome` None: nothing was asked."""

    windows: tuple[bool, ...]
    outcome: Outcome | None


def twice_daily(
    windows: Sequence[Span],
    patrols_within: Callable[[Span], Sequence[Patrol]],
    *,
    free: Spans,
    outstanding: Spans,
    min_work_s: float,
) -> TwiceDaily:
    """One patrol in each window. `free`: work time but for orders; `outstanding`: still to come."""
    certain, asked = [], []
    for window in windows:
        found = patrols_within(window)
        ahead_us = length(clip(outstanding, *window))
        sure = any(each.certain for each in found)
        certain.append(sure)
        if length(clip(free, *window)) + ahead_us >= min_work_s * SECOND_US:
            asked.append(decide(surely=sure, possibly=bool(found) or ahead_us > 0))
    return TwiceDaily(tuple(certain), _over_all(certain, asked))


def twice_apart(  # noqa: PLR0913 - the patrols, what was asked, and the time there was
    patrols: Sequence[Patrol],
    *,
    min_separation_s: float,
    min_duration_s: float,
    free: Spans,
    outstanding: Spans,
    min_work_s: float,
) -> TwiceDaily:
    """Two patrols of which the second begins at least so long after the first ended.

    A stretch that is merely possible may have been a patrol in any part of it, and one that holds
    unknown time may have been two.
    """
    apart_us = round(min_separation_s * SECOND_US)
    least_us = round(min_duration_s * SECOND_US)
    sure = [each for each in patrols if each.certain]
    certain = any(b.from_us - a.to_us >= apart_us for a in sure for b in sure)
    possible = certain or any(
        _latest_begin(b, least_us) - _earliest_end(a, least_us) >= apart_us
        for a in patrols
        for b in patrols
        if a is not b or a.divisible
    )
    ahead_us = length(outstanding)
    marks = (bool(sure), certain)
    if not certain and length(free) + ahead_us < min_work_s * SECOND_US:
        return TwiceDaily(marks, None)
    return TwiceDaily(marks, decide(surely=certain, possibly=possible or ahead_us > 0))


def _earliest_end(patrol: Patrol, least_us: int) -> int:
    fixed = patrol.certain and not patrol.divisible
    return patrol.to_us if fixed else patrol.from_us + least_us


def _latest_begin(patrol: Patrol, least_us: int) -> int:
    fixed = patrol.certain and not patrol.divisible
    return patrol.from_us if fixed else patrol.to_us - least_us


def windows_on(day: date, windows: Sequence[TimeSpan], zone: ZoneInfo) -> list[Span]:
    """The windows of a day as spans of time."""
    return [_on(day, window, zone) for window in windows]


@lru_cache(maxsize=256)
def _on(day: date, window: TimeSpan, zone: ZoneInfo) -> Span:
    last = day if window.end > window.start else day + timedelta(days=1)
    start = datetime.combine(day, window.start, zone).timestamp()
    end = datetime.combine(last, window.end, zone).timestamp()
    return round(start) * SECOND_US, round(end) * SECOND_US


def _over_all(certain: Sequence[bool], asked: Sequence[Outcome]) -> Outcome | None:
    if not asked:
        return Outcome.MET if certain and all(certain) else None
    if Outcome.NOT_MET in asked:
        return Outcome.NOT_MET
    return Outcome.UNDECIDED if Outcome.UNDECIDED in asked else Outcome.MET
