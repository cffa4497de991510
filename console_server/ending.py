"""Ending tasks for certain.

Owns cancelling until it has worked: a cancellation can be lost in a library that catches what it
waits for, as redis-py's health check does at the moment when its connection breaks.
"""

import asyncio
from collections.abc import Awaitable, Collection
from typing import Any, Final, TypeVar

Outcome = TypeVar("Outcome")
AGAIN_AFTER_S: Final = 0.5


async def end_all(tasks: Collection[asyncio.Future[Any]]) -> None:
    """Cancel the tasks, again and again, until all have ended; however they ended."""
    going_on = {task for task in tasks if not task.done()}
    while going_on:
        for task in going_on:
            task.cancel()
        _, going_on = await asyncio.wait(going_on, timeout=AGAIN_AFTER_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain of a fault unseen


async def first_to_end(*loops: Awaitable[Outcome]) -> Outcome:
    """Wait for whichever ends first, then end the others; what it said, or raised."""
    running = [asyncio.ensure_future(each) for each in loops]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_all(running)
    outcomes = [each.result() for each in done]  # where any raised, so does this
    return outcomes[0]
