"""What the clock does, in one instance at a time and across restarts.

Owns the loop, and the clock's part in a dispatch: orders that nobody acknowledges are reminded of
and lapse. The times are in the store, so no timer is lost with a process. What a lapse means is
`commands.py`; the clock's part in a case is `incidents/timers.py`.
"""

import asyncio

from console_server.dispatches import store
from console_server.dispatches.commands import Step, advance_dispatch, remind
from console_server.dispatches.dispatch import Status
from console_server.incidents.actor import SYSTEM, Act
from console_server.incidents.timers import fire_due
from console_server.live.single import Duty, on_duty
from console_server.parts import Parts

LOOK_EVERY_S = 1.0
AT_ONCE = 100


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
    """Remind of the orders that still wait halfway: how many it was."""
    now = parts.clock()
    async with parts.pool.connection() as connection:
        due = await store.to_remind(connection, now, AT_ONCE)
    for dispatch_id in due:
        async with parts.pool.connection() as connection:
            await remind(connection, dispatch_id, Act(SYSTEM, now))
    return len(due)


async def lapse_due(parts: Parts) -> int:
    """Let the orders lapse whose time to acknowledge is over: how many it was."""
    now = parts.clock()
    async with parts.pool.connection() as connection:
        due = await store.unacknowledged(connection, now, AT_ONCE)
    for dispatch_id in due:
        step = Step(Status.LAPSED, Act(SYSTEM, now), now, "not_acknowledged")
        async with parts.pool.connection() as connection:
            await advance_dispatch(connection, dispatch_id, step)
    return len(due)
