from math import inf
from typing import Literal

from fleet_builders import NOON_S, make_order
from hypothesis import given
from hypothesis import strategies as st

from simulators.noise import random_of
from simulators.people.errand import Errands
from simulators.scenario import OrderPlan
from telemetry_ingest.wire.handset import OrderMessage, ProgressMessage

ALWAYS = OrderPlan(decline_share=0.0)


class Feet:
    """Needs 100 s for any way and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def set_out(self, order: OrderMessage, at_s: float) -> float:
        self.asked.append(("out", order.dispatch))
        return at_s + 100.0

    def turn_back(self, at_s: float) -> None:
        assert at_s > 0
        self.asked.append(("back", None))


def make_errands(plan: OrderPlan = ALWAYS) -> tuple[Errands, list[ProgressMessage], Feet]:
    said: list[ProgressMessage] = []
    feet = Feet()
    return Errands(plan, random_of(1), feet, said.append), said, feet


def run_to_end(errands: Errands) -> None:
    while errands.due_s < inf:
        errands.step(errands.due_s)


def steps(said: list[ProgressMessage]) -> list[tuple[str, str]]:
    return [(message.dispatch, message.step.value) for message in said]


WAY = ["acknowledged", "en_route", "on_scene", "cleared"]


def test_an_order_is_acknowledged_walked_to_handled_and_cleared() -> None:
    errands, said, feet = make_errands()
    errands.receive(make_order(), NOON_S)
    assert errands.busy
    run_to_end(errands)
    assert steps(said) == [("d1", step) for step in WAY]
    assert 3.0 <= said[0].at - NOON_S <= 8.0
    assert round(said[2].at - said[1].at, 2) == 100.0
    assert 30.0 <= said[3].at - said[2].at <= 120.0
    assert said[3].note
    assert feet.asked == [("out", "d1"), ("back", None)]
    assert not errands.busy


def test_the_same_order_again_changes_nothing() -> None:
    errands, said, _ = make_errands()
    for _ in range(3):
        errands.receive(make_order(), NOON_S)
    run_to_end(errands)
    errands.receive(make_order(), NOON_S + 9999)
    run_to_end(errands)
    assert len(said) == 4


def test_an_older_version_after_a_withdrawal_is_ignored() -> None:
    errands, said, _ = make_errands()
    errands.receive(make_order(version=3, action="withdraw"), NOON_S)
    errands.receive(make_order(version=1), NOON_S + 1)
    run_to_end(errands)
    assert said == []


def test_several_orders_are_queued_and_done_one_by_one() -> None:
    errands, said, feet = make_errands()
    errands.receive(make_order("d1"), NOON_S)
    errands.step(NOON_S + 10)
    errands.receive(make_order("d2"), NOON_S + 10)
    run_to_end(errands)
    first = [message.at for message in said if message.dispatch == "d1"]
    second = [m.at for m in said if m.dispatch == "d2" and m.step == "en_route"]
    assert second[0] >= first[-1]
    assert [what for what, _ in feet.asked] == ["out", "out", "back"]


def test_a_withdrawn_order_is_dropped_on_the_way_and_the_day_goes_on() -> None:
    errands, said, feet = make_errands()
    errands.receive(make_order(), NOON_S)
    errands.step(NOON_S + 30)
    assert feet.asked == [("out", "d1")]
    errands.receive(make_order(version=2, action="withdraw"), NOON_S + 40)
    run_to_end(errands)
    assert steps(said)[-1] == ("d1", "en_route")
    assert feet.asked[-1] == ("back", None)
    assert not errands.busy


def test_a_refusal_has_a_reason() -> None:
    errands, said, feet = make_errands(OrderPlan(decline_share=1.0))
    errands.receive(make_order(), NOON_S)
    run_to_end(errands)
    assert steps(said) == [("d1", "declined")]
    assert said[0].note
    assert feet.asked == []


def test_off_duty_an_order_is_declined_at_once() -> None:
    errands, said, _ = make_errands()
    errands.receive(make_order(), NOON_S, on_duty=False)
    assert steps(said) == [("d1", "declined")]
    assert not errands.busy


def test_an_order_of_before_a_restart_is_gone_on_with_without_acknowledging_again() -> None:
    errands, said, _ = make_errands()
    errands.take_up(make_order(version=4), NOON_S, acknowledged=True)
    errands.receive(make_order(version=1), NOON_S + 1)
    run_to_end(errands)
    assert steps(said) == [("d1", step) for step in WAY[1:]]


messages = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.sampled_from(["go", "withdraw"])),
    max_size=12,
)


@given(messages, st.lists(st.floats(0.0, 120.0), min_size=12, max_size=12))
def test_whatever_arrives_each_order_is_answered_at_most_once_and_in_order(
    arrived: list[tuple[str, int, Literal["go", "withdraw"]]], gaps: list[float]
) -> None:
    errands, said, _ = make_errands()
    now_s = NOON_S
    for (dispatch, version, action), gap_s in zip(arrived, gaps, strict=False):
        now_s += gap_s
        errands.step(now_s)
        errands.receive(make_order(dispatch, version, action), now_s)
    run_to_end(errands)
    assert not errands.busy
    for dispatch in "abc":
        own = [message for message in said if message.dispatch == dispatch]
        assert [m.step.value for m in own] == WAY[: len(own)]
        assert [m.at for m in own] == sorted(m.at for m in own)
