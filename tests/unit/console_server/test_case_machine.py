"""Every pack's rules under random commands: no state that the table or the clock does not know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from test_incident_clock import OPENED

from console_server.dispatches.dispatch import (
    ENDED,
    TABLE,
    Advanced,
    Progress,
    advance,
)
from console_server.dispatches.dispatch import Status as Step
from console_server.incidents.case import Case
from console_server.incidents.clock import clocked, reworked
from console_server.incidents.deadlines import STANDING
from console_server.incidents.flow import flow_of
from console_server.incidents.incident import (
    DISPATCH,
    DISPATCHABLE,
    DONE,
    WITH_WORKERS,
    Move,
    Mover,
    Need,
    Status,
    allowed_moves,
    judge,
)
from console_server.packs.pack import RulePack, load_pack, shipped_packs

PEOPLE = ("dispatcher", "duty_leader", "supervisor", "administrator")
WORKERS = st.integers(1, 3)
START = datetime(2026, 9, 30, 8, tzinfo=UTC)
ALL_GIVEN = frozenset(Need)


class OneCase(RuleBasedStateMachine):
    """One case and the workers sent to it, as the commands move them by the rules alone."""

    pack: RulePack

    @initialize()
    def open(self) -> None:
        self.now, self.was_done = START, False
        self.case: Case = replace(
            OPENED, pack_code=self.pack.code, reported_at=START, due_at=START + timedelta(days=9)
        )
        self.handler: str | None = None
        self.sent: dict[tuple[int, int], Progress] = {}
        if self.pack.workflow.acceptance == "automatic":
            self._move(Status.ACCEPTED, DISPATCH)

    @rule(to=st.sampled_from(Status), who=st.sampled_from(PEOPLE), hours=st.integers(0, 30))
    def a_person_moves_it(self, to: Status, who: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        before = self.case.status
        if self._move(to, who) and to == Status.HANDLED:
            self.handler = who
        if self.case.status not in WITH_WORKERS and before in WITH_WORKERS:
            self._withdraw_all()

    @rule(worker=WORKERS)
    def a_worker_is_sent(self, worker: int) -> None:
        if self.case.status not in DISPATCHABLE or self._runs(worker):
            return
        waits = self.pack.workflow.acceptance == "admission" and self.case.status == "reported"
        if waits:
            return
        others = dict(self.sent)
        if self.case.status == Status.REPORTED:
            self._move(Status.ACCEPTED, "dispatcher")
        if self.case.status not in WITH_WORKERS:
            assert self._move(Status.DISPATCHED, DISPATCH)
        self.sent[worker, len(self.sent)] = Progress(Step.ORDERED, self.now)
        assert {key: self.sent[key] for key in others} == others

    @rule(worker=WORKERS, to=st.sampled_from(Step), late_s=st.integers(-600, 600))
    def a_worker_says_something(self, worker: int, to: Step, late_s: int) -> None:
        for key, progress in self.sent.items():
            if key[0] != worker:
                continue
            ruling = advance(progress, to, self.now + timedelta(seconds=late_s), self.now)
            if isinstance(ruling, Advanced):
                assert to in TABLE[progress.status]
                self.sent[key] = ruling.after
                self._follow(to)

    @invariant()
    def it_stands_where_the_pack_has_a_step(self) -> None:
        assert self.case.status in flow_of(self.pack).steps

    @invariant()
    def an_open_case_has_a_deadline_and_somebody_who_can_go_on_with_it(self) -> None:
        if self.case.status in DONE:
            return
        assert self.case.due_at is not None
        flow = flow_of(self.pack)
        by_people = {
            to for who in PEOPLE for to in allowed_moves(self.case.status, Mover(who), flow)
        }
        assert by_people or self.case.status in DISPATCHABLE

    @invariant()
    def its_clock_stands_exactly_where_it_should(self) -> None:
        assert (self.case.stopped_at is not None) == (self.case.status in STANDING)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        self.was_done = self.was_done or self.case.status in DONE
        assert not self.was_done or self.case.status in DONE

    @invariant()
    def nobody_is_under_way_to_a_case_that_needs_nobody(self) -> None:
        running = [each for each in self.sent.values() if each.status not in ENDED]
        assert not running or self.case.status in WITH_WORKERS

    def _runs(self, worker: int) -> bool:
        return any(key[0] == worker and each.status not in ENDED for key, each in self.sent.items())

    def _move(self, to: Status, role: str) -> bool:
        mover = Mover(role, handled_it=self.handler is not None and self.handler == role)
        ruling = judge(self.case.status, to, mover, ALL_GIVEN, flow_of(self.pack))
        if not isinstance(ruling, Move):
            return False
        if Need.OTHER_PERSON in ruling.needs:
            assert role != self.handler
        before = self.case
        handled_at = self.now if to == Status.HANDLED else before.handled_at
        closed_at = self.now if to in DONE else None
        after = replace(before, status=to, handled_at=handled_at, closed_at=closed_at)
        self.case = clocked(after, self.now, self.pack)
        if to == Status.REWORK:
            self.case = reworked(before, self.case, self.now, self.pack)
        return True

    def _withdraw_all(self) -> None:
        for key, progress in self.sent.items():
            ruling = advance(progress, Step.CANCELLED, self.now, self.now)
            if isinstance(ruling, Advanced):
                self.sent[key] = ruling.after

    def _follow(self, to: Step) -> None:
        """What a dispatch's step means for its case (`dispatches/commands.py`)."""
        if self.case.status == Status.DISPATCHED and to in {
            Step.EN_ROUTE,
            Step.ON_SCENE,
            Step.CLEARED,
        }:
            assert self._move(Status.HANDLING, DISPATCH)
        if self.case.status in WITH_WORKERS and all(
            each.status in ENDED for each in self.sent.values()
        ):
            cleared = any(each.status == Step.CLEARED for each in self.sent.values())
            after = (
                Status.HANDLED if cleared and self.case.status == "handling" else Status.ACCEPTED
            )
            assert self._move(after, DISPATCH)


@pytest.mark.parametrize("code", shipped_packs())
def test_no_random_commands_bring_a_case_where_the_rules_know_no_way(code: str) -> None:
    machine = type(f"Case_{code}", (OneCase,), {"pack": load_pack(code)})
    case = machine.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
    case("runTest").runTest()
