"""How gaps between fixes are judged, and how they join into stays."""

import pytest
import shapely
from attendance_days import (
    ALWAYS,
    EAST,
    GRID,
    MIDDLE,
    OUT_LON,
    PACK,
    RECTANGLE,
    SOUTH,
    WEST,
    Row,
    at,
    day,
    fix,
    ground,
    span,
    standing,
)
from oracle_stays import Rectangle

from console_server.attendance.border import border_of
from console_server.attendance.day import DayInput, OwnGround
from console_server.attendance.gaps import Cause
from console_server.attendance.verdict import DayVerdict, judge_days


def judged(given: DayInput) -> DayVerdict:
    return judge_days(PACK, [given])[0]


def kinds(given: DayInput) -> list[str]:
    """Judgements in order, with the cause where there is one."""
    told = []
    for stay in judged(given).stays:
        cause = f":{Cause(stay.cause).name.lower()}" if stay.cause else ""
        told.append(stay.judgement.name.lower() + cause)
    return told


def short_day(*rows: Row, **more: object) -> DayInput:
    return day(*rows, **{"planned": (span("09:00", "09:10"),), **more})


def test_walk_from_inside_to_outside_is_split_where_the_line_crosses_the_border() -> None:
    rows = [fix(at("09:00"), EAST - 0.001), fix(at("09:04"), EAST + 0.003)]
    stays = judged(short_day(*rows, planned=(span("09:00", "09:04"),))).stays
    assert [stay.judgement.name for stay in stays] == ["INSIDE", "OUTSIDE"]
    assert stays[0].to_us == pytest.approx(at("09:01"), abs=5)


def test_line_that_crosses_the_border_three_times_is_split_three_times() -> None:
    ring = [(0, 0), (1, 0), (1, 2), (2, 2), (2, 0), (3, 0), (3, 3), (0, 3)]  # a grid like an n
    shape = shapely.Polygon([(WEST + 0.001 * x, SOUTH + 0.001 * y) for x, y in ring])
    bent = OwnGround(*ALWAYS, (GRID,), border_of((shapely.to_wkb(shape),)))
    rows = [
        fix(at("09:00"), WEST + 0.0005, SOUTH + 0.001, grid=GRID),
        fix(at("09:04"), WEST + 0.0045, SOUTH + 0.001, grid=8),
    ]
    given = short_day(*rows, grounds=(bent,), planned=(span("09:00", "09:04"),))
    assert kinds(given) == ["inside", "outside", "inside", "outside"]


def test_gap_longer_than_the_pack_allows_is_unknown_however_the_ends_lie() -> None:
    assert kinds(short_day(fix(at("09:00")), fix(at("09:05")), fix(at("09:10")))) == ["inside"]
    assert kinds(short_day(fix(at("09:00")), fix(at("09:05:01")), fix(at("09:10")))) == [
        "unknown:no_signal",
        "inside",
    ]


def test_time_before_the_first_and_after_the_last_fix_is_unknown() -> None:
    rows = standing("09:02", "09:08")
    assert kinds(short_day(*rows)) == ["unknown:no_data", "inside", "unknown:no_data"]
    running = short_day(*rows, now_us=at("09:09"))
    assert kinds(running) == ["unknown:no_data", "inside", "unknown:no_fix_yet"]


def test_day_without_fixes_is_one_unknown_stay() -> None:
    assert kinds(short_day()) == ["unknown:no_data"]


def test_single_fix_proves_nothing_of_the_time_around_it() -> None:
    assert kinds(short_day(fix(at("09:05")))) == ["unknown:no_data"]


def test_mock_location_makes_both_of_its_gaps_unknown() -> None:
    rows = [fix(at(f"09:0{minute}"), mock=minute == 5) for minute in range(10)]
    assert kinds(short_day(*rows, planned=(span("09:00", "09:09"),))) == [
        "inside",
        "unknown:mock_location",
        "inside",
    ]


def test_jump_no_worker_can_make_is_unknown_both_ways() -> None:
    rows = [fix(at(f"09:0{minute}")) for minute in range(10)]
    rows[5] = fix(at("09:05"), MIDDLE[0] + 0.5)
    assert "unknown:impossible_speed" in kinds(short_day(*rows))


