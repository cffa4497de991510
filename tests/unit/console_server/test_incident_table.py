from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console_server.incidents.incident import (
    DISPATCH,
    DISPATCHABLE,
    DONE,
    MOVES,
    WITH_WORKERS,
    Flow,
    Move,
    Mover,
    Need,
    Refused,
    Status,
    allowed_moves,
    judge,
)

ROLES = ["administrator", "dispatcher", "duty_leader", "supervisor", "wall", "department", "worker"]
EVERYTHING = frozenset(Need)


def test_the_seven_steps_can_be_walked_by_a_dispatcher_and_the_dispatch_itself() -> None:
    steps = [
        "reported",
        "accepted",
        "dispatched",
        "handling",
        "handled",
        "verified",
        "closed",
        "evaluated",
    ]
    for from_, to in pairwise(steps):
        role = DISPATCH if to in {"dispatched", "handling", "handled"} else "dispatcher"
        assert isinstance(judge(Status(from_), Status(to), Mover(role)), Move), (from_, to)


def test_whoever_handled_a_case_may_not_verify_it() -> None:
    refused = judge(Status.HANDLED, Status.VERIFIED, Mover("administrator", handled_it=True))
    assert refused == Refused(
        "Whoever handled a case may not be the one who verifies it.", rights=True
    )


def test_a_rejection_needs_a_reason() -> None:
    mover = Mover("dispatcher")
    assert isinstance(judge(Status.REPORTED, Status.REJECTED, mover), Refused)
    given_reason = frozenset({Need.REASON})
    assert isinstance(judge(Status.REPORTED, Status.REJECTED, mover, given_reason), Move)


def test_a_wall_may_move_nothing() -> None:
    assert [to for status in Status for to in allowed_moves(status, Mover("wall"))] == []


def test_no_person_can_make_a_case_dispatched_without_sending_somebody() -> None:
    people = (Mover(role) for role in ROLES)
    assert not any(
        isinstance(judge(Status.ACCEPTED, Status.DISPATCHED, mover, EVERYTHING), Move)
        for mover in people
    )


def test_every_status_but_the_first_can_be_reached_and_every_open_one_left() -> None:
    assert {to for _, to in MOVES} == set(Status) - {Status.REPORTED}
    assert {from_ for from_, _ in MOVES} >= set(Status) - DONE


def test_an_open_case_without_workers_can_be_given_some_or_waits_for_a_person() -> None:
    waiting_for_a_person = {Status.HANDLED, Status.VERIFIED, Status.SUSPENDED}
    assert set(Status) - DONE == DISPATCHABLE | waiting_for_a_person
    assert WITH_WORKERS <= DISPATCHABLE


@given(st.lists(st.tuples(st.sampled_from(Status), st.sampled_from([*ROLES, DISPATCH]))))
def test_no_walk_re_opens_a_closed_case_or_leaves_the_table(
    walk: list[tuple[Status, str]],
) -> None:
    status, was_done = Status.REPORTED, False
    for to, role in walk:
        ruling = judge(status, to, Mover(role), EVERYTHING)
        if isinstance(ruling, Move):
            assert (ruling.from_, ruling.to) == (status, to)
            status = to
        was_done = was_done or status in DONE
        assert not was_done or status in DONE


@given(st.sampled_from(Status), st.sampled_from(ROLES), st.booleans())
def test_allowed_moves_are_exactly_those_that_would_be_judged_possible(
    from_: Status,
    role: str,
    handled_it: bool,  # noqa: FBT001
) -> None:
    mover = Mover(role, handled_it)
    possible = {to for to in Status if isinstance(judge(from_, to, mover, EVERYTHING), Move)}
    assert set(allowed_moves(from_, mover)) == possible


@given(st.sampled_from(Status), st.sampled_from(Status), st.sets(st.sampled_from(Status)))
def test_a_pack_only_ever_takes_moves_away_but_passes_over_a_verification_it_has_not(
    from_: Status, to: Status, steps: set[Status]
) -> None:
    row = Flow(frozenset(steps)).find(from_, to)
    passed_over = (from_, to) == (Status.HANDLED, Status.CLOSED) and Status.VERIFIED not in steps
    assert (row is not None) == (to in steps and ((from_, to) in MOVES or passed_over))


@given(st.sampled_from(Status), st.sampled_from([*ROLES, DISPATCH]))
def test_a_move_that_needs_approval_is_nobodys_to_make_alone(from_: Status, role: str) -> None:
    flow = Flow(approved=frozenset({Status.SUSPENDED, Status.SENT_BACK}))
    mover, alone = Mover(role), EVERYTHING - {Need.APPROVAL}
    for to in flow.approved:
        assert isinstance(judge(from_, to, mover, alone, flow), Refused)
        assert to not in allowed_moves(from_, mover, flow)


def test_closing_needs_an_answer_where_every_report_gets_one() -> None:
    flow, mover = Flow(answers=True), Mover("supervisor")
    assert isinstance(judge(Status.VERIFIED, Status.CLOSED, mover, frozenset(), flow), Refused)
    given = frozenset({Need.ANSWER})
    assert isinstance(judge(Status.VERIFIED, Status.CLOSED, mover, given, flow), Move)
