"""What never counts against a worker: approved leave, outages of the system, standby."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from attendance_days import DAY, OUT_LON, PACK, Row, at, day, fixes, span, standing, walking
from hypothesis import given, settings
from hypothesis import strategies as st

from console_server.attendance.day import DayInput
from console_server.attendance.inputs import _plan, frame_of
from console_server.attendance.outcome import Outcome
from console_server.attendance.roster_reader import ShiftSpan
from console_server.attendance.spans import SECOND_US
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.pack import load_pack

MORNING, AFTERNOON = span("08:30", "12:00"), span("13:30", "17:30")
HOUR_US = 3600 * SECOND_US
RANK = {Outcome.NOT_MET: 0, Outcome.UNDECIDED: 1, Outcome.MET: 2}


def judged(given_day: DayInput) -> DayVerdict:
    return judge_days(PACK, [given_day])[0]


def test_leave_leaves_the_planned_work_time() -> None:
    """Outside all afternoon: a morning in the grid is a share of one half, or of all with leave."""
    rows = [*walking("08:30", "12:00"), *standing("13:30", "17:30", lon=OUT_LON)]
    present = judged(day(*rows))
    excused = judged(day(*rows, leaves=(AFTERNOON,)))
    assert present.time.work_us == 7.5 * HOUR_US
    assert excused.time.work_us == 3.5 * HOUR_US
    assert excused.leave_us == 4 * HOUR_US
    assert present.share.lower == pytest.approx(3.5 / 7.5, abs=1e-3)
    assert excused.share.lower == pytest.approx(1.0, abs=1e-3)


def test_leave_of_a_part_of_a_shift_takes_that_part_alone() -> None:
    verdict = judged(day(*walking("08:30", "17:30"), leaves=(span("11:00", "14:30"),)))
    assert verdict.planned_us == 7.5 * HOUR_US
    assert verdict.leave_us == 2 * HOUR_US  # 11:00-12:00 and 13:30-14:30, not the noon between
    assert verdict.time.work_us == 5.5 * HOUR_US


def test_leave_beyond_the_shifts_takes_nothing_more_than_them() -> None:
    verdict = judged(day(leaves=(span("00:00", "23:59"),)))
    assert (verdict.leave_us, verdict.time.work_us) == (7.5 * HOUR_US, 0)
    assert verdict.share.outcome is None
    assert verdict.patrols.outcome is None
    assert verdict.twice_daily.outcome is None
    assert verdict.others == ()


def test_leaves_that_overlap_count_once() -> None:
    both = judged(day(leaves=(span("08:30", "11:00"), span("10:00", "12:00"))))
    assert both.leave_us == 3.5 * HOUR_US


def test_leave_in_one_window_asks_for_no_patrol_in_it() -> None:
    rows = walking("08:30", "12:00")
    assert judged(day(*rows)).twice_daily.outcome is not Outcome.MET
    assert judged(day(*rows, leaves=(AFTERNOON,))).twice_daily.outcome is Outcome.MET


@given(st.lists(st.tuples(st.integers(0, 239), st.booleans()), max_size=40))
@settings(max_examples=60, deadline=None)
def test_where_somebody_was_on_leave_changes_no_verdict(seen: list[tuple[int, bool]]) -> None:
    """Fixes well inside the leave, wherever they are, say nothing of work."""
    rows = walking("08:30", "12:00")
    away: list[Row] = []
    for minute, inside in sorted(set(seen)):
        clock = f"{13 + (31 + minute) // 60:02}:{(31 + minute) % 60:02}"
        away += standing(clock, clock, **({} if inside else {"lon": OUT_LON}))
    on_leave = {"leaves": (AFTERNOON,)}
    without, with_fixes = judged(day(*rows, **on_leave)), judged(day(*rows, *away, **on_leave))
    assert with_fixes.time == without.time
    assert with_fixes.share == without.share


def test_silence_of_a_broken_system_is_nobodys_fault() -> None:
    """A quarter of work time in the grid, all else lost to an outage: undecided, not failed."""
    rows = [*walking("08:30", "10:00"), *standing("10:01", "12:00", lon=OUT_LON)]
    lost = judged(day(*rows, outages=(AFTERNOON,)))
    assert lost.time.outage_us > 3.9 * HOUR_US
    assert lost.share.outcome is Outcome.MET  # of the time that the system can answer for
    assert judged(day(*rows)).share.outcome is Outcome.UNDECIDED


MINUTES = st.integers(0, 540)


@given(
    st.lists(st.tuples(MINUTES, st.integers(1, 120), st.booleans()), max_size=8),
    st.tuples(MINUTES, st.integers(1, 300)),
)
@settings(max_examples=150, deadline=None)
def test_an_outage_never_makes_an_outcome_worse(
    seen: list[tuple[int, int, bool]], broken: tuple[int, int]
) -> None:
    start = at("08:30")
    rows: list[Row] = []
    for begin, lasting, inside in seen:
        for minute in range(begin, begin + lasting):
            lon = {} if inside else {"lon": OUT_LON}
            moment = start + minute * 60 * SECOND_US
            rows += [(moment, *standing("09:00", "09:00", **lon)[0][1:])]  # type: ignore[misc]
    outage = (start + broken[0] * 60 * SECOND_US, start + sum(broken) * 60 * SECOND_US)
    whole, hurt = judged(day(*rows)), judged(day(*rows, outages=(outage,)))
    for before, after in (
        (whole.share.outcome, hurt.share.outcome),
        (whole.patrols.outcome, hurt.patrols.outcome),
        (whole.twice_daily.outcome, hurt.twice_daily.outcome),
    ):
        if before is not None and after is not None:
            assert RANK[after] >= RANK[before]


def test_standby_is_held_to_the_rules_only_where_the_pack_says_so() -> None:
    now = datetime(DAY.year, DAY.month, DAY.day + 2, tzinfo=UTC)
    shifts = [ShiftSpan(1, *MORNING, "patrol"), ShiftSpan(1, *AFTERNOON, "standby")]
    strict = frame_of(DAY, load_pack("xingdian"), now)
    lenient = frame_of(DAY, load_pack("jingjiang"), now)
    assert _plan(strict, shifts)[:2] == ((MORNING, AFTERNOON), ())
    assert _plan(lenient, shifts)[:2] == ((MORNING,), (AFTERNOON,))


def test_standby_time_is_no_work_time_and_nothing_is_asked_in_it() -> None:
    rows = [*walking("08:30", "12:00"), *standing("13:30", "17:30", lon=OUT_LON)]
    verdict = judged(day(*rows, planned=(MORNING,), standby=(AFTERNOON,)))
    assert verdict.time.work_us == 3.5 * HOUR_US
    assert verdict.share.lower == pytest.approx(1.0, abs=1e-3)
    assert verdict.twice_daily.outcome is Outcome.MET  # of the one window with work in it


@pytest.mark.parametrize(
    ("rows", "patrols"),
    [(standing("08:30", "12:00", lon=OUT_LON), None), (walking("08:30", "12:00"), Outcome.MET)],
)
def test_a_day_of_standby_alone_asks_for_nothing_and_a_patrol_of_it_counts(
    rows: list[Row], patrols: Outcome | None
) -> None:
    verdict = judged(replace(day(planned=(), standby=(MORNING,)), fixes=fixes(*rows)))
    assert verdict.time.work_us == 0
    assert (verdict.share.outcome, verdict.patrols.outcome) == (None, patrols)
