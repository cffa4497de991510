"""When a verdict becomes final."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from attendance_days import PACK, at, day, span, walking

from console_server.attendance.settling import settles_at
from console_server.attendance.spans import from_us
from console_server.attendance.verdict import judge_days

HASTE = replace(PACK, work=replace(PACK.work, final_after_s=3600, quiet_s=600))
MIDNIGHT = from_us(at("24:00"))


def test_verdict_waits_for_late_data_after_the_end_of_its_day() -> None:
    verdict = judge_days(HASTE, [day(*walking("08:30", "17:30"))])[0]
    computed_at = MIDNIGHT + timedelta(seconds=5)
    assert settles_at(HASTE, verdict, computed_at) == MIDNIGHT + timedelta(hours=1)


def test_night_shift_is_over_at_its_own_end() -> None:
    night = day(*walking("22:00", "30:00"), planned=(span("22:00", "30:00"),))
    verdict = judge_days(HASTE, [night])[0]
    end = from_us(at("30:00"))
    assert settles_at(HASTE, verdict, end) == end + timedelta(hours=1)


def test_something_new_makes_it_wait_again() -> None:
    verdict = judge_days(HASTE, [day()])[0]
    computed_at = datetime(2026, 11, 25, tzinfo=UTC)
    assert settles_at(HASTE, verdict, computed_at) == computed_at + timedelta(minutes=10)
