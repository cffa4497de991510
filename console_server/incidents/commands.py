"""Moving an incident by a person: accept, reject, merge, suspend, verify, close and the rest.

Owns the command and what it means for workers under way; the rules are `incident.py`, opening is
`opening.py`.
"""

from dataclasses import dataclass
from uuid import UUID

from console_server.database import Connection
from console_server.dispatches.answers import answer_reporter
from console_server.dispatches.commands import withdraw_all
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import (
    NOTHING,
    Grounds,
    announce,
    expect_version,
    lock_case,
    move_case,
    write_event,
)
from console_server.incidents.conflicts import NotMergeable
from console_server.incidents.incident import DONE, WITH_WORKERS, Status


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided on, having seen `version` of the incident."""

    to: Status
    version: int
    grounds: Grounds = NOTHING


async def decide(connection: Connection, incident_id: UUID, decision: Decision, act: Act) -> Case:
    """Make the move; where the case has no more use for workers, their orders are withdrawn.

    Raises:
        NotFound: there is no such incident.
        Conflict: it was changed meanwhile, or the table has no such move from here.
        Forbidden: this person may not make it.
    """
    case, into = await _lock_both(connection, incident_id, decision.grounds.into)
    await expect_version(connection, case, decision.version)
    case = await move_case(connection, case, decision.to, act, decision.grounds)
    case = await without_workers(connection, case, act, decision.grounds)
    case = await answer_reporter(connection, case, act, decision.grounds.reason)
    if into is not None:
        await _absorb(connection, into, case, act)
    await announce(connection, case)
    return case


async def without_workers(connection: Connection, case: Case, act: Act, grounds: Grounds) -> Case:
    """Take back the running orders of a case that has no more use for workers."""
    if case.status in WITH_WORKERS:
        return case
    return await withdraw_all(connection, case, act, grounds.reason or case.status.value)


async def _lock_both(
    connection: Connection, incident_id: UUID, into: UUID | None
) -> tuple[Case, Case | None]:
    """Lock in the order of the ids, so that two merges of the same pair cannot deadlock."""
    ids = sorted({incident_id} if into is None else {incident_id, into})
    locked = {each: await lock_case(connection, each) for each in ids}
    return locked[incident_id], None if into is None else locked[into]


async def _absorb(connection: Connection, into: Case, merged: Case, act: Act) -> None:
    if into.incident_id == merged.incident_id or into.status in DONE:
        raise NotMergeable(f"A case cannot be merged into {into.code}, which is {into.status}.")
    body = {"incident": str(merged.incident_id), "code": merged.code}
    await announce(connection, await write_event(connection, into, "absorbed", act, body))
