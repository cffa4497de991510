"""改派: one worker's order is taken back and another one is sent, in one step or not at all.

Owns this command; both halves are `commands.py`.
"""

from console_server.database import Connection
from console_server.dispatches.by_person import take_step
from console_server.dispatches.commands import Step, send_worker
from console_server.dispatches.dispatch import Status
from console_server.dispatches.store import DispatchRow
from console_server.incidents import casefile
from console_server.incidents.actor import Act


async def reassign(  # noqa: PLR0913 - both halves of the step
    connection: Connection,
    taken: DispatchRow,
    version: int,
    worker_id: int,
    act: Act,
    *,
    reason: str | None,
    acknowledge_within_s: float,
) -> DispatchRow:
    """Send `worker_id` first, so that the case is never without anybody, then withdraw.

    Raises:
        NotFound: no such dispatch or worker.
        Conflict: the dispatch was changed meanwhile, or the worker cannot take it.
    """
    case = await casefile.lock_case(connection, taken.incident_id)
    sent = await send_worker(connection, case, worker_id, act, acknowledge_within_s)
    step = Step(Status.CANCELLED, act, act.at, reason)
    await take_step(connection, taken.dispatch_id, step, version)
    return sent
