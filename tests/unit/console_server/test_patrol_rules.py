"""What makes a patrol, how many there were, and the two windows of the day."""

from datetime import date

import pytest
from attendance_days import (
    DAY,
    OUT_LON,
    PACK,
    ZONE,
    Row,
    at,
    checkpoint,
    day,
    span,
    standing,
    walking,
    with_patrol,
)

from console_server.attendance.outcome import Outcome
from console_server.attendance.spans import from_us
from console_server.attendance.twice_daily import windows_on
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.pack import RulePack

SHIFT = (span("09:00", "12:00"),)


def judged(*rows: Row, pack: RulePack = PACK, **more: object) -> DayVerdict:
    return judge_days(pack, [day(*rows, **{"planned": SHIFT, **more})])[0]


def outside(start: str, end: str) -> list[Row]:
    return standing(start, end, lon=OUT_LON, every_s=60)


def test_walk_through_the_grid_is_a_patrol() -> None:
    verdict = judged(*walking("09:00", "12:00"))
    assert (verdict.patrols.count, verdict.patrols.outcome) == (1, Outcome.MET)
    patrol = verdict.patrol_list[0]
    assert patrol.certain
    assert patrol.cells >= 6
    assert (from_us(patrol.from_us), from_us(patrol.to_us)) == (
        from_us(at("09:00")),
        from_us(at("12:00")),
    )


def test_phone_in_a_drawer_is_no_patrol() -> None:
    verdict = judged(*standing("09:00", "12:00"))
    assert verdict.share.outcome is Outcome.MET
    assert (verdict.patrols.count, verdict.patrols.outcome) == (0, Outcome.NOT_MET)


def test_checkpoint_makes_up_for_cells() -> None:
    verdict = judged(*standing("09:00", "12:00"), checkpoints=(checkpoint(),))
    assert verdict.patrols.outcome is Outcome.MET
    assert verdict.patrol_list[0].checkpoints == 1


def test_checkpoint_within_accuracy_but_not_within_reach_is_undecided() -> None:
    near = checkpoint(lon=118.6025 + 0.0004)  # some 38 m away, radius 30 m, accuracy 15 m
    verdict = judged(*standing("09:00", "12:00", accuracy_m=15.0), checkpoints=(near,))
    assert verdict.patrols.outcome is Outcome.UNDECIDED


def test_short_walk_is_no_patrol() -> None:
    rows = [*walking("09:00", "09:10"), *outside("09:11", "12:00")]
    assert judged(*rows).patrols.outcome is Outcome.NOT_MET


def test_brief_exit_does_not_break_a_patrol() -> None:
    rows = [
        *walking("09:00", "09:15"),
        *outside("09:16", "09:18"),
        *walking("09:20", "09:35"),
        *outside("09:36", "12:00"),
    ]
    verdict = judged(*rows)
    assert (verdict.patrols.count, verdict.patrols.outcome) == (1, Outcome.MET)
    assert verdict.patrol_list[0].inside_us < 34 * 60 * 1_000_000


def test_long_exit_makes_two_patrols() -> None:
    rows = [
        *walking("09:00", "09:30"),
        *outside("09:31", "10:30"),
        *walking("10:32", "11:00"),
        *outside("11:02", "12:00"),
    ]
    assert judged(*rows).patrols.count == 2


def test_order_in_between_does_not_break_a_patrol() -> None:
    rows = [
        *walking("09:00", "09:12"),
        *outside("09:13", "10:10"),
        *walking("10:12", "10:24"),
        *outside("10:25", "12:00"),
    ]
    assert judged(*rows).patrols.outcome is Outcome.NOT_MET
    assert judged(*rows, orders=(span("09:12", "10:12"),)).patrols.outcome is Outcome.MET


def test_lost_signal_makes_a_patrol_possible_but_not_certain() -> None:
    rows = [*walking("09:00", "09:10"), *outside("10:00", "12:00")]
    verdict = judged(*rows)
    assert (verdict.patrols.count, verdict.patrols.possible) == (0, 1)
    assert verdict.patrols.outcome is Outcome.UNDECIDED
    assert [each.certain for each in verdict.patrol_list] == [False]


