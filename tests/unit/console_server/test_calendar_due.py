"""Working time on the calendar of a pack, with moved working days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console_server.packs.calendar import (
    day_length,
    due_at,
    is_working_day,
    working_time_between,
)
from console_server.packs.rules import TimeSpan, WorkingCalendar, WorkingTime

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(
    spans=(TimeSpan(time(8, 30), time(12)), TimeSpan(time(13, 30), time(17, 30)))
)


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("opened", "limit", "due"),
    [
        (local(11, 18, 9), WorkingTime(hours=2), local(11, 18, 11)),
        (local(11, 18, 11), WorkingTime(hours=2), local(11, 18, 14, 30)),
        (local(11, 18, 17), WorkingTime(hours=2), local(11, 19, 10)),
        (local(11, 20, 17), WorkingTime(hours=2), local(11, 23, 10)),  # Friday to Monday
        (local(11, 21, 10), WorkingTime(hours=2), local(11, 23, 10, 30)),  # opened on a Saturday
        (local(11, 18, 10), WorkingTime(days=1), local(11, 19, 10)),
        (local(11, 18, 16, 30), WorkingTime(hours=1), local(11, 18, 17, 30)),
        (local(11, 21, 2), WorkingTime(clock_hours=0.5), local(11, 21, 2, 30)),
        # The October holiday runs from 1 to 7; Saturday 10 October is worked instead.
        (local(9, 30, 16), WorkingTime(hours=4), local(10, 8, 11)),
        (local(9, 30, 10), WorkingTime(days=1), local(10, 8, 10)),
        (local(10, 9, 10), WorkingTime(days=1), local(10, 10, 10)),
        (local(10, 10, 10), WorkingTime(days=1), local(10, 12, 10)),
    ],
)
def test_limit_runs_out_when_its_working_time_has_run(
    opened: datetime, limit: WorkingTime, due: datetime
) -> None:
    assert due_at(CALENDAR, opened, limit) == due


def test_result_is_utc() -> None:
    assert due_at(CALENDAR, local(11, 18, 9), WorkingTime(hours=1)).tzinfo is UTC


def test_override_of_the_pack_wins_over_the_public_calendar() -> None:
    calendar = WorkingCalendar(
        spans=CALENDAR.spans,
        extra_workdays=frozenset({date(2026, 10, 1)}),
        extra_holidays=frozenset({date(2026, 11, 18)}),
    )
    assert is_working_day(calendar, date(2026, 10, 1))
    assert not is_working_day(calendar, date(2026, 11, 18))


def test_year_without_published_holidays_counts_by_weekday() -> None:
    assert is_working_day(CALENDAR, date(2035, 10, 3))
    assert not is_working_day(CALENDAR, date(2035, 10, 6))


def test_span_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    night = WorkingCalendar(spans=(TimeSpan(time(22), time(6)),), weekdays=(1, 2, 3, 4, 5, 6, 7))
    assert day_length(night) == timedelta(hours=8)
    assert due_at(night, local(11, 18, 23), WorkingTime(hours=2)) == local(11, 19, 1)
    assert due_at(night, local(11, 18, 1), WorkingTime(hours=6)) == local(11, 18, 23)


def test_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no working time"):
        due_at(
            WorkingCalendar(spans=CALENDAR.spans, weekdays=()), local(1, 1), WorkingTime(days=900)
        )


@given(
    opened=st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)),  # noqa: DTZ001 - zone below
    minutes=st.integers(1, 60 * 40),
)
def test_working_time_up_to_the_due_instant_is_the_limit(opened: datetime, minutes: int) -> None:
    opened_at = opened.replace(tzinfo=ZONE)
    due = due_at(CALENDAR, opened_at, WorkingTime(hours=minutes / 60))
    passed = working_time_between(CALENDAR, opened_at, due)
    assert abs(passed - timedelta(minutes=minutes)) < timedelta(milliseconds=1)
