"""Sending a worker to an incident, their progress, and taking an order back.

Owns what a dispatch's steps mean for its incident; the rules are `dispatch.py` and
`incidents/incident.py`. Each command locks the incident, changes everything or nothing, writes the
case file and announces the result.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
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
from console_server.dispatches.orders import send_order, send_reminder
from console_server.dispatches.store import Addressee, DispatchRow
from console_server.errors import NotFound
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import (
    announce,
    last_told,
    lock_case,
    move_case,
    write_event,
)
from console_server.incidents.clock import UNATTENDED
from console_server.incidents.conflicts import (
    AlreadyOnCase,
    DispatchChanged,
    NoHandset,
    NotAdmitted,
    NotDispatchable,
)
from console_server.incidents.escalation import escalate
from console_server.incidents.flow import pack_of, waits_for_admission
from console_server.incidents.group_orders import running_orders
from console_server.incidents.incident import DISPATCHABLE, WITH_WORKERS
from console_server.incidents.incident import Status as CaseStatus
from console_server.incidents.retelling import DISPATCH_STATE, dispatch_state

REMIND_AT_MOST_EVERY = timedelta(seconds=15)  # more often is noise, not news
UNDER_WAY = frozenset({Status.EN_ROUTE, Status.ON_SCENE, Status.CLEARED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one dispatch by somebody; `said_at` is when, by their own clock."""

    to: Status
    act: Act
    said_at: datetime
    note: str | None = None


async def send_worker(
    connection: Connection,
    case: Case,
    worker_id: int,
    act: Act,
    acknowledge_within_s: float,
) -> DispatchRow:
    """Send a worker to a locked case; a case that nobody accepted yet is accepted by this.

    Other dispatches, of this worker too, are left as they are.

    Raises:
        NotFound: no such worker.
        Conflict: the case or the worker cannot take it, with the reason.
    """
    await expect_dispatchable(connection, case)
    addressee = await _addressee(connection, worker_id)
    for other in await store.dispatches_of(connection, case.incident_id):
        if other.worker_id == worker_id and other.status in RUNNING:
            since = await last_told(connection, case, "dispatch", str(other.dispatch_id))
            raise AlreadyOnCase(f"{addressee.name} is already on case {case.code}{since}.")
    case = await made_dispatched(connection, case, act)
    row = DispatchRow(
        dispatch_id=uuid4(),
        incident_id=case.incident_id,
        worker_id=worker_id,
        version=1,
        status=Status.ORDERED,
        ordered_by=act.actor.account_id,
        ordered_at=act.at,
        acknowledge_by=act.at + timedelta(seconds=acknowledge_within_s),
        remind_at=act.at + timedelta(seconds=acknowledge_within_s / 2),
    )
    await store.insert_dispatch(connection, row)
    case = await write_event(connection, case, "dispatch", act, _entry(row, addressee))
    await send_order(connection, addressee, case, row, "go")
    await announce(connection, case)
    return row


async def advance_dispatch(
    connection: Connection, dispatch_id: UUID, step: Step, version: int | None = None
) -> Advanced | Ignored:
    """Make one step of a dispatch, with what it means for the case.

    A handset's step carries no version; a person's does, and must be the one they saw.

    Raises:
        NotFound: no such dispatch, or not one of this worker.
        Conflict: the dispatch is no longer at `version`.
    """
    found = await store.find_dispatch(connection, dispatch_id)
    actor = step.act.actor
    if found is None or (actor.kind == "worker" and actor.worker_id != found.worker_id):
        raise NotFound("dispatch", str(dispatch_id))
    case = await lock_case(connection, found.incident_id)
    row = await store.find_dispatch(connection, dispatch_id)
    if row is None or (version is not None and version != row.version):
        said = await last_told(connection, case, "dispatch", str(dispatch_id))
        raise DispatchChanged(f"The dispatch of case {case.code} was changed meanwhile{said}.")
    ruling = advance(row.progress(), step.to, step.said_at, step.act.at)
    if isinstance(ruling, Advanced):
        case = await _apply(connection, case, row, ruling, step)
        case = await _follow(connection, case, step)
        if step.to == Status.LAPSED and case.status in UNATTENDED:
            case = await escalate(connection, case, step.act, "not_acknowledged")
        await announce(connection, case)
    return ruling


async def withdraw_all(connection: Connection, case: Case, act: Act, reason: str) -> Case:
    """Take back every running order of a locked case that has no more use for workers."""
    for row in await store.dispatches_of(connection, case.incident_id):
        step = Step(Status.CANCELLED, act, act.at, reason)
        ruling = advance(row.progress(), step.to, act.at, act.at)
        if isinstance(ruling, Advanced):
            case = await _apply(connection, case, row, ruling, step)
    return case


