"""Reads the fixes of many workers over one chunk's time, at the speed of a binary COPY.

Owns making columns of what comes; not which chunk is wanted (`routes.py`). The store gathers each
column of a hundred workers into one array, so that nothing here happens once a fix: all the rest of
the console waits in the same event loop.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from psycopg.abc import Buffer

from console_server.database import Connection
from console_server.gathered_copy import (
    PG_EPOCH_US,
    Columns,
    elements_of,
    gathered_columns,
)
from console_server.replay.fixes import FixColumns, Holdings, Ints, marks_of, outside_own_grid

Number = TypeVar("Number", np.int64, np.float64)
_INTS: Final = ("worker_id", "at_us", "grid_id", "flags")
_FLOATS: Final = ("lon", "lat", "battery")
_ELEMENTS: Final = elements_of(
    {
        "worker_id": ">i4",
        "at_us": ">i8",
        "lon": ">f8",
        "lat": ">f8",
        "grid_id": ">i4",
        "battery": ">f4",
        "flags": ">i4",
    }
)
# A hundred at a time: of workers with a fix a second that is 4 MB, far below what a value may hold.
_COPY: Final = """
    COPY (
        SELECT array_agg(worker_id), array_agg(fixed_at), array_agg(lon), array_agg(lat),
               array_agg(coalesce(grid_id, 0)), array_agg(coalesce(battery, 'NaN'::real)),
               array_agg(flags)
        FROM positions
        WHERE worker_id = ANY(%(worker_ids)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
        GROUP BY worker_id / 100
    ) TO STDOUT (FORMAT BINARY)
"""


async def copy_fixes(
    connection: Connection, worker_ids: Sequence[int], from_at: datetime, to_at: datetime
) -> bytes:
    """Accepted fixes of these workers in `[from_at, to_at)`, as PostgreSQL sends them."""
    held = bytearray()
    given = {"worker_ids": list(worker_ids), "from_at": from_at, "to_at": to_at}
    async with connection.cursor() as cursor, cursor.copy(_COPY, given) as copy:
        async for piece in copy:
            held += piece
    return bytes(held)


def columns_of(copied: Buffer, worker_ids: Ints, holdings: Holdings) -> FixColumns:
    """Take a binary COPY apart. `worker_ids` ascending: a worker's slot is its index."""
    parts = list(gathered_columns(copied, _ELEMENTS))
    ints = {name: _joined(parts, name, np.int64) for name in _INTS}
    floats = {name: _joined(parts, name, np.float64) for name in _FLOATS}
    slot = np.searchsorted(worker_ids, ints["worker_id"]).astype(np.int64)
    at_us = ints["at_us"] + PG_EPOCH_US
    outside = outside_own_grid(slot, at_us, ints["grid_id"], holdings)
    return FixColumns(
        slot=slot,
        at_us=at_us,
        lon=floats["lon"],
        lat=floats["lat"],
        marks=marks_of(ints["flags"], floats["battery"], outside),
    )


def _joined(parts: Iterable[Columns], name: str, kind: type[Number]) -> NDArray[Number]:
    """One column of all parts; of none an empty one."""
    return np.concatenate(
        [np.empty(0, kind), *(part[name]["value"].astype(kind) for part in parts)]
    )
