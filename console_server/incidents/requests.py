"""挂账, 延期, 回退: one person asks to stop a case's clock, another one rules on it.

Owns both commands; their rows are `request_rows.py`. Which of them a pack knows and who may agree
is the pack's, what a clock makes of it is `clock.py`. Nothing changes for the case until it is
granted.
"""

from dataclasses import dataclass
from typing import get_args
from uuid import UUID, uuid4

from console_server.database import Connection
from console_server.errors import Forbidden, Invalid
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import (
    Grounds,
    announce,
    expect_version,
    last_told,
    lock_case,
    move_case,
    write_event,
)
from console_server.incidents.clock import with_due
from console_server.incidents.commands import without_workers
from console_server.incidents.conflicts import MoveImpossible, RequestRuled
from console_server.incidents.deadlines import RUNNING, STANDING, extended
from console_server.incidents.flow import flow_of, pack_of
from console_server.incidents.incident import ADMINISTRATOR, Status
from console_server.incidents.request_rows import (
    RequestRow,
    find_request,
    insert_request,
    store_ruling,
)
from console_server.packs.pack import RulePack
from console_server.packs.rules import WorkingTime
from console_server.wire.cases import RequestKind

EXTENDED = "extended"
MORE_MAX_DAYS = 365
REASON_MAX = 1000
NO_TIME = WorkingTime()


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for by somebody who saw `version`; `more`: by how much, for an extension."""

    kind: RequestKind
    reason: str
    version: int
    more: WorkingTime = NO_TIME


def askable(case: Case, pack: RulePack) -> list[RequestKind]:
    """What may be asked for now, under the case's own pack version."""
    kinds: list[RequestKind] = [each.to for each in pack.workflow.approvals]
    return [kind for kind in kinds if _fits(case, kind, pack)]


async def ask(connection: Connection, incident_id: UUID, asked: Ask, act: Act) -> Case:
    """Put the request into the case file and wait for a ruling.

    Raises:
        NotFound: there is no such incident.
        Conflict: changed meanwhile, not possible from here, or another request waits.
        Invalid: no reason, or an extension by no time.
    """
    _expect_sound(asked)
    case = await lock_case(connection, incident_id)
    await expect_version(connection, case, asked.version)
    if asked.kind not in askable(case, await pack_of(connection, case)):
        raise MoveImpossible(f"For a case that is {case.status} nobody can ask: {asked.kind}.")
    request_id, more = uuid4(), asked.more
    row = RequestRow(
        request_id=request_id,
        incident_id=incident_id,
        kind=asked.kind,
        reason=asked.reason,
        hours=more.hours,
        days=more.days,
        asked_by=act.actor.account_id,
        ruled_at=None,
    )
    await insert_request(connection, row, act)
    body = {"request": str(request_id), "requestKind": asked.kind, "reason": asked.reason}
    times = {"hours": asked.more.hours, "days": asked.more.days} if asked.kind == EXTENDED else {}
    case = await write_event(connection, case, "asked", act, body | times)
    await announce(connection, case)
    return case


async def rule(
    connection: Connection, request_id: UUID, act: Act, *, granted: bool, reason: str = ""
) -> Case:
    """Grant a request, which stops the clock or moves the deadline, or deny it.

    Raises:
        NotFound: there is no such request.
        Conflict: it was ruled on already, or the case has moved on.
        Forbidden: by who asked, or by a role that the pack does not name.
    """
    found = await find_request(connection, request_id)
    case = await lock_case(connection, found.incident_id)
    found = await find_request(connection, request_id)
    pack = await pack_of(connection, case)
    await _expect_may_rule(connection, case, found, act, pack)
    await store_ruling(connection, found, act, granted=granted, reason=reason)
    body = {"request": str(request_id), "requestKind": found.kind, "granted": granted}
    case = await write_event(connection, case, "ruled", act, body | {"reason": reason})
    if granted:
        case = await _grant(connection, case, found, act, pack)
    await announce(connection, case)
    return case


def may_rule(role: str, account_id: int, pending: RequestRow | None, pack: RulePack) -> bool:
    """Whether this account may rule on the request that waits, if one does."""
    if pending is None or pending.ruled_at is not None or pending.asked_by == account_id:
        return False
    return role in _rulers(pending.kind, pack)


def _rulers(kind: RequestKind, pack: RulePack) -> frozenset[str]:
    named = (each.by for each in pack.workflow.approvals if each.to == kind)
    return frozenset(role for roles in named for role in roles) | {ADMINISTRATOR}


def _fits(case: Case, kind: RequestKind, pack: RulePack) -> bool:
    if kind == EXTENDED:
        return case.status in RUNNING | STANDING and case.due_at is not None
    return flow_of(pack).find(case.status, Status(kind)) is not None


def _expect_sound(asked: Ask) -> None:
    more = asked.more
    errors = [] if asked.reason.strip() else ["reason: is empty"]
    if len(asked.reason) > REASON_MAX or "\0" in asked.reason:
        errors.append(f"reason: longer than {REASON_MAX} characters, or has a NUL character")
    if asked.kind not in get_args(RequestKind):
        errors.append("kind: not known")
    if not (0 <= more.hours <= MORE_MAX_DAYS * 24 and 0 <= more.days <= MORE_MAX_DAYS):
        errors.append("hours, days: out of range")
    elif asked.kind == EXTENDED and more == NO_TIME:
        errors.append("hours, days: an extension by no time")
    if errors:
        raise Invalid("This cannot be asked for.", errors)


async def _expect_may_rule(
    connection: Connection, case: Case, found: RequestRow, act: Act, pack: RulePack
) -> None:
    if found.ruled_at is not None:
        said = await last_told(connection, case, "ruled")
        raise RequestRuled(f"The request was ruled on already{said}.")
    if act.actor.account_id is None or act.actor.account_id == found.asked_by:
        raise Forbidden("Another person than who asked must rule on it.")
    if act.actor.role not in _rulers(found.kind, pack):
        raise Forbidden(f"The role {act.actor.role} may not rule on this.")


async def _grant(
    connection: Connection, case: Case, found: RequestRow, act: Act, pack: RulePack
) -> Case:
    if found.kind != EXTENDED:
        grounds = Grounds(found.reason, approval=found.request_id)
        case = await move_case(connection, case, Status(found.kind), act, grounds)
        return await without_workers(connection, case, act, grounds)
    if case.due_at is None or case.status not in RUNNING | STANDING:
        raise MoveImpossible(f"A case that is {case.status} needs no more time.")
    due = extended(pack.calendar, case.due_at, WorkingTime(found.hours, found.days))
    body = {"request": str(found.request_id), "from": case.due_at.isoformat()}
    later = with_due(case, due, act.at, pack)
    return await write_event(connection, later, EXTENDED, act, body | {"dueAt": due.isoformat()})
