"""The share of work time in the own grid, and what never counts against a worker."""

from dataclasses import replace
from fractions import Fraction

import pytest
from attendance_days import OUT_LON, PACK, Row, at, day, ground, span, standing

from console_server.attendance.outcome import Outcome
from console_server.attendance.share import Share
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.rules import ShareRules

SHIFT = (span("09:00", "12:00"),)


def judged(*rows: Row, **more: object) -> DayVerdict:
    return judge_days(PACK, [day(*rows, **{"planned": SHIFT, **more})])[0]


def share(*rows: Row, **more: object) -> Share:
    return judged(*rows, **more).share


def inside(start: str, end: str) -> list[Row]:
    return standing(start, end, every_s=60)


def outside(start: str, end: str) -> list[Row]:
    return standing(start, end, lon=OUT_LON, every_s=60)


def test_exactly_a_third_is_met() -> None:
    shifts = (span("09:00", "10:00"), span("11:00", "13:00"))
    found = share(*inside("09:00", "10:00"), *outside("11:00", "13:00"), planned=shifts)
    assert (found.lower, found.upper) == (1 / 3, 1 / 3)
    assert found.outcome is Outcome.MET


def test_outside_all_day_is_not_met() -> None:
    assert share(*outside("09:00", "12:00")) == Share(
        0.0, 0.0, pytest.approx(1 / 3), Outcome.NOT_MET
    )


def test_no_signal_at_all_is_undecided_and_never_not_met() -> None:
    assert share() == Share(0.0, 1.0, pytest.approx(1 / 3), Outcome.UNDECIDED)


def test_unknown_time_widens_the_bounds_on_both_sides() -> None:
    found = share(*inside("09:00", "09:30"), *outside("10:30", "12:00"))
    assert found.lower == pytest.approx(30 / 180, abs=0.001)
    assert found.upper == pytest.approx(90 / 180, abs=0.001)
    assert found.outcome is Outcome.UNDECIDED


def test_enough_proved_time_is_met_whatever_the_rest_was() -> None:
    assert share(*inside("09:00", "10:01")).outcome is Outcome.MET


def test_time_on_an_order_leaves_the_work_time() -> None:
    rows = [*inside("09:00", "09:40"), *outside("09:41", "12:00")]
    assert share(*rows).outcome is Outcome.NOT_MET
    assert share(*rows, orders=(span("09:50", "11:50"),)).outcome is Outcome.MET


def test_whole_shift_on_an_order_asks_for_nothing() -> None:
    verdict = judged(*outside("09:00", "12:00"), orders=SHIFT)
    assert verdict.share == Share(None, None, pytest.approx(1 / 3), None)
    assert (verdict.patrols.outcome, verdict.twice_daily.outcome) == (None, None)


def test_unknown_place_on_an_order_can_only_help() -> None:
    rows = outside("10:30", "12:00")
    found = share(*rows, orders=(span("09:00", "10:29"),))
    assert found.lower == 0.0
    assert found.upper is not None
    assert found.upper > 0.45
    assert found.outcome is Outcome.UNDECIDED


def test_leave_is_taken_off_the_work_time() -> None:
    verdict = judged(*inside("11:00", "12:00"), leaves=(span("09:00", "11:00"),))
    assert verdict.leave_us == 2 * 3600 * 1_000_000
    assert verdict.share.lower == 1.0


def test_standby_is_neither_work_time_nor_a_failed_patrol() -> None:
    longer = (span("08:50", "12:10"),)
    verdict = judged(*outside("08:50", "12:10"), planned=(), standby=SHIFT, duty=longer)
    assert verdict.time.work_us == 0
    assert verdict.share.outcome is None
    assert verdict.patrols.outcome is None


def test_without_a_plan_the_time_on_duty_is_the_work_time() -> None:
    verdict = judged(*inside("09:00", "12:00"), planned=(), duty=(span("09:00", "11:00"),))
    assert verdict.time.work_us == 2 * 3600 * 1_000_000
    assert verdict.share.outcome is Outcome.MET


def test_without_plan_and_duty_it_lasts_from_the_first_to_the_last_fix() -> None:
    verdict = judged(*inside("09:00", "11:00"), planned=())
    assert verdict.time.work_us == 2 * 3600 * 1_000_000


def test_worker_without_an_own_grid_is_not_judged_by_it() -> None:
    verdict = judged(*outside("09:00", "12:00"), grounds=())
    assert verdict.share == Share(None, None, pytest.approx(1 / 3), None)
    assert verdict.patrols.outcome is None


def test_running_day_is_not_lost_while_it_can_still_be_made_up() -> None:
    rows = outside("09:00", "10:00")
    assert share(*rows, now_us=at("10:00")).outcome is Outcome.UNDECIDED
    assert share(*outside("09:00", "11:30"), now_us=at("11:30")).outcome is Outcome.NOT_MET


def test_running_day_counts_planned_time_up_to_now_only() -> None:
    verdict = judged(*inside("09:00", "10:00"), now_us=at("10:00"))
    assert verdict.provisional
    assert verdict.planned_us == 3600 * 1_000_000
    assert verdict.share.lower == 1.0


def test_pack_without_the_rule_shows_the_share_without_an_outcome() -> None:
    pack = replace(PACK, share=None)
    found = judge_days(pack, [day(*inside("09:00", "12:00"), planned=SHIFT)])[0].share
    assert (found.lower, found.required, found.outcome) == (1.0, 0.0, None)


def test_share_is_compared_exactly() -> None:
    pack = replace(PACK, share=ShareRules(Fraction(1, 2)))
    shifts = (span("09:00", "10:00"), span("11:00", "12:00"))
    given = day(*inside("09:00", "10:00"), *outside("11:00", "12:00"), planned=shifts)
    assert judge_days(pack, [given])[0].share.outcome is Outcome.MET


def test_input_hash_names_what_went_in() -> None:
    plain = judged(*inside("09:00", "12:00"))
    again = judged(*inside("09:00", "12:00")[::-1])
    other_border = judged(*inside("09:00", "12:00"), grounds=(ground(grids=(7, 8)),))
    other_leave = judged(*inside("09:00", "12:00"), leaves=(span("09:00", "09:01"),))
    hashes = {each.input_hash for each in (plain, again, other_border, other_leave)}
    assert plain.input_hash == again.input_hash
    assert len(hashes) == 3