def test_noise_within_the_accuracy_is_no_impossible_speed() -> None:
    rows = [
        fix(at("09:00"), accuracy_m=30.0),
        fix(at("09:00:01"), MIDDLE[0] + 0.0006, accuracy_m=30.0),
    ]
    planned = ((at("09:00"), at("09:00:01")),)
    assert kinds(short_day(*rows, planned=planned)) == ["inside"]


def test_coarse_fix_near_the_border_is_unknown_and_deep_inside_is_not() -> None:
    near = [fix(at(f"09:0{minute}"), EAST - 0.0002, accuracy_m=60.0) for minute in range(3)]
    deep = [fix(at(f"09:0{minute}"), accuracy_m=60.0) for minute in range(3)]
    planned = (span("09:00", "09:02"),)
    assert kinds(short_day(*near, planned=planned)) == ["unknown:coarse_accuracy"]
    assert kinds(short_day(*deep, planned=planned)) == ["inside"]


def test_fix_that_does_not_say_its_accuracy_is_taken_as_the_pack_assumes() -> None:
    near = [fix(at(f"09:0{minute}"), EAST - 0.0002, accuracy_m=float("nan")) for minute in range(3)]
    assert kinds(short_day(*near, planned=(span("09:00", "09:02"),))) == ["unknown:coarse_accuracy"]


def test_two_handsets_that_contradict_each_other_prove_nothing() -> None:
    rows = [*standing("09:00", "09:10"), *standing("09:00", "09:10", lon=OUT_LON, handset=2)]
    assert kinds(short_day(*rows)) == ["unknown:impossible_speed"]


def test_two_handsets_in_one_pocket_are_as_good_as_one() -> None:
    rows = [*standing("09:00", "09:10"), *standing("09:00", "09:10", handset=2, accuracy_m=12.0)]
    assert kinds(short_day(*rows)) == ["inside"]


def test_order_turns_time_outside_into_time_on_the_order_but_not_time_inside() -> None:
    rows = [*standing("09:00", "09:04"), *standing("09:05", "09:10", lon=OUT_LON)]
    given = short_day(*rows, orders=(span("09:02", "09:08"),))
    assert kinds(given) == ["inside", "on_order", "outside"]


def test_unknown_place_on_an_order_is_on_order_and_keeps_its_cause() -> None:
    given = short_day(orders=(span("09:00", "09:10"),))
    assert kinds(given) == ["on_order:no_data"]


def test_any_of_several_own_grids_is_inside() -> None:
    far = Rectangle(OUT_LON - 0.002, SOUTH, OUT_LON + 0.002, SOUTH + 0.004)
    both = (ground(grids=(GRID,)), ground(far, grids=(9,)))
    rows = standing("09:00", "09:10", lon=OUT_LON, grid=9)
    assert kinds(short_day(*rows, grounds=(both[1],))) == ["inside"]
    assert kinds(short_day(*rows, grounds=(both[0],))) == ["outside"]


def test_border_that_moves_at_noon_is_judged_by_the_one_of_the_time() -> None:
    moved = Rectangle(EAST + 0.001, SOUTH, EAST + 0.006, SOUTH + 0.004)
    grounds = (
        ground(RECTANGLE, (ALWAYS[0], at("12:00"))),
        ground(moved, (at("12:00"), ALWAYS[1])),
    )
    morning = standing("11:00", "11:59", every_s=60)
    noon = standing("12:00", "13:00", every_s=60, grid=8)
    given = day(*morning, *noon, grounds=grounds, planned=(span("11:00", "13:00"),))
    stays = judged(given).stays
    assert [stay.judgement.name for stay in stays] == ["INSIDE", "OUTSIDE"]
    assert stays[0].to_us == at("12:00")


def test_time_off_duty_between_shifts_is_not_judged() -> None:
    given = day(*standing("08:30", "17:30"))
    assert [stay.span for stay in judged(given).stays] == list(given.planned)


def test_stay_names_its_grid() -> None:
    assert {stay.grid_id for stay in judged(short_day(*standing("09:00", "09:10"))).stays} == {GRID}
