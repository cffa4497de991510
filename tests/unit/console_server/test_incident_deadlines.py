"""Clocks that stand still, deadlines that move: the arithmetic, over the October holidays too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console_server.incidents.deadlines import extended, first_warning, resumed, time_left
from console_server.packs.calendar import due_at, working_time_between
from console_server.packs.rules import TimeSpan, WorkingCalendar, WorkingTime

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingCalendar(
    spans=(TimeSpan(time(8, 30), time(12)), TimeSpan(time(13, 30), time(17, 30)))
)
# The week as the State Council published it for 2025: off 1–8 October; 28 September and 11 October
# (a Sunday and a Saturday) are worked.
EIGHT_HOURS = WorkingTime(hours=8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("due", "stopped", "resumes", "expected"),
    [
        # Half an hour was left on the eve of the holidays: it is used on the 9th.
        ("2025-09-30 17:30", "2025-09-30 17:00", "2025-10-03 10:00", "2025-10-09 09:00"),
        # Stopped and resumed inside the week: as if it had never been touched.
        ("2025-10-09 10:00", "2025-10-02 09:00", "2025-10-06 20:00", "2025-10-09 10:00"),
        # Two hours left, resumed on the worked Saturday at 16:30: one hour there, one on Monday.
        ("2025-09-28 12:00", "2025-09-28 10:00", "2025-10-11 16:30", "2025-10-13 09:30"),
        # Fifteen hours left: four on the 9th, seven and a half on the 10th, the rest on Saturday.
        ("2025-10-10 10:00", "2025-09-30 10:00", "2025-10-09 13:30", "2025-10-11 12:00"),
        # Late already: as late as it was.
        ("2025-09-30 09:00", "2025-09-30 10:00", "2025-10-09 10:00", "2025-09-30 09:00"),
    ],
)
def test_hand_computed_stops_over_the_october_holidays(
    due: str, stopped: str, resumes: str, expected: str
) -> None:
    assert resumed(OFFICE, EIGHT_HOURS, at(due), at(stopped), at(resumes)) == at(expected)


def test_a_limit_in_clock_hours_stands_still_by_day_and_night() -> None:
    limit = WorkingTime(clock_hours=2)
    moved = resumed(
        OFFICE, limit, at("2025-10-01 11:00"), at("2025-10-01 10:30"), at("2025-10-03 10:30")
    )
    assert moved == at("2025-10-03 11:00")


def test_an_extension_counts_from_the_old_deadline_in_working_time() -> None:
    assert extended(OFFICE, at("2025-09-30 16:30"), WorkingTime(hours=2)) == at("2025-10-09 09:30")
    assert extended(OFFICE, at("2025-09-30 10:00"), WorkingTime(days=3)) == at("2025-10-11 10:00")


@pytest.mark.parametrize(
    ("limit", "stopped", "left"),
    [
        (EIGHT_HOURS, "2025-09-30 16:30", timedelta(hours=2)),  # one hour today, one on the 9th
        (EIGHT_HOURS, "2025-10-05 12:00", timedelta(hours=1)),  # in the holidays
        (EIGHT_HOURS, "2025-10-09 09:30", timedelta()),
        (EIGHT_HOURS, "2025-10-09 11:00", timedelta()),  # late already
        (WorkingTime(clock_hours=1), "2025-10-09 09:10", timedelta(minutes=20)),
    ],
)
def test_what_is_left_when_a_clock_stops_is_known_beforehand(
    limit: WorkingTime, stopped: str, left: timedelta
) -> None:
    due = at("2025-10-09 09:30")
    assert time_left(OFFICE, limit, due, at(stopped)) == left


def test_a_short_limit_is_not_warned_of_before_half_of_it_is_over() -> None:
    opened = at("2025-09-30 09:00")
    assert first_warning(opened, at("2025-09-30 09:20"), 1800) == at("2025-09-30 09:10")
    assert first_warning(opened, at("2025-09-30 15:00"), 1800) == at("2025-09-30 14:30")


instants = st.datetimes(datetime(2025, 9, 1), datetime(2025, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
stops = st.timedeltas(timedelta(), timedelta(days=12))
limits = st.one_of(
    st.builds(WorkingTime, hours=st.integers(1, 40)),
    st.builds(WorkingTime, days=st.integers(1, 8)),
    st.builds(WorkingTime, clock_hours=st.integers(1, 40)),
)


@given(instants, limits, st.floats(0, 1), stops)
def test_no_time_is_won_or_lost_by_a_stop(
    opened: datetime, limit: WorkingTime, share: float, length: timedelta
) -> None:
    due = due_at(OFFICE, opened, limit)
    stopped = opened + (due - opened) * share
    moved = resumed(OFFICE, limit, due, stopped, stopped + length)
    assert moved >= due
    if limit.clock_hours:
        assert moved - due == (length if stopped < due else timedelta())
    elif stopped < due:
        left = working_time_between(OFFICE, stopped, due)
        assert working_time_between(OFFICE, stopped + length, moved) == left


@given(instants, limits, st.floats(0, 1), stops, stops)
def test_two_stops_in_a_row_are_one_long_stop(
    opened: datetime, limit: WorkingTime, share: float, first: timedelta, second: timedelta
) -> None:
    due = due_at(OFFICE, opened, limit)
    stopped = opened + (due - opened) * share
    middle, end = stopped + first, stopped + first + second
    once = resumed(OFFICE, limit, due, stopped, middle)
    assert resumed(OFFICE, limit, once, middle, end) == resumed(OFFICE, limit, due, stopped, end)


@given(instants, limits, stops)
def test_a_stop_wholly_outside_of_working_time_changes_nothing(
    opened: datetime, limit: WorkingTime, length: timedelta
) -> None:
    if limit.clock_hours:
        return
    due = due_at(OFFICE, opened, limit)
    night = datetime.combine(date(2025, 10, 1), time(), ZONE)
    length = min(length, timedelta(days=7))
    assert resumed(OFFICE, limit, due, night, night + length) == due
