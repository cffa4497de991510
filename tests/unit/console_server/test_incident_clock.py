"""What a move means for a case's clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from console_server.incidents.case import Case
from console_server.incidents.clock import clocked, is_late, is_to_warn
from console_server.incidents.deadlines import RUNNING, STANDING
from console_server.incidents.incident import DONE, MOVES, Status
from console_server.packs.pack import load_pack

PACK = load_pack("xingdian")
START = datetime(2025, 9, 30, 2, tzinfo=UTC)
OPENED = Case(
    incident_id=UUID(int=1),
    code="20250930-0001",
    version=1,
    status=Status.REPORTED,
    class_code="0601",
    severity=3,
    title="道路破损",
    description="",
    place="",
    lon=None,
    lat=None,
    area_id=None,
    source="dispatcher",
    client_id=None,
    reporter_worker_id=None,
    group_id=None,
    pack_code="xingdian",
    pack_version=PACK.version,
    reported_at=START,
    due_at=START + timedelta(days=10),
    warn_at=START + timedelta(days=9),
)


@given(st.lists(st.tuples(st.sampled_from(Status), st.integers(0, 100)), max_size=15))
def test_on_every_walk_the_clock_stands_exactly_while_the_case_does(
    walk: list[tuple[Status, int]],
) -> None:
    case, at = OPENED, START
    for to, hours in walk:
        if (case.status, to) not in MOVES:
            continue
        at += timedelta(hours=hours)
        before, case = case, clocked(replace(case, status=to), at, PACK)
        assert (case.stopped_at is not None) == (case.status in STANDING)
        assert case.due_at is not None
        assert before.due_at is not None
        assert case.due_at >= before.due_at
        assert not (case.status in DONE and (case.escalate_at or case.warn_at))
        late = is_late(case, at)
        assert not (late and (case.status not in RUNNING or case.due_at > at))


def test_a_case_that_stands_is_neither_warned_of_nor_late() -> None:
    held = clocked(replace(OPENED, status=Status.SUSPENDED), START, PACK)
    far = START + timedelta(days=400)
    assert not is_to_warn(held, far)
    assert not is_late(held, far)
    going = clocked(replace(held, status=Status.ACCEPTED), far, PACK)
    assert not is_late(going, far)
    assert is_late(going, far + timedelta(days=30))
