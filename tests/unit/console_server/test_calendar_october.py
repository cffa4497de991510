"""Deadlines over the October holidays of 2025 and 2026, computed by hand for every pack.

2025: holiday from Wednesday 1 to Wednesday 8 October; Sunday 28 September and Saturday 11 October
are worked. 2026: holiday from Thursday 1 to Wednesday 7 October, and 25 to 27 September; Sunday 20
September and Saturday 10 October are worked (国务院办公厅 notices on the holidays of both years).
"""

from datetime import date, datetime, timedelta

import pytest

from console_server.incidents.deadlines import extended, first_warning, resumed
from console_server.packs.calendar import day_length, due_at, is_working_day
from console_server.packs.pack import RulePack, load_pack, shipped_packs
from console_server.packs.rules import WorkingTime

HOURS_A_DAY = {"xingdian": 7.5, "dongcheng": 8, "gaoxin": 7, "jingjiang": 7, "jinshui": 7}
MOVED = {  # whether a day is worked
    date(2025, 9, 27): False,
    date(2025, 9, 28): True,  # a Sunday
    date(2025, 9, 30): True,
    date(2025, 10, 1): False,
    date(2025, 10, 8): False,
    date(2025, 10, 9): True,
    date(2025, 10, 11): True,  # a Saturday
    date(2025, 10, 12): False,
    date(2026, 9, 20): True,  # a Sunday
    date(2026, 9, 25): False,  # 中秋
    date(2026, 9, 30): True,
    date(2026, 10, 1): False,
    date(2026, 10, 7): False,
    date(2026, 10, 8): True,
    date(2026, 10, 10): True,  # a Saturday
    date(2026, 10, 11): False,
}


def local(pack: RulePack, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=pack.zone)


@pytest.mark.parametrize("code", shipped_packs())
def test_every_packs_calendar_knows_the_moved_working_days(code: str) -> None:
    pack = load_pack(code)
    assert day_length(pack.calendar) == timedelta(hours=HOURS_A_DAY[code])
    assert {day: is_working_day(pack.calendar, day) for day in MOVED} == MOVED


@pytest.mark.parametrize(
    ("code", "opened", "limit", "due"),
    [
        # xingdian: 08:30-12:00, 13:30-17:30.
        ("xingdian", "2025-09-26 16:30", WorkingTime(hours=8), "2025-09-28 17:00"),  # 1 + 7 on Sun
        ("xingdian", "2025-09-30 16:00", WorkingTime(hours=4), "2025-10-09 11:00"),  # 1.5 + 2.5
        ("xingdian", "2025-10-04 03:00", WorkingTime(hours=2), "2025-10-09 10:30"),
        ("xingdian", "2025-10-10 17:00", WorkingTime(hours=2), "2025-10-11 10:00"),  # Saturday
        ("xingdian", "2025-10-11 16:00", WorkingTime(days=1), "2025-10-13 16:00"),
        ("xingdian", "2026-09-18 17:00", WorkingTime(hours=4), "2026-09-20 12:00"),  # 0.5 + 3.5
        ("xingdian", "2026-09-24 17:00", WorkingTime(hours=1), "2026-09-28 09:00"),
        ("xingdian", "2026-09-30 16:00", WorkingTime(hours=4), "2026-10-08 11:00"),
        ("xingdian", "2026-10-10 17:00", WorkingTime(hours=1), "2026-10-12 09:00"),
        ("xingdian", "2026-10-01 23:50", WorkingTime(clock_hours=0.5), "2026-10-02 00:20"),
        # dongcheng: 09:00-12:00, 13:00-18:00.
        ("dongcheng", "2025-09-30 17:00", WorkingTime(hours=8), "2025-10-09 17:00"),  # 1 + 7
        ("dongcheng", "2025-10-08 10:00", WorkingTime(days=2), "2025-10-10 18:00"),
        ("dongcheng", "2026-10-09 13:30", WorkingTime(days=3), "2026-10-13 13:30"),  # 4.5+8+8+3.5
        # gaoxin, jingjiang, jinshui: 08:30-12:00, 14:00-17:30.
        ("gaoxin", "2025-09-30 10:00", WorkingTime(days=3), "2025-10-11 10:00"),  # 5.5+7+7+1.5
        ("gaoxin", "2026-09-30 10:00", WorkingTime(days=3), "2026-10-10 10:00"),
        ("jingjiang", "2025-10-11 16:30", WorkingTime(hours=4), "2025-10-13 11:30"),  # 1 + 3
        ("jingjiang", "2026-10-10 11:00", WorkingTime(days=2), "2026-10-13 11:00"),  # 4.5+7+2.5
        ("jinshui", "2026-10-01 12:00", WorkingTime(hours=16), "2026-10-10 10:30"),  # 7 + 7 + 2
        ("jinshui", "2025-09-28 17:00", WorkingTime(hours=8), "2025-09-30 09:00"),  # 0.5 + 7 + 0.5
    ],
)
def test_deadline_over_the_holiday(code: str, opened: str, limit: WorkingTime, due: str) -> None:
    pack = load_pack(code)
    assert due_at(pack.calendar, local(pack, opened), limit) == local(pack, due)


def test_clock_that_stood_still_over_the_holiday_keeps_what_was_left() -> None:
    pack = load_pack("xingdian")
    due, stopped = local(pack, "2025-09-30 17:30"), local(pack, "2025-09-30 16:00")
    again = local(pack, "2025-10-05 12:00")
    moved = resumed(pack.calendar, WorkingTime(hours=4), due, stopped, again)
    assert moved == local(pack, "2025-10-09 10:00")  # an hour and a half was left


def test_extension_over_the_holiday_counts_working_days() -> None:
    pack = load_pack("gaoxin")
    due = local(pack, "2026-09-30 17:30")
    assert extended(pack.calendar, due, WorkingTime(days=2)) == local(pack, "2026-10-09 17:30")


def test_warning_of_a_deadline_after_the_holiday_comes_shortly_before_it() -> None:
    pack = load_pack("xingdian")
    opened, due = local(pack, "2026-09-30 16:00"), local(pack, "2026-10-08 11:00")
    assert first_warning(opened, due, pack.dispatch.warn_before_s) == local(
        pack, "2026-10-08 10:30"
    )
