"""Reads the fixes of many workers out of the store at the speed of a binary COPY.

Owns the layout of the rows on the way; not which workers and days are wanted (`inputs.py`).
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from psycopg.abc import Buffer

from console_server.attendance.border import Ints
from console_server.attendance.day import FIX_DTYPE, Fixes
from console_server.database import Connection
from telemetry_ingest.wire.live import Flag

PG_EPOCH_US: Final = 946_684_800_000_000  # timestamptz counts from 2000-01-01
HEADER_BYTES: Final = 19  # signature, flags, no extension
_COLUMNS: Final = (
    ("worker_id", ">i4"),
    ("at_us", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("accuracy_m", ">f4"),
    ("grid_id", ">i4"),
    ("handset_id", ">i4"),
    ("flags", ">i4"),
)
_ROW: Final = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))]
)
_COPY: Final = """
    COPY (
        SELECT worker_id, fixed_at, lon, lat, coalesce(accuracy_m, 'NaN'::real),
               coalesce(grid_id, 0), handset_id, flags
        FROM positions
        WHERE worker_id = ANY(%(worker_ids)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
          AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    ) TO STDOUT (FORMAT BINARY)
"""


async def read_fixes(
    connection: Connection,
    worker_ids: Sequence[int],
    from_at: datetime,
    to_at: datetime,
    *,
    received_since: datetime | None = None,
) -> Mapping[int, Fixes]:
    """Fixes in `[from_at, to_at)` by worker, each in order of time; or only the latest received."""
    held = bytearray()
    async for piece in copied_fixes(connection, worker_ids, from_at, to_at, received_since):
        held += piece
    return by_worker(bytes(held))


async def copied_fixes(
    connection: Connection,
    worker_ids: Sequence[int],
    from_at: datetime,
    to_at: datetime,
    received_since: datetime | None = None,
) -> AsyncIterator[Buffer]:
    """The pieces of a binary COPY of those rows, as they come."""
    given = {
        "worker_ids": list(worker_ids),
        "from_at": from_at,
        "to_at": to_at,
        "since": received_since,
    }
    async with connection.cursor() as cursor, cursor.copy(_COPY, given) as copy:
        async for piece in copy:
            yield piece


def by_worker(copied: bytes) -> Mapping[int, Fixes]:
    """Take a binary COPY apart."""
    count = (len(copied) - HEADER_BYTES) // _ROW.itemsize
    rows = np.frombuffer(copied, dtype=_ROW, count=count, offset=HEADER_BYTES)
    worker: Ints = rows["worker_id"].astype(np.int64)
    fixes = np.empty(count, dtype=FIX_DTYPE)
    fixes["at_us"] = rows["at_us"].astype(np.int64) + PG_EPOCH_US
    for name in ("lon", "lat", "accuracy_m", "grid_id", "handset_id"):
        fixes[name] = rows[name]
    fixes["mock"] = (rows["flags"].astype(np.int64) & Flag.MOCK) != 0
    order = _order(worker, fixes["at_us"])
    worker, fixes = worker[order], fixes[order]
    found, starts = np.unique(worker, return_index=True)
    pieces = np.split(fixes, starts[1:])
    return dict(zip(found.tolist(), pieces, strict=True)) if count else {}


def _order(worker: Ints, at_us: Ints) -> Ints | slice:
    forward = (worker[1:] > worker[:-1]) | ((worker[1:] == worker[:-1]) & (at_us[1:] >= at_us[:-1]))
    return slice(None) if bool(forward.all()) else np.lexsort((at_us, worker))
