"""Twice-daily patrol (一日双巡): one patrol in each window of the day.

Owns the windows on a given day and the outcome over them; what a patrol is stands in `patrol.py`.
A window in which a worker had too little free work time asks for nothing. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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


def windows_on(day: date, windows: Sequence[TimeSpan], zone: ZoneInfo) -> list[Span]:
    """The windows of a day as spans of time."""
    return [_on(day, window, zone) for window in windows]


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
