"""Owns a small TCP proxy on loopback that can cut, delay, hold and refuse connections.

It looks at no byte of what passes. One `Link` stands before one port.
"""

import asyncio
from contextlib import suppress
from typing import Final

LOOPBACK: Final = "127.0.0.1"
CHUNK_BYTES: Final = 64 * 1024


class Link:
    """A way to a port of this host. `delay_s` holds each piece back, in each direction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.delay_s = 0.0
        self.port = 0
        self._targets: tuple[int, ...] = ()
        self._refuses = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._carried: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def lead_to(self, *ports: int) -> None:
        """Begin to listen, on a free port; of `ports`, the first that answers is used."""
        self._targets = ports
        self._server = await asyncio.start_server(self._welcome, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection, without a word."""
        for writer in list(self._open):
            writer.transport.abort()

    def refuse(self) -> None:
        """Break every connection, and let none in until `heal`."""
        self._refuses = True
        self.cut()

    def hold(self) -> None:
        """Keep connections, and let nothing through until `heal`."""
        self._flows.clear()

    def heal(self) -> None:
        """Be an ordinary way again."""
        self._refuses, self.delay_s = False, 0.0
        self._flows.set()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._carried:
            task.cancel()

    def _welcome(self, near_in: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(near_in, near))
        self._carried.add(task)
        task.add_done_callback(self._carried.discard)

    async def _carry(self, near_in: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self._refuses:
            near.transport.abort()
            return
        found = await self._reach()
        if found is None:
            near.transport.abort()
            return
        far_in, far = found
        self._open |= {near, far}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pour(near_in, far))
                both.create_task(self._pour(far_in, near))
        finally:
            for writer in (near, far):
                self._open.discard(writer)
                writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for port in self._targets:
            with suppress(OSError):
                return await asyncio.open_connection(LOOPBACK, port)
        return None

    async def _pour(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await source.read(CHUNK_BYTES):
                await self._flows.wait()
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                sink.write(piece)
                await sink.drain()
        if not sink.is_closing():
            with suppress(OSError, RuntimeError):
                sink.write_eof()
