"""一日双巡 by the time between two patrols instead of by windows."""

from dataclasses import replace

import pytest
from attendance_days import PACK, Row, day, span, standing, walking

from console_server.attendance.outcome import Outcome
from console_server.attendance.twice_daily import TwiceDaily
from console_server.attendance.verdict import judge_days
from console_server.packs.rules import TwiceDailyRules

APART = replace(PACK, twice_daily=TwiceDailyRules(min_separation_s=3 * 3600))
OUT = 118.62


def judged(*rows: Row) -> TwiceDaily:
    return judge_days(APART, [day(*rows, planned=(span("08:00", "16:00"),))])[0].twice_daily


def away(start: str, end: str) -> list[Row]:
    return standing(start, end, lon=OUT)


@pytest.mark.parametrize(
    ("second", "outcome", "marks"),
    [("12:30", Outcome.MET, (True, True)), ("11:00", Outcome.NOT_MET, (True, False))],
)
def test_two_patrols_count_when_far_enough_apart(
    second: str, outcome: Outcome, marks: tuple[bool, ...]
) -> None:
    hour, minute = second.split(":")
    end = f"{int(hour) + 1}:{minute}"
    found = judged(
        *walking("08:00", "09:00"),
        *away("09:02", f"{int(hour) - 1}:58" if minute == "00" else f"{hour}:28"),
        *walking(second, end),
        *away(f"{int(hour) + 1}:{int(minute) + 2:02d}", "16:00"),
    )
    assert (found.outcome, found.windows) == (outcome, marks)


def test_silence_in_which_the_second_patrol_may_lie_leaves_it_open() -> None:
    found = judged(*walking("08:00", "09:00"), *away("09:02", "13:00"), *away("14:30", "16:00"))
    assert (found.outcome, found.windows) == (Outcome.UNDECIDED, (True, False))


def test_leave_that_takes_the_day_asks_for_nothing() -> None:
    given = day(planned=(span("08:00", "16:00"),), leaves=(span("08:00", "15:30"),))
    assert judge_days(APART, [given])[0].twice_daily.outcome is None
