"""The street network in force, built anew when another one was imported.

Owns when that is: at start, and on every message in the channel `gb:reference`. Building takes
seconds for a large city and runs in a thread; until then walking times go by the straight line.
"""

import asyncio
from functools import partial

import structlog

from console_server.packs.rules import WalkingRules
from console_server.parts import Parts
from console_server.streets.network import StreetNetwork, build
from console_server.streets.store import network_version, read_lines
from telemetry_ingest.wire.live import REFERENCE_CHANNEL

LISTEN_AT_MOST_S = 60.0  # then look anyway: a message may be lost while reconnecting
_log = structlog.get_logger(__name__)


class CurrentStreets:
    """Call it for the network in force; None where none was imported."""

    def __init__(self) -> None:
        self._network: StreetNetwork | None = None
        self._version: tuple[bytes, WalkingRules] | None = None

    def __call__(self) -> StreetNetwork | None:
        """The network in force."""
        return self._network

    async def reload(self, parts: Parts) -> None:
        """Build it anew if it is another one than before."""
        rules = parts.pack().walking
        async with parts.pool.connection() as connection:
            version = await network_version(connection)
            if version is None or (version, rules) == self._version:
                return
            lines = await read_lines(connection)
        self._network = await asyncio.to_thread(partial(build, lines, rules))
        self._version = (version, rules)
        _log.info("streets", ways=len(lines.shapes))

    async def follow(self, parts: Parts) -> None:
        """Look whenever somebody says that reference values changed; never returns."""
        async with parts.valkey.pubsub() as channel:
            await channel.subscribe(REFERENCE_CHANNEL)
            while True:
                await self.reload(parts)
                await channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_AT_MOST_S)
