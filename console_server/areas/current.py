"""The area tree in force, replaced as a whole whenever areas change anywhere.

Owns when it is read anew: at start, and on every message in the channel `gb:reference`.
"""

from console_server.areas.store import read_tree
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.parts import Parts
from telemetry_ingest.wire.live import REFERENCE_CHANNEL

LISTEN_AT_MOST_S = 60.0  # then read anew anyway: a message may be lost while reconnecting


class CurrentAreas:
    """Call it for the tree in force."""

    def __init__(self) -> None:
        self._tree = AreaTree()

    def __call__(self) -> AreaTree:
        """The tree in force."""
        return self._tree

    async def reload(self, pool: Pool) -> None:
        """Read the tree from the store."""
        async with pool.connection() as connection:
            self._tree = await read_tree(connection)

    async def follow(self, parts: Parts) -> None:
        """Read it anew whenever somebody says that reference values changed; never returns."""
        async with parts.valkey.pubsub() as channel:
            await channel.subscribe(REFERENCE_CHANNEL)
            while True:
                await self.reload(parts.pool)
                await channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_AT_MOST_S)