def test_unknown_time_between_two_certain_patrols_leaves_two_undecided() -> None:
    pack = with_patrol(per_day=2)
    rows = [*walking("09:00", "10:00"), *walking("11:00", "12:00")]
    verdict = judged(*rows, pack=pack)
    assert (verdict.patrols.count, verdict.patrols.possible) == (1, 2)
    assert verdict.patrols.outcome is Outcome.UNDECIDED


def test_evening_walk_on_duty_outside_of_the_shift_counts() -> None:
    evening = span("19:00", "20:00")
    rows = [*outside("09:00", "12:00"), *walking("19:00", "20:00")]
    verdict = judged(*rows, duty=(*SHIFT, evening))
    assert verdict.patrols.outcome is Outcome.MET
    assert verdict.time.work_us == 3 * 3600 * 1_000_000


def test_running_day_without_a_patrol_yet_is_undecided() -> None:
    verdict = judged(*outside("09:00", "10:00"), now_us=at("10:00"))
    assert verdict.patrols.outcome is Outcome.UNDECIDED
    assert verdict.twice_daily.outcome is Outcome.UNDECIDED


def test_shift_too_short_for_a_patrol_asks_for_none() -> None:
    verdict = judged(*outside("09:00", "09:30"), planned=(span("09:00", "09:30"),))
    assert verdict.patrols.outcome is None


def test_nobody_is_asked_for_a_patrol_on_a_day_off_but_one_that_was_walked_counts() -> None:
    assert judged(*outside("09:00", "12:00"), planned=(), duty=SHIFT).patrols.outcome is None
    assert judged(*walking("09:00", "12:00"), planned=(), duty=SHIFT).patrols.outcome is Outcome.MET


BOTH = (span("08:30", "12:00"), span("13:30", "17:30"))


def test_one_patrol_in_each_window_is_twice_daily() -> None:
    rows = [*walking("08:30", "12:00"), *walking("13:30", "17:30")]
    twice = judged(*rows, planned=BOTH).twice_daily
    assert (twice.windows, twice.outcome) == ((True, True), Outcome.MET)


def test_two_patrols_in_one_window_are_not_twice_daily() -> None:
    rows = [
        *walking("08:30", "09:30"),
        *outside("09:32", "10:30"),
        *walking("10:32", "12:00"),
        *outside("13:30", "17:30"),
    ]
    verdict = judged(*rows, planned=BOTH)
    assert verdict.patrols.count == 2
    assert (verdict.twice_daily.windows, verdict.twice_daily.outcome) == (
        (True, False),
        Outcome.NOT_MET,
    )


def test_presence_across_the_line_between_windows_counts_for_both() -> None:
    whole = (span("11:30", "13:30"),)
    twice = judged(
        *walking("11:30", "13:30"), planned=whole, pack=with_patrol(min_cells=3)
    ).twice_daily
    assert twice.windows == (True, True)


def test_afternoon_shift_is_not_asked_for_a_morning_patrol() -> None:
    twice = judged(*walking("13:30", "17:30"), planned=(BOTH[1],)).twice_daily
    assert (twice.windows, twice.outcome) == ((False, True), Outcome.MET)


def test_morning_spent_on_an_order_is_not_held_against_the_worker() -> None:
    rows = [*outside("08:30", "12:00"), *walking("13:30", "17:30")]
    assert judged(*rows, planned=BOTH).twice_daily.outcome is Outcome.NOT_MET
    assert judged(*rows, planned=BOTH, orders=(BOTH[0],)).twice_daily.outcome is Outcome.MET


@pytest.mark.parametrize("day_of", [DAY, date(2026, 1, 1)])
def test_windows_are_told_in_the_zone_of_the_pack(day_of: date) -> None:
    assert PACK.twice_daily is not None
    first, second = windows_on(day_of, PACK.twice_daily.windows, PACK.zone)
    assert from_us(first[0]).astimezone(ZONE).strftime("%d %H:%M") == f"{day_of:%d} 06:00"
    assert first[1] == second[0]
