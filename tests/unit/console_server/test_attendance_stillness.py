"""Phones that lie still for hours, and people who only stand for a while."""

import random
from dataclasses import replace

import pytest
from attendance_days import MIDDLE, PACK, Row, at, day, fix, span, walking

from console_server.attendance.gaps import Cause, Judgement
from console_server.attendance.outcome import Outcome
from console_server.attendance.verdict import DayVerdict, judge_days

WARY = replace(PACK, judgement=replace(PACK.judgement, max_still_s=14_400))
METRE = 1 / 111_195


def lying(start: str, end: str, accuracy_m: float) -> list[Row]:
    """Fixes of a phone that lies still, scattered as its accuracy says."""
    rng = random.Random(5)  # noqa: S311 - seeded on purpose
    step = accuracy_m / 1.51 * METRE
    return [
        fix(when, MIDDLE[0] + rng.gauss(0, step), MIDDLE[1] + rng.gauss(0, step), accuracy_m)
        for when in range(at(start), at(end) + 1, 30_000_000)
    ]


def judged(*rows: Row) -> DayVerdict:
    return judge_days(WARY, [day(*rows, planned=(span("08:00", "16:00"),))])[0]


@pytest.mark.parametrize("accuracy_m", [4.0, 15.0, 19.0])
def test_phone_in_a_drawer_proves_nothing(accuracy_m: float) -> None:
    verdict = judged(*lying("08:00", "16:00", accuracy_m))
    assert [(each.judgement, each.cause) for each in verdict.stays] == [
        (Judgement.UNKNOWN, Cause.STILL)
    ]
    assert verdict.share.outcome is Outcome.UNDECIDED
    assert (verdict.patrols.count, verdict.patrols.outcome) == (0, Outcome.UNDECIDED)


def test_three_hours_at_a_desk_are_presence() -> None:
    rows = [*lying("08:00", "11:00", 15.0), *walking("11:01", "16:00")]
    verdict = judged(*rows)
    assert verdict.share.lower == 1.0


def test_somebody_who_walks_is_never_still() -> None:
    verdict = judged(*walking("08:00", "16:00"))
    assert {each.judgement for each in verdict.stays} == {Judgement.INSIDE}
