"""Working time: when a time limit that counts in working hours or days runs out.

Owns the arithmetic on a pack's calendar (工作时, 工作日, 调休); not the limits themselves
(`pack.py`) nor what happens when one is over (incidents). Pure.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from console_server.packs.rules import WorkingCalendar, WorkingTime

SEARCH_DAYS_MAX = 3660  # ten years: a calendar without one working day in them is a mistake


@lru_cache(maxsize=8192)
def is_working_day(calendar: WorkingCalendar, day: date) -> bool:
    """Whether working time runs on a day.

    Years whose public holidays are not yet published count by weekday and the pack's overrides.
    """
    if day in calendar.extra_workdays:
        return True
    if day in calendar.extra_holidays:
        return False
    if calendar.public_holidays:
        if day in chinese_calendar.holidays:
            return False
        if day in chinese_calendar.workdays:
            return True
    return day.isoweekday() in calendar.weekdays


def working_spans(calendar: WorkingCalendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of one day in which working time runs, in order, UTC."""
    if not is_working_day(calendar, day):
        return
    for span in calendar.spans:
        ends_on = day if span.end > span.start else day + timedelta(days=1)
        start = datetime.combine(day, span.start, calendar.zone)
        yield (
            start.astimezone(UTC),
            datetime.combine(ends_on, span.end, calendar.zone).astimezone(UTC),
        )


def day_length(calendar: WorkingCalendar) -> timedelta:
    """How much working time one working day (工作日) holds."""
    anchor = date(2000, 1, 3)
    total = timedelta()
    for span in calendar.spans:
        ends_on = anchor if span.end > span.start else anchor + timedelta(days=1)
        total += datetime.combine(ends_on, span.end) - datetime.combine(anchor, span.start)
    return total


def due_at(calendar: WorkingCalendar, opened_at: datetime, working_time: WorkingTime) -> datetime:
    """The first instant at which `working_time` has run since `opened_at`, UTC.

    Clock hours run first, day and night; the working part runs after them. Working days are as
    many times the working time of one day, so that a day from 10:00 ends at 10:00.

    Raises:
        ValueError: the calendar holds no working time for ten years.
    """
    at = opened_at.astimezone(UTC) + timedelta(hours=working_time.clock_hours)
    left = timedelta(hours=working_time.hours) + working_time.days * day_length(calendar)
    if left <= timedelta():
        return at
    for start, end in _spans_after(calendar, at):
        begin = max(start, at)
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise ValueError("the calendar holds no working time")


def working_time_between(
    calendar: WorkingCalendar, from_at: datetime, to_at: datetime
) -> timedelta:
    """How much working time runs from one instant to a later one (for clocks that were stopped)."""
    total = timedelta()
    for start, end in _spans_after(calendar, from_at):
        if start >= to_at:
            break
        total += min(end, to_at) - max(start, from_at)
    return total


def _spans_after(calendar: WorkingCalendar, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    first = at.astimezone(calendar.zone).date() - timedelta(days=1)
    for offset in range(SEARCH_DAYS_MAX):
        for start, end in working_spans(calendar, first + timedelta(days=offset)):
            if end > at:
                yield start, end
