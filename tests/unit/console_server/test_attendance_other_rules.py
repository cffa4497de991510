"""Key checkpoints, and the night watch in two shifts across midnight."""

from dataclasses import replace
from datetime import time

from attendance_days import MIDDLE, PACK, Row, at, checkpoint, day, span, standing, walking

from console_server.attendance.other_rules import Rule
from console_server.attendance.outcome import Outcome
from console_server.attendance.verdict import judge_days
from console_server.packs.rules import CheckpointRules, NightWatch, TimeSpan

NIGHTS = (TimeSpan(time(18), time(0)), TimeSpan(time(0), time(6)))
RULED = replace(PACK, checkpoints=CheckpointRules(per_day=2), night_watch=NightWatch(NIGHTS))
POINTS = (
    checkpoint(1, *MIDDLE),
    checkpoint(2, MIDDLE[0], MIDDLE[1] + 0.001),
    checkpoint(3, MIDDLE[0] + 0.002, MIDDLE[1]),
)
Told = list[tuple[Rule, int, Outcome]]


def told(*rows: Row, planned: tuple[tuple[int, int], ...], now: str | None = None) -> Told:
    given = day(*rows, planned=planned, checkpoints=POINTS, now_us=at(now) if now else None)
    others = judge_days(RULED, [given])[0].others
    return [(each.rule, each.count, each.outcome) for each in others]


def test_enough_checkpoints_were_touched() -> None:
    found = told(*walking("09:00", "12:00"), planned=(span("09:00", "12:00"),))
    assert found == [(Rule.CHECKPOINTS, 2, Outcome.MET)]


def test_checkpoints_that_nobody_came_near_are_not_met() -> None:
    rows = standing("09:00", "12:00", lon=MIDDLE[0] - 0.002)
    assert told(*rows, planned=(span("09:00", "12:00"),)) == [
        (Rule.CHECKPOINTS, 0, Outcome.NOT_MET)
    ]


def test_checkpoint_counts_where_it_was_at_the_time() -> None:
    moved = (
        replace(POINTS[0], to_us=at("10:00")),
        replace(POINTS[0], lon=MIDDLE[0] + 0.002, from_us=at("10:00")),
    )
    rows = [*standing("09:00", "09:59"), *standing("10:00", "11:00", lon=MIDDLE[0] - 0.002)]
    one_a_day = replace(PACK, checkpoints=CheckpointRules(per_day=2))
    given = day(*rows, planned=(span("09:00", "11:00"),), checkpoints=moved)
    [rule] = judge_days(one_a_day, [given])[0].others
    assert (rule.count, rule.required, rule.outcome) == (1, 1, Outcome.MET)
    late = [*standing("09:00", "09:59", lon=MIDDLE[0] - 0.002), *standing("10:00", "11:00")]
    given = day(*late, planned=(span("09:00", "11:00"),), checkpoints=moved)
    [rule] = judge_days(one_a_day, [given])[0].others
    assert (rule.count, rule.required, rule.outcome) == (0, 1, Outcome.NOT_MET)


def test_checkpoint_that_was_not_there_all_the_time_is_not_asked_for_but_counts() -> None:
    fresh = replace(POINTS[0], from_us=at("10:30"))
    rows = standing("09:00", "11:00")
    pack = replace(PACK, checkpoints=CheckpointRules(per_day=2))
    only_fresh = day(*rows, planned=(span("09:00", "11:00"),), checkpoints=(fresh,))
    assert judge_days(pack, [only_fresh])[0].others == ()
    both = day(*rows, planned=(span("09:00", "11:00"),), checkpoints=(fresh, POINTS[2]))
    [rule] = judge_days(pack, [both])[0].others
    assert (rule.count, rule.required, rule.outcome) == (1, 1, Outcome.MET)


def test_silence_may_hide_a_visit() -> None:
    rows = standing("09:00", "11:00", lon=MIDDLE[0] - 0.002)
    assert told(*rows, planned=(span("09:00", "12:00"),)) == [
        (Rule.CHECKPOINTS, 0, Outcome.UNDECIDED)
    ]


def test_each_shift_of_the_night_wants_a_patrol_of_its_own_across_midnight() -> None:
    rows = [*walking("21:00", "23:00"), *standing("23:01", "29:00", lon=118.62)]
    found = told(*rows, planned=(span("21:00", "29:00"),))
    assert found == [
        (Rule.CHECKPOINTS, 2, Outcome.MET),
        (Rule.NIGHT_WATCH, 1, Outcome.MET),
        (Rule.NIGHT_WATCH, 0, Outcome.NOT_MET),
    ]


def test_night_that_is_still_to_come_is_open() -> None:
    found = told(*walking("21:00", "22:00"), planned=(span("21:00", "29:00"),), now="22:00")
    assert [outcome for _, _, outcome in found] == [Outcome.MET, Outcome.MET, Outcome.UNDECIDED]
