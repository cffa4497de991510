"""One chunk from the store to the bytes that are sent.

Owns the way: read, judge, thin, encode, compress; and how many are on it at once, which bounds the
memory. Only the reading is in the event loop.
"""

import asyncio
import gzip
from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from console_server.database import Pool
from console_server.replay.chunk import Span, encode_chunk
from console_server.replay.fixes import Holdings, in_order, thinned
from console_server.replay.period import Period
from console_server.replay.reader import columns_of, copy_fixes
from console_server.replay.roster import holdings_of
from console_server.replay.store import read_holdings

AT_ONCE: Final = 3  # one of 2,000 workers at a fix a second holds 100 MB on its way
LEVEL: Final = 3  # higher ones cost more time than they save on a district's network
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def make_chunk(pool: Pool, worker_ids: Sequence[int], period: Period) -> bytes:
    """The chunk of this time, compressed with gzip. `worker_ids` ascending."""
    async with _turn():
        async with pool.connection() as connection:
            held = await read_holdings(connection, worker_ids, period)
            copied = await copy_fixes(connection, worker_ids, period.from_at, period.to_at)
        holdings = holdings_of(held, worker_ids)
        return await asyncio.to_thread(pack_chunk, copied, worker_ids, holdings, period)


def pack_chunk(
    copied: bytes, worker_ids: Sequence[int], holdings: Holdings, period: Period
) -> bytes:
    """The compressed chunk of what PostgreSQL sent."""
    fixes = columns_of(copied, np.array(worker_ids, dtype=np.int64), holdings)
    span = Span(int(period.from_at.timestamp()), period.length_s, len(fixes))
    return gzip.compress(encode_chunk(thinned(in_order(fixes)), span), LEVEL, mtime=0)


def _turn() -> asyncio.Semaphore:
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
