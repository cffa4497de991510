"""When silence is an alert against a worker, when of a subdistrict, and when of nobody."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from console_server.alerts.silence import End, Moment, Raise, Running, Watched, Way, decide
from console_server.packs.intake_rules import SilenceRules

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
RULES = SilenceRules(alert_after_s=900, area_share=0.6, area_min=5)
WELL = Way(well=True)
MOMENT = Moment(NOW, WELL, RULES)


def worker(number: int, silent_min: float | None = 0, area: int = 1) -> Watched:
    """One on duty, heard so many minutes ago; None: never, and nobody knows since when."""
    heard = None if silent_min is None else NOW - timedelta(minutes=silent_min)
    return Watched(number, 1000 + number, area, heard, "app_killed")


def of_worker(number: int) -> Running:
    return Running(uuid4(), number, 1000 + number)


def of_area(area: int = 1) -> Running:
    return Running(uuid4(), None, area)


def test_a_worker_silent_past_the_limit_is_one_alert_with_its_cause() -> None:
    raised = decide([worker(1, 15.1), worker(2, 14.9), worker(3, None)], [], MOMENT)
    since = NOW - timedelta(minutes=15.1)
    assert raised == [Raise(1, 1001, "app_killed", since)]
    assert decide([worker(1, 16)], [of_worker(1)], MOMENT) == []


def test_an_alert_ends_when_the_worker_is_heard_or_goes_off_duty() -> None:
    heard, gone = of_worker(1), of_worker(2)
    assert decide([worker(1, 0.1)], [heard, gone], MOMENT) == [
        End(heard.alert_id, "heard"),
        End(gone.alert_id, "off_duty"),
    ]


def test_a_subdistrict_silent_as_a_whole_is_one_alert_and_none_against_workers() -> None:
    everybody = [worker(n, 20) for n in range(4)] + [worker(4), worker(5)]
    [raised] = decide(everybody, [], MOMENT)
    assert isinstance(raised, Raise)
    assert (raised.worker_id, raised.area_id, raised.cause) == (None, 1, "area_wide")
    assert raised.silent_count == 4
    assert decide(everybody, [of_area()], MOMENT) == []


def test_alerts_against_workers_end_in_that_of_their_subdistrict() -> None:
    everybody = [worker(n, 20) for n in range(5)]
    before = of_worker(2)
    decided = decide(everybody, [before], MOMENT)
    assert End(before.alert_id, "in_area_alert") in decided
    assert [each.worker_id for each in decided if isinstance(each, Raise)] == [None]


def test_another_subdistrict_is_judged_by_itself() -> None:
    here, there = [worker(n, 20) for n in range(5)], [worker(n, 0, 2) for n in range(10, 15)]
    decided = decide([*here, *there, worker(20, 20, 2)], [], MOMENT)
    raised = {each.worker_id for each in decided if isinstance(each, Raise)}
    assert raised == {None, 20}


def test_a_few_workers_are_no_subdistrict() -> None:
    decided = decide([worker(n, 20) for n in range(4)], [], MOMENT)
    assert [each.worker_id for each in decided if isinstance(each, Raise)] == [0, 1, 2, 3]


def test_while_our_own_way_is_broken_nobody_is_accused() -> None:
    broken = Moment(NOW, Way(well=False), RULES)
    assert decide([worker(1, 20), worker(2, 600)], [], broken) == []
    [raised] = decide([worker(n, 20) for n in range(6)], [], broken)
    assert isinstance(raised, Raise)
    assert (raised.worker_id, raised.cause) == (None, "outage")


def test_what_was_lost_in_an_outage_is_not_counted_after_it() -> None:
    ended = Way(well=True, excused_until=NOW - timedelta(minutes=10))
    assert decide([worker(1, 60)], [], Moment(NOW, ended, RULES)) == []
    later = Moment(NOW + timedelta(minutes=6), ended, RULES)
    assert [type(each) for each in decide([worker(1, 60)], [], later)] == [Raise]


def test_the_alert_of_a_subdistrict_does_not_come_and_go() -> None:
    running = of_area()
    third = [worker(n, 20) for n in range(4)] + [worker(n) for n in range(4, 10)]  # 40 %
    assert decide(third, [running], MOMENT) == []
    tenth = [worker(0, 20)] + [worker(n) for n in range(1, 10)]
    ended = decide(tenth, [running], MOMENT)
    assert End(running.alert_id, "heard") in ended


def test_a_subdistrict_without_anybody_on_duty_has_no_alert() -> None:
    running = of_area()
    assert decide([], [running], MOMENT) == [End(running.alert_id, "off_duty")]


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.floats(0, 120)), st.integers(1, 3), st.booleans()),
        max_size=40,
    ),
    st.booleans(),
    st.one_of(st.none(), st.floats(0, 60)),
    st.integers(0, 1000),
)
def test_asked_again_at_once_there_is_nothing_to_do(
    people: list[tuple[float | None, int, bool]],
    well: bool,  # noqa: FBT001
    excused_min: float | None,
    seed: int,
) -> None:
    until = None if excused_min is None else NOW - timedelta(minutes=excused_min)
    moment = Moment(NOW, Way(well, until), RULES)
    everybody = [worker(n, silent, area) for n, (silent, area, _) in enumerate(people)]
    running = [of_worker(n) for n, (_, _, alerted) in enumerate(people) if alerted]
    running += [of_area(area) for area in random.Random(seed).sample([1, 2, 3], seed % 3)]  # noqa: S311
    after = carried_out(running, decide(everybody, running, moment))
    assert decide(everybody, after, moment) == []
    assert len({(each.worker_id, each.area_id) for each in after}) == len(after)


def carried_out(running: list[Running], decided: list[Raise | End]) -> list[Running]:
    ended: set[UUID] = {each.alert_id for each in decided if isinstance(each, End)}
    raised = [
        Running(uuid4(), each.worker_id, each.area_id)
        for each in decided
        if isinstance(each, Raise)
    ]
    return [each for each in running if each.alert_id not in ended] + raised
