"""The proxy does to connections what it is told, and nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulators.faults.proxy import LOOPBACK, Link

WITHIN_S = 120.0


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(1024):
            writer.write(piece)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


@asynccontextmanager
async def link_to_echo(*dead_ports: int) -> AsyncIterator[Link]:
    server = await asyncio.start_server(_echo, LOOPBACK, 0)
    link = Link("test")
    await link.lead_to(*dead_ports, server.sockets[0].getsockname()[1])
    try:
        yield link
    finally:
        link.close()
        server.close()
        await asyncio.sleep(0)


async def said_back(link: Link, word: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    try:
        writer.write(word)
        return await heard(reader)
    finally:
        writer.transport.abort()


async def heard(reader: asyncio.StreamReader) -> bytes:
    """What came, or nothing when the connection broke."""
    async with asyncio.timeout(WITHIN_S):
        try:
            return await reader.read(1024)
        except ConnectionError:
            return b""


async def test_an_ordinary_link_passes_bytes_both_ways() -> None:
    async with link_to_echo() as link:
        assert await said_back(link, b"hello") == b"hello"


async def test_the_first_port_that_answers_is_used() -> None:
    async with link_to_echo(1) as link:  # nobody listens on port 1
        assert await said_back(link, b"hello") == b"hello"


async def test_a_refusing_link_lets_nobody_in_until_it_is_healed() -> None:
    async with link_to_echo() as link:
        link.refuse()
        assert await said_back(link, b"hello") == b""
        link.heal()
        assert await said_back(link, b"hello") == b"hello"


async def test_a_cut_breaks_what_is_open() -> None:
    async with link_to_echo() as link:
        reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
        writer.write(b"hello")
        assert await reader.read(1024) == b"hello"
        link.cut()
        assert await heard(reader) == b""
        writer.transport.abort()


async def test_a_held_link_keeps_bytes_until_it_is_healed() -> None:
    async with link_to_echo() as link:
        link.hold()
        answer = asyncio.create_task(said_back(link, b"hello"))
        done, _ = await asyncio.wait([answer], timeout=0.2)
        assert not done
        link.heal()
        assert await answer == b"hello"


async def test_a_delayed_link_is_slow_in_both_directions() -> None:
    async with link_to_echo() as link:
        link.delay_s = 0.1
        began = time.monotonic()
        assert await said_back(link, b"hello") == b"hello"
        assert time.monotonic() - began > 0.19
