"""The loops that live with the server, each restarted with jittered back-off when it fails.

Owns their supervision; not what they do. A loop is `async def run(parts) -> None`: it never
returns and raises on infrastructure faults.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Counter

from console_server.ending import end_all
from console_server.parts import Parts

Loop = Callable[[Parts], Awaitable[None]]
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
STEADY_AFTER_S = 30.0  # a loop that ran this long starts over with short pauses

RESTARTS = Counter("gridbeat_loop_restarts_total", "Loops restarted after a fault", ["loop"])
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(loops: Mapping[str, Loop], parts: Parts) -> AsyncIterator[None]:
    """Run the loops for as long as the context lasts, then cancel them all."""
    running_loops = [
        asyncio.create_task(keep_running(name, loop, parts), name=f"loop:{name}")
        for name, loop in loops.items()
    ]
    try:
        yield
    finally:
        await end_all(running_loops)


async def keep_running(name: str, loop: Loop, parts: Parts) -> None:
    """Run one loop for ever; faults are counted, said and followed by a pause."""
    pause_s = FIRST_PAUSE_S
    while True:
        started = time.monotonic()
        try:
            await loop(parts)
            _log.error("loop_ended", loop=name)
        except Exception as error:  # noqa: BLE001 - the supervisor is where all faults arrive
            _log.warning("loop_failed", loop=name, error=repr(error), exc_info=error)
        RESTARTS.labels(name).inc()
        if time.monotonic() - started > STEADY_AFTER_S:
            pause_s = FIRST_PAUSE_S
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
