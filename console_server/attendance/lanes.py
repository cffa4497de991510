"""Lets the store read one batch while another one is judged.

Owns how many batches are under way at once; not what a batch is or what is done with it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

LANES: Final = 2  # one in the store, one in the rules; a third would only take memory

Batch = TypeVar("Batch")


async def in_lanes(
    batches: Iterable[Batch], work: Callable[[Batch], Awaitable[None]], lanes: int = LANES
) -> None:
    """Do the work of every batch, so many at once, each begun in the order given.

    Raises:
        Exception: the first that a batch raised; the others under way are cancelled.
    """
    waiting = iter(batches)

    async def lane() -> None:
        for batch in waiting:
            await work(batch)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(lane())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