async def remind(connection: Connection, dispatch_id: UUID, act: Act) -> bool:
    """Remind the worker of an order that waits to be acknowledged; False: no need any more.

    Again and again until it lapses, counted from this reminder: what was missed while nobody was
    there to remind is not made up in a burst. A worker without a handset cannot be reminded.

    Raises:
        NotFound: no such dispatch.
    """
    found = await store.find_dispatch(connection, dispatch_id)
    if found is None:
        raise NotFound("dispatch", str(dispatch_id))
    case = await lock_case(connection, found.incident_id)
    row = await store.find_dispatch(connection, dispatch_id)
    if row is None or row.status != Status.ORDERED or row.remind_at is None:
        return False
    if row.remind_at > act.at:  # another instance has just reminded
        return False
    addressee = await store.find_addressee(connection, row.worker_id)
    if addressee is None or not addressee.handsets:
        return False
    reminded = replace(row, remind_at=_next_reminder(row, act.at))
    await store.save_dispatch(connection, row, reminded)
    await send_reminder(connection, addressee, case, row, act.at)
    body = {
        "dispatchId": str(dispatch_id),
        "worker": addressee.name,
        "workerId": row.worker_id,
        DISPATCH_STATE: dispatch_state(reminded),
    }
    await announce(connection, await write_event(connection, case, "reminded", act, body))
    return True


def _next_reminder(row: DispatchRow, now: datetime) -> datetime | None:
    """A quarter of the time to acknowledge later; None when the order lapses before."""
    if row.acknowledge_by is None:
        return None
    again_at = now + max((row.acknowledge_by - row.ordered_at) / 4, REMIND_AT_MOST_EVERY)
    return again_at if again_at < row.acknowledge_by else None


async def expect_dispatchable(connection: Connection, case: Case) -> None:
    """Make sure that the case may be given to somebody.

    Raises:
        Conflict: not in its status, or the pack asks for an admission (准入) by the centre first.
    """
    if case.status not in DISPATCHABLE:
        since = await last_told(connection, case, "status")
        raise NotDispatchable(f"Nobody can be sent to case {case.code}{since}.")
    if waits_for_admission(case, await pack_of(connection, case)):
        raise NotAdmitted(f"Case {case.code} must be admitted by the centre first.")


async def _addressee(connection: Connection, worker_id: int) -> Addressee:
    addressee = await store.find_addressee(connection, worker_id)
    if addressee is None or addressee.retired:
        raise NotFound("worker", worker_id)
    if not addressee.handsets:
        raise NoHandset(f"{addressee.name} has no enrolled handset that can receive orders.")
    return addressee


async def made_dispatched(connection: Connection, case: Case, act: Act) -> Case:
    """The case as it is once somebody is sent; one that nobody accepted yet is accepted by this."""
    if case.status == CaseStatus.REPORTED:
        case = await move_case(connection, case, CaseStatus.ACCEPTED, act)
    if case.status in WITH_WORKERS:
        return case
    return await move_case(connection, case, CaseStatus.DISPATCHED, act.following())


async def _apply(
    connection: Connection,
    case: Case,
    row: DispatchRow,
    ruling: Advanced,
    step: Step,
) -> Case:
    """Store the step, write it into the case file, tell the handset what it did not do itself."""
    after = _stepped(row, ruling, step)
    await store.save_dispatch(connection, row, after)
    addressee = await store.find_addressee(connection, row.worker_id)
    if addressee is None:
        raise NotFound("worker", row.worker_id)
    if step.to == Status.CLEARED:
        case = replace(case, handled_by=row.worker_id)
    body = _entry(after, addressee, ",".join(ruling.filled))
    case = await write_event(connection, case, "dispatch", step.act, body)
    if step.to in ENDED and step.act.actor.kind != "worker":
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


def _entry(row: DispatchRow, addressee: Addressee, filled: str = "") -> dict[str, Any]:
    """What the case file says of a dispatch; `filled`: steps that were passed without a word."""
    body = {
        "dispatchId": str(row.dispatch_id),
        "to": row.status.value,
        "workerId": row.worker_id,
        "worker": addressee.name,
        "reason": row.reason,
        "filled": filled or None,
        DISPATCH_STATE: dispatch_state(row),
    }
    return {key: value for key, value in body.items() if value is not None}


async def _follow(connection: Connection, case: Case, step: Step) -> Case:
    """Move the case on after a step: work began, is done, or nobody is on it any more."""
    if case.status not in WITH_WORKERS:
        return case
    if case.status == CaseStatus.DISPATCHED and step.to in UNDER_WAY:
        case = await move_case(connection, case, CaseStatus.HANDLING, step.act.following())
    others = await store.dispatches_of(connection, case.incident_id)
    if any(each.status in RUNNING for each in others):
        return case
    if await _groups_still_have_it(connection, case):
        return case
    handled = case.handled_by is not None or case.handled_by_account is not None
    to = CaseStatus.HANDLED if handled else CaseStatus.ACCEPTED
    return await move_case(connection, case, to, step.act.following())


async def _groups_still_have_it(connection: Connection, case: Case) -> bool:
    """A worker who handled it does so for the one group; of several groups each has its part."""
    running = await running_orders(connection, case.incident_id)
    return bool(running) and (case.handled_by is None or any(each.joint for each in running))
