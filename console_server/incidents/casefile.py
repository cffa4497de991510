"""The electronic case file: lock a case, move it, write in it, announce it.

The building blocks of every command that touches an incident, of this folder and of others; not
the commands themselves. A command locks the case first and its dispatches after it, always in
this order, so that commands wait for each other and never deadlock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from console_server.database import Connection
from console_server.errors import Forbidden, GridbeatError, NotFound
from console_server.incidents import store
from console_server.incidents.actor import Act, Actor
from console_server.incidents.case import Case
from console_server.incidents.clock import clocked, reworked
from console_server.incidents.conflicts import (
    CaseChanged,
    MoveImpossible,
    NeedMissing,
    all_told,
    told,
)
from console_server.incidents.flow import flow_of, pack_of
from console_server.incidents.group_orders import end_with_case
from console_server.incidents.incident import DISPATCH, DONE, Mover, Need, Refused, Status, judge
from console_server.incidents.retelling import GROUP_STATES
from console_server.incidents.summaries import read_summary
from console_server.live.outbox import put_delta
from console_server.wire.cases import Rating


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a move brings along: a reason, the case it merges into, the approval of a request.

    `rating`: what whoever reported it thinks of how it was handled, for an evaluation.
    """

    reason: str | None = None
    into: UUID | None = None
    approval: UUID | None = None
    rating: Rating | None = None

    def given(self) -> frozenset[Need]:
        """The needs of the transition table that are met."""
        needs = {
            Need.REASON: self.reason,
            Need.ANSWER: self.reason,
            Need.INTO: self.into,
            Need.APPROVAL: self.approval,
        }
        return frozenset(need for need, value in needs.items() if value)

    def body(self) -> dict[str, Any]:
        """How it stands in the case file."""
        values = {
            "reason": self.reason,
            "into": self.into,
            "request": self.approval,
            "rating": self.rating,
        }
        return {key: str(value) for key, value in values.items() if value}


NOTHING = Grounds()


async def lock_case(connection: Connection, incident_id: UUID) -> Case:
    """The incident, changed by nobody else until the commit.

    Raises:
        NotFound: there is none.
    """
    case = await store.find_case(connection, incident_id, lock=True)
    if case is None:
        raise NotFound("incident", str(incident_id))
    return case


async def expect_version(connection: Connection, case: Case, version: int) -> None:
    """Make sure that a person decides on what they saw; what the clock noted since does not count.

    Raises:
        CaseChanged: it was changed since; says by whom, how and when.
    """
    if case.version == version:
        return
    since = await store.changed_since(connection, case.incident_id, version)
    if since or version > case.version:
        said = all_told(since, (await pack_of(connection, case)).zone)
        raise CaseChanged(
            f"Case {case.code} was changed meanwhile: {said}"
            f" (version {case.version}, you had {version})."
        )


async def write_event(
    connection: Connection,
    case: Case,
    kind: str,
    act: Act,
    body: Mapping[str, Any],
) -> Case:
    """Add one event to the case file; the incident's version counts them."""
    after = replace(case, version=case.version + 1)
    before = await store.save_case(connection, case, after)
    await store.append_event(connection, after, kind, act, body, before=before)
    return after


async def move_case(
    connection: Connection,
    case: Case,
    to: Status,
    act: Act,
    grounds: Grounds = NOTHING,
) -> Case:
    """Make one move of the transition table, with its entry in the case file.

    Raises:
        Conflict: the table has no such move from here, or something it needs is missing.
        Forbidden: this actor may not make it.
    """
    mover = Mover(act.actor.role, await _handled(connection, case, act.actor))
    pack = await pack_of(connection, case)
    ruling = judge(case.status, to, mover, grounds.given(), flow_of(pack))
    if isinstance(ruling, Refused):
        raise await _refusal(connection, case, ruling)
    after = clocked(_arrived(case, to, act, grounds), act.at, pack)
    if to == Status.REWORK:
        after = reworked(case, after, act.at, pack)
    after = replace(after, version=case.version + 1)
    before = await store.save_case(connection, case, after)
    body: dict[str, Any] = {"from": case.status.value, "to": to.value} | grounds.body()
    if case.group_ordered_at is not None and after.group_ordered_at is None:
        ended = await end_with_case(connection, case.incident_id, to, act.at, grounds.reason)
        body[GROUP_STATES] = ended
    await store.append_event(connection, after, "status", act, body, before=before)
    return after


async def group_code_of(connection: Connection, case: Case) -> str | None:
    """The code of the functional group that handles the case."""
    return await store.group_code_of(connection, case.group_id)


async def group_id_of(connection: Connection, code: str) -> int:
    """The functional group of this code.

    Raises:
        NotFound: the installation has none.
    """
    group_id = await store.group_id_of(connection, code)
    if group_id is None:
        raise NotFound("group", code)
    return group_id


async def announce(connection: Connection, case: Case) -> None:
    """Tell every console that may see the case how it stands now."""
    summary = await read_summary(connection, case.incident_id)
    await put_delta(connection, "incident", case.area_id, summary)


async def last_told(connection: Connection, case: Case, kind: str, key: str = "") -> str:
    """Who did this last when, as `: closed by 张伟 at 14:03:12`; empty if nobody did.

    `key`: the dispatch or the order to a group that it must be about.
    """
    last = await store.last_of(connection, case.incident_id, kind, key)
    return f": {told(last, (await pack_of(connection, case)).zone)}" if last else ""


async def _refusal(connection: Connection, case: Case, refused: Refused) -> GridbeatError:
    """Why not, and who brought the case to where it stands."""
    if refused.rights:
        return Forbidden(refused.detail)
    if refused.lacks:
        return NeedMissing(refused.detail)
    since = await last_told(connection, case, "status")
    return MoveImpossible(f"{refused.detail} Case {case.code}{since}.")


async def _handled(connection: Connection, case: Case, actor: Actor) -> bool:
    if actor.account_id is None or case.status not in {Status.HANDLED, Status.VERIFIED}:
        return False  # elsewhere no move asks for another person
    return await store.account_handled(connection, case, actor.account_id)


def _arrived(case: Case, to: Status, act: Act, grounds: Grounds) -> Case:
    after = replace(case, status=to)
    if to == Status.HANDLED and act.actor.role == DISPATCH:
        return replace(after, handled_at=act.at)  # the worker was noted with the dispatch
    if to == Status.HANDLED:
        return replace(after, handled_at=act.at, handled_by_account=act.actor.account_id)
    if to in {Status.DISPATCHED, Status.REWORK}:
        return replace(after, handled_at=None, handled_by=None, handled_by_account=None)
    if to in DONE and case.closed_at is None:
        return replace(after, closed_at=act.at, merged_into=grounds.into)
    return after
