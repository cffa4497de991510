"""The period that figures are counted over: whole days of the pack's time zone.

Owns which days a day, week, month or half-year holds; not what is counted in it (`facts.py`). Pure.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from console_server.errors import Invalid

PeriodKind = Literal["day", "week", "month", "half_year", "custom"]
LONGEST_DAYS = 400  # a year and a month: more is an archive's work


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day's midnight to the midnight after the last day, in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def from_at(self) -> datetime:
        """When it begins, UTC; this instant belongs to it."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def to_at(self) -> datetime:
        """When it is over, UTC; this instant no longer belongs to it."""
        after = self.last + timedelta(days=1)
        return datetime.combine(after, time(), self.zone).astimezone(UTC)


def period_around(kind: PeriodKind, on: date, zone: ZoneInfo) -> Period:
    """The day, ISO week (from Monday), month or half-year (from January, July) that holds a day."""
    if kind == "week":
        first = on - timedelta(days=on.weekday())
        return Period(first, first + timedelta(days=6), zone)
    if kind == "month":
        return Period(on.replace(day=1), _month_end(on.year, on.month), zone)
    if kind == "half_year":
        month = 1 if on.month <= 6 else 7
        return Period(date(on.year, month, 1), _month_end(on.year, month + 5), zone)
    return Period(on, on, zone)


def custom_period(first: date, last: date, zone: ZoneInfo) -> Period:
    """The days from `first` to `last`, both included.

    Raises:
        Invalid: the end lies before the beginning, or too far after it.
    """
    if last < first:
        raise Invalid("Not a period.", ["to: lies before from"])
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid("Not a period.", [f"to: more than {LONGEST_DAYS} days after from"])
    return Period(first, last, zone)


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
