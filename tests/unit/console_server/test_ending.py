"""Loops that end together, though one of them overhears that it should."""

import asyncio

import pytest

from console_server.ending import end_all, first_to_end


async def hard_of_hearing(overheard: list[int]) -> str:
    """A loop whose library takes the first cancellation for a fault of its own."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            overheard.append(1)
            if len(overheard) > 1:
                raise


async def says(word: str) -> str:
    return word


async def fails() -> str:
    raise ConnectionError("broken")


async def test_a_lost_cancellation_is_said_again() -> None:
    overheard: list[int] = []
    assert await first_to_end(hard_of_hearing(overheard), says("word")) == "word"
    assert len(overheard) == 2


async def test_the_fault_of_the_first_to_end_is_raised_when_the_others_have_ended() -> None:
    overheard: list[int] = []
    with pytest.raises(ConnectionError, match="broken"):
        await first_to_end(fails(), hard_of_hearing(overheard))
    assert len(overheard) == 2


async def test_what_has_ended_already_is_left_as_it_is() -> None:
    done, failed = asyncio.ensure_future(says("word")), asyncio.ensure_future(fails())
    await asyncio.wait([done, failed])
    await end_all([done, failed])
    assert done.result() == "word"
    await end_all([])
