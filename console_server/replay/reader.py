"""Reads the fixes of many workers over one chunk's time, at the speed of a binary COPY.

Owns the rows on the way and making columns of them; not which chunk is wanted (`routes.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from console_server.database import Connection
from console_server.replay.fixes import FixColumns, Holdings, Ints, marks_of, outside_own_grid

PG_EPOCH_US: Final = 946_684_800_000_000  # timestamptz counts from 2000-01-01
HEADER_BYTES: Final = 19  # signature, flags, no extension
_COLUMNS: Final = (
    ("worker_id", ">i4"),
    ("at_us", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("grid_id", ">i4"),
    ("battery", ">f4"),
    ("flags", ">i4"),
)
_ROW: Final = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))]
)
COPY: Final = """
    COPY (
        SELECT worker_id, fixed_at, lon, lat, coalesce(grid_id, 0),
               coalesce(battery, 'NaN'::real), flags
        FROM positions
        WHERE worker_id = ANY(%(worker_ids)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
    ) TO STDOUT (FORMAT BINARY)
"""


async def copy_fixes(
    connection: Connection, worker_ids: Sequence[int], from_at: datetime, to_at: datetime
) -> bytes:
    """Accepted fixes of these workers in `[from_at, to_at)`, as PostgreSQL sends them."""
    held = bytearray()
    given = {"worker_ids": list(worker_ids), "from_at": from_at, "to_at": to_at}
    async with connection.cursor() as cursor, cursor.copy(COPY, given) as copy:
        async for piece in copy:
            held += piece
    return bytes(held)


def columns_of(copied: bytes, worker_ids: Ints, holdings: Holdings) -> FixColumns:
    """Take a binary COPY apart. `worker_ids` ascending: a worker's slot is its index."""
    count = (len(copied) - HEADER_BYTES) // _ROW.itemsize
    rows = np.frombuffer(copied, dtype=_ROW, count=count, offset=HEADER_BYTES)
    slot = np.searchsorted(worker_ids, rows["worker_id"].astype(np.int64)).astype(np.int64)
    at_us = rows["at_us"].astype(np.int64) + PG_EPOCH_US
    grid_id = rows["grid_id"].astype(np.int64)
    outside = outside_own_grid(slot, at_us, grid_id, holdings)
    battery = rows["battery"].astype(np.float64)
    return FixColumns(
        slot=slot,
        at_us=at_us,
        lon=rows["lon"].astype(np.float64),
        lat=rows["lat"].astype(np.float64),
        marks=marks_of(rows["flags"].astype(np.int64), battery, outside),
    )
