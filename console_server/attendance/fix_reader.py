"""Reads the fixes of many workers out of the store: a column of a worker's fixes is one value.

Owns which columns those are; not which workers and days are wanted (`inputs.py`). The store gathers
each column into an array, so that nothing here happens once a fix.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from psycopg.abc import Buffer

from console_server.attendance.day import FIX_DTYPE, Fixes
from console_server.database import Connection
from console_server.gathered_copy import PG_EPOCH_US, Columns, elements_of, gathered_columns
from telemetry_ingest.wire.live import Flag

_ELEMENTS: Final = elements_of(
    {
        "worker_id": ">i4",
        "at_us": ">i8",
        "lon": ">f8",
        "lat": ">f8",
        "accuracy_m": ">f4",
        "grid_id": ">i4",
        "handset_id": ">i4",
        "flags": ">i4",
    }
)
_COPY: Final = """
    COPY (
        SELECT ARRAY[worker_id], array_agg(fixed_at), array_agg(lon), array_agg(lat),
               array_agg(coalesce(accuracy_m, 'NaN'::real)), array_agg(coalesce(grid_id, 0)),
               array_agg(handset_id), array_agg(flags)
        FROM positions
        WHERE worker_id = ANY(%(worker_ids)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
          AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
        GROUP BY worker_id
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
    return by_worker(held)


async def copied_fixes(
    connection: Connection,
    worker_ids: Sequence[int],
    from_at: datetime,
    to_at: datetime,
    received_since: datetime | None = None,
) -> AsyncIterator[Buffer]:
    """The pieces of a binary COPY of those fixes, a worker in each, as they come."""
    given = {
        "worker_ids": list(worker_ids),
        "from_at": from_at,
        "to_at": to_at,
        "since": received_since,
    }
    async with connection.cursor() as cursor, cursor.copy(_COPY, given) as copy:
        async for piece in copy:
            yield piece


def by_worker(copied: Buffer) -> Mapping[int, Fixes]:
    """Take a binary COPY apart."""
    return {
        int(columns["worker_id"]["value"][0]): _fixes(columns)
        for columns in gathered_columns(copied, _ELEMENTS)
    }


def _fixes(columns: Columns) -> Fixes:
    """One worker's fixes, put in order of time."""
    fixes = np.empty(len(columns["at_us"]), dtype=FIX_DTYPE)
    for name in ("at_us", "lon", "lat", "accuracy_m", "grid_id", "handset_id"):
        fixes[name] = columns[name]["value"]
    fixes["at_us"] += PG_EPOCH_US
    fixes["mock"] = (columns["flags"]["value"] & Flag.MOCK) != 0
    at_us = fixes["at_us"]
    in_order = bool((at_us[1:] >= at_us[:-1]).all())
    return fixes if in_order else fixes[np.argsort(at_us, kind="stable")]
