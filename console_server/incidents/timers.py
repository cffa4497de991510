"""What the clock does to a case: warn of the deadline, note that it is over, tell the next role.

Owns finding what is due and doing it once: every case is locked and looked at again, so that it
does not matter how many instances try or when one of them dies. Everything is in the store.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import structlog
from prometheus_client import Counter

from console_server.database import Connection
from console_server.errors import GridbeatError
from console_server.incidents.actor import SYSTEM, Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, lock_case, write_event
from console_server.incidents.clock import UNATTENDED, is_late, is_to_warn
from console_server.incidents.deadlines import RUNNING
from console_server.incidents.escalation import escalate
from console_server.parts import Parts

AT_ONCE = 100
PUNCTUAL = timedelta(seconds=30)  # a look a second, and a duty that changes hands in a few
FAILED = Counter("gridbeat_case_timers_failed_total", "Timers of a case that failed", ["timer"])
_log = structlog.get_logger(__name__)


async def fire_due(parts: Parts) -> int:
    """Do all that is due now: how many cases were changed."""
    return sum([await _fire(parts, timer) for timer in TIMERS])


@dataclass(frozen=True, slots=True)
class Timer:
    """Which cases might be due, and what to do to one that is locked: None, if it is not due."""

    name: str
    due: LiteralString
    act: Callable[[Connection, Case, Act], Awaitable[Case | None]]


async def _fire(parts: Parts, timer: Timer) -> int:
    now, fired = parts.clock(), 0
    async with parts.pool.connection() as connection:
        cursor = await connection.execute(
            timer.due, {"now": now, "running": [each.value for each in RUNNING], "limit": AT_ONCE}
        )
        due: list[UUID] = [row[0] for row in await cursor.fetchall()]
    for incident_id in due:
        fired += await _fire_one(parts, timer, incident_id, now)
    return fired


async def _fire_one(parts: Parts, timer: Timer, incident_id: UUID, now: datetime) -> bool:
    try:
        async with parts.pool.connection() as connection:
            case = await lock_case(connection, incident_id)
            after = await timer.act(connection, case, Act(SYSTEM, now))
            if after is not None:
                await announce(connection, after)
            return after is not None
    except GridbeatError as error:  # this case alone: the others are not to wait for it
        FAILED.labels(timer.name).inc()
        _log.warning("case_timer", timer=timer.name, incident=str(incident_id), error=repr(error))
        return False


async def _warn(connection: Connection, case: Case, act: Act) -> Case | None:
    if not is_to_warn(case, act.at) or case.due_at is None or case.warn_at is None:
        return None
    return await _warned(connection, case, act)


async def _note_late(connection: Connection, case: Case, act: Act) -> Case | None:
    if not is_late(case, act.at) or case.due_at is None:
        return None
    if case.warn_at is not None:  # nobody was there to warn: the file says so before it is late
        case = await _warned(connection, case, act)
    late, due_at = replace(case, overdue_at=act.at), case.due_at or act.at
    case = await write_event(connection, late, "overdue", act, _times(due_at, act, case))
    return await escalate(connection, case, act, "overdue")


async def _warned(connection: Connection, case: Case, act: Act) -> Case:
    """Written once, at the time it is really written; what was planned stands beside it."""
    body = _times(case.warn_at or act.at, act, case)
    return await write_event(connection, replace(case, warn_at=None), "warned", act, body)


def _times(planned_at: datetime, act: Act, case: Case) -> dict[str, str]:
    """The deadline, and when this was to be written if it comes late (servers were down)."""
    due = {"dueAt": case.due_at.isoformat()} if case.due_at else {}
    late = act.at - planned_at > PUNCTUAL
    return due | ({"plannedAt": planned_at.isoformat()} if late else {})


async def _tell_next(connection: Connection, case: Case, act: Act) -> Case | None:
    due = case.escalate_at is not None and case.escalate_at <= act.at
    if not due or case.status not in UNATTENDED:
        return None
    return await escalate(connection, case, act, "unattended")


TIMERS = (
    Timer(
        "overdue",
        """SELECT incident_id FROM incidents
           WHERE closed_at IS NULL AND overdue_at IS NULL AND due_at <= %(now)s
             AND stopped_at IS NULL AND status = ANY(%(running)s)
           ORDER BY due_at LIMIT %(limit)s""",
        _note_late,
    ),
    Timer(
        "warning",
        """SELECT incident_id FROM incidents
           WHERE warn_at <= %(now)s AND overdue_at IS NULL AND stopped_at IS NULL
             AND status = ANY(%(running)s)
           ORDER BY warn_at LIMIT %(limit)s""",
        _warn,
    ),
    Timer(
        "escalation",
        """SELECT incident_id FROM incidents WHERE escalate_at <= %(now)s
           ORDER BY escalate_at LIMIT %(limit)s""",
        _tell_next,
    ),
)
