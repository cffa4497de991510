"""Sending a worker to an incident, their progress, and taking an order back.

Owns what a dispatch's steps mean for its incident; the rules are `dispatch.py` and
`incidents/incident.py`. Each command locks the incident, changes everything or nothing, writes the
case file and announces the result.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.dispatch import (
    ENDED,
    RUNNING,
    Advanced,
    Ignored,
    Status,
    advance,
)
from console_server.dispatches.orders import send_order
from console_server.dispatches.store import Addressee, DispatchRow
from console_server.errors import Conflict, NotFound
from console_server.incidents.actor import Actor
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, lock_case, move_case, write_event
from console_server.incidents.incident import DISPATCHABLE, WITH_WORKERS
from console_server.incidents.incident import Status as CaseStatus

UNDER_WAY = frozenset({Status.EN_ROUTE, Status.ON_SCENE, Status.CLEARED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one dispatch. `said_at` is its sender's clock, `now` the server's."""

    to: Status
    said_at: datetime
    now: datetime
    note: str | None = None


async def send_worker(
    connection: Connection,
    case: Case,
    worker_id: int,
    actor: Actor,
    now: datetime,
    acknowledge_within_s: float,
) -> DispatchRow:
    """Send a worker to a locked case; a case that nobody accepted yet is accepted by this.

    Other dispatches, of this worker too, are left as they are.

    Raises:
        NotFound: no such worker.
        Conflict: the case or the worker cannot take it, with the reason.
    """
    if case.status not in DISPATCHABLE:
        raise Conflict(f"Nobody can be sent to a case that is {case.status}.")
    addressee = await _addressee(connection, worker_id)
    for other in await store.dispatches_of(connection, case.incident_id):
        if other.worker_id == worker_id and other.status in RUNNING:
            raise Conflict(f"{addressee.name} is already on this case ({other.status}).")
    case = await _made_dispatched(connection, case, actor, now)
    row = DispatchRow(
        dispatch_id=uuid4(),
        incident_id=case.incident_id,
        worker_id=worker_id,
        version=1,
        status=Status.ORDERED,
        ordered_by=actor.account_id,
        ordered_at=now,
        acknowledge_by=now + timedelta(seconds=acknowledge_within_s),
    )
    await store.insert_dispatch(connection, row)
    case = await _note(connection, case, row, addressee, actor, now)
    await send_order(connection, addressee, case, row, "go")
    await announce(connection, case)
    return row


async def advance_dispatch(
    connection: Connection, dispatch_id: UUID, step: Step, actor: Actor, version: int | None = None
) -> Advanced | Ignored:
    """Make one step of a dispatch, with what it means for the case.

    A handset's step carries no version; a person's does, and must be the one they saw.

    Raises:
        NotFound: no such dispatch, or not one of this worker.
        Conflict: the dispatch is no longer at `version`.
    """
    found = await store.find_dispatch(connection, dispatch_id)
    if found is None or (actor.kind == "worker" and actor.worker_id != found.worker_id):
        raise NotFound("dispatch", str(dispatch_id))
    case = await lock_case(connection, found.incident_id)
    row = await store.find_dispatch(connection, dispatch_id)
    if row is None or (version is not None and version != row.version):
        raise Conflict(f"The dispatch was changed meanwhile: it is {row and row.status}.")
    ruling = advance(row.progress(), step.to, step.said_at, step.now)
    if isinstance(ruling, Advanced):
        case = await _apply(connection, case, row, ruling, step, actor)
        case = await _follow(connection, case, step, actor.following())
        await announce(connection, case)
    return ruling


async def withdraw_all(
    connection: Connection, case: Case, actor: Actor, now: datetime, reason: str
) -> Case:
    """Take back every running order of a locked case that has no more use for workers."""
    for row in await store.dispatches_of(connection, case.incident_id):
        step = Step(Status.CANCELLED, now, now, reason)
        ruling = advance(row.progress(), step.to, now, now)
        if isinstance(ruling, Advanced):
            case = await _apply(connection, case, row, ruling, step, actor)
    return case


async def _addressee(connection: Connection, worker_id: int) -> Addressee:
    addressee = await store.find_addressee(connection, worker_id)
    if addressee is None or addressee.retired:
        raise NotFound("worker", worker_id)
    if not addressee.handsets:
        raise Conflict(f"{addressee.name} has no enrolled handset that can receive orders.")
    return addressee


async def _made_dispatched(connection: Connection, case: Case, actor: Actor, now: datetime) -> Case:
    if case.status == CaseStatus.REPORTED:
        case = await move_case(connection, case, CaseStatus.ACCEPTED, actor, now)
    if case.status in WITH_WORKERS:
        return case
    return await move_case(connection, case, CaseStatus.DISPATCHED, actor.following(), now)


async def _apply(
    connection: Connection,
    case: Case,
    row: DispatchRow,
    ruling: Advanced,
    step: Step,
    actor: Actor,
) -> Case:
    """Store the step, write it into the case file, tell the handset what it did not do itself."""
    after = _stepped(row, ruling, step)
    await store.save_dispatch(connection, row, after)
    addressee = await store.find_addressee(connection, row.worker_id)
    if addressee is None:
        raise NotFound("worker", row.worker_id)
    if step.to == Status.CLEARED:
        case = replace(case, handled_by=row.worker_id)
    filled = ",".join(ruling.filled)
    case = await _note(connection, case, after, addressee, actor, step.now, filled)
    if step.to in ENDED and actor.kind != "worker":
        await send_order(connection, addressee, case, after, "withdraw")
    return case


def _stepped(row: DispatchRow, ruling: Advanced, step: Step) -> DispatchRow:
    return replace(
        row,
        version=row.version + 1,
        status=ruling.after.status,
        acknowledged_at=ruling.after.acknowledged_at,
        en_route_at=ruling.after.en_route_at,
        on_scene_at=ruling.after.on_scene_at,
        cleared_at=ruling.after.cleared_at,
        ended_at=ruling.after.ended_at,
        reason=step.note or row.reason,
    )


async def _note(
    connection: Connection,
    case: Case,
    row: DispatchRow,
    addressee: Addressee,
    actor: Actor,
    now: datetime,
    filled: str = "",
) -> Case:
    body = {
        "dispatchId": str(row.dispatch_id),
        "to": row.status.value,
        "workerId": row.worker_id,
        "worker": addressee.name,
        "reason": row.reason,
        "filled": filled or None,
    }
    kept = {key: value for key, value in body.items() if value is not None}
    return await write_event(connection, case, "dispatch", actor, kept, now)


async def _follow(connection: Connection, case: Case, step: Step, actor: Actor) -> Case:
    """Move the case on after a step: work began, is done, or nobody is on it any more."""
    if case.status not in WITH_WORKERS:
        return case
    if case.status == CaseStatus.DISPATCHED and step.to in UNDER_WAY:
        case = await move_case(connection, case, CaseStatus.HANDLING, actor, step.now)
    others = await store.dispatches_of(connection, case.incident_id)
    if any(each.status in RUNNING for each in others):
        return case
    to = CaseStatus.ACCEPTED if case.handled_by is None else CaseStatus.HANDLED
    return await move_case(connection, case, to, actor, step.now)
