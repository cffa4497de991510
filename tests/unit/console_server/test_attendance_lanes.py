"""Batches in lanes: each once, in order, so many at once, and a fault ends them all."""

import asyncio

import pytest

from console_server.attendance.lanes import in_lanes


async def test_every_batch_is_done_once_and_begun_in_order() -> None:
    begun: list[int] = []

    async def work(batch: int) -> None:
        begun.append(batch)
        await asyncio.sleep(0)

    await in_lanes(range(9), work, lanes=2)
    assert begun == list(range(9))


async def test_one_batch_is_read_while_another_is_judged_and_no_third() -> None:
    both, under_way, most = asyncio.Barrier(2), 0, 0

    async def work(_: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await both.wait()  # ends only when two are here at once
        under_way -= 1

    await in_lanes(range(6), work, lanes=2)
    assert most == 2


async def test_a_fault_is_told_as_it_is_and_cancels_the_other() -> None:
    cancelled = asyncio.Event()

    async def work(batch: int) -> None:
        if batch == 0:
            raise ConnectionError("the store is away")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(ConnectionError, match="away"):
        await in_lanes(range(4), work, lanes=2)
    assert cancelled.is_set()
