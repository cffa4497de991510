"""What the clock does, in one instance at a time and across restarts.

Owns the loop, and the clock's part in a dispatch: orders that nobody acknowledges are reminded of
and lapse. The times are in the store, so no timer is lost with a process. What a lapse means is
`commands.py`; the clock's part in a case is `incidents/timers.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.commands import Step, advance_dispatch, remind
from console_server.dispatches.dispatch import Advanced, Status
from console_server.errors import GridbeatError
from console_server.incidents.actor import SYSTEM, Act
from console_server.incidents.timers import FAILED, fire_due
from console_server.live.single import Duty, on_duty
from console_server.parts import Parts

LOOK_EVERY_S = 1.0
AT_ONCE = 100
Fire = Callable[[Connection, UUID], Awaitable[bool]]
_log = structlog.get_logger(__name__)


async def run(parts: Parts) -> None:
    """Fire what is due, for ever."""
    async with on_duty(parts, Duty.TIMERS) as connection:
        while True:
            await connection.execute("SELECT 1")  # the duty ends with this connection
            await remind_due(parts)
            await lapse_due(parts)
            await fire_due(parts)
            await asyncio.sleep(LOOK_EVERY_S)


async def remind_due(parts: Parts) -> int:
    """Remind of the orders that still wait: how many it was."""
    now = parts.clock()
    async with parts.pool.connection() as connection:
        due = await store.to_remind(connection, now, AT_ONCE)

    async def fire(connection: Connection, dispatch_id: UUID) -> bool:
        return await remind(connection, dispatch_id, Act(SYSTEM, now))

    return sum([await _fire_one(parts, "reminder", each, fire) for each in due])


async def lapse_due(parts: Parts) -> int:
    """Let the orders lapse whose time to acknowledge is over: how many it was."""
    now = parts.clock()
    async with parts.pool.connection() as connection:
        due = await store.unacknowledged(connection, now, AT_ONCE)

    async def fire(connection: Connection, dispatch_id: UUID) -> bool:
        step = Step(Status.LAPSED, Act(SYSTEM, now), now, "not_acknowledged")
        return isinstance(await advance_dispatch(connection, dispatch_id, step), Advanced)

    return sum([await _fire_one(parts, "lapse", each, fire) for each in due])


async def _fire_one(parts: Parts, name: str, dispatch_id: UUID, fire: Fire) -> bool:
    """Fire for one dispatch; what is wrong with it alone does not keep the others waiting."""
    try:
        async with parts.pool.connection() as connection:
            return await fire(connection, dispatch_id)
    except GridbeatError as error:
        FAILED.labels(name).inc()
        _log.warning("dispatch_timer", timer=name, dispatch=str(dispatch_id), error=repr(error))
        return False
