"""Reads the fixes of many workers out of the store: a column of a worker's fixes is one value.

Owns the layout of the values on the way; not which workers and days are wanted (`inputs.py`). The
store gathers each column into an array, so that nothing here happens once a fix.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from psycopg.abc import Buffer

from console_server.attendance.day import FIX_DTYPE, Fixes
from console_server.database import Connection
from telemetry_ingest.wire.live import Flag

PG_EPOCH_US: Final = 946_684_800_000_000  # timestamptz counts from 2000-01-01
HEADER_BYTES: Final = 19  # signature, flags, no extension
END: Final = -1  # instead of a count of fields
ARRAY_HEADER_BYTES: Final = 20  # dimensions, nulls, type, length, first index
_FIELDS: Final = Struct(">h")
_LENGTH: Final = Struct(">i")
_WORKER: Final = Struct(">ii")  # its length, and the number
_KINDS: Final = {
    "at_us": ">i8",
    "lon": ">f8",
    "lat": ">f8",
    "accuracy_m": ">f4",
    "grid_id": ">i4",
    "handset_id": ">i4",
    "flags": ">i4",
}
_ELEMENTS: Final = {  # each element of an array comes after its length
    name: np.dtype([("bytes", ">i4"), ("value", kind)]) for name, kind in _KINDS.items()
}
_COPY: Final = """
    COPY (
        SELECT worker_id, array_agg(fixed_at), array_agg(lon), array_agg(lat),
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
    return {worker: _fixes(columns) for worker, columns in _workers(copied)}


def _workers(copied: Buffer) -> Iterator[tuple[int, Mapping[str, NDArray[np.void]]]]:
    """Each worker with the elements of every column, where they lie."""
    at = HEADER_BYTES
    while _FIELDS.unpack_from(copied, at)[0] != END:
        _, worker = _WORKER.unpack_from(copied, at + _FIELDS.size)
        at += _FIELDS.size + _WORKER.size
        columns = {}
        for name, element in _ELEMENTS.items():
            begin = at + _LENGTH.size
            at = begin + _LENGTH.unpack_from(copied, at)[0]
            count = (at - begin - ARRAY_HEADER_BYTES) // element.itemsize
            columns[name] = np.frombuffer(copied, element, count, begin + ARRAY_HEADER_BYTES)
        yield worker, columns


def _fixes(columns: Mapping[str, NDArray[np.void]]) -> Fixes:
    """One worker's fixes, put in order of time."""
    fixes = np.empty(len(columns["at_us"]), dtype=FIX_DTYPE)
    for name in ("at_us", "lon", "lat", "accuracy_m", "grid_id", "handset_id"):
        fixes[name] = columns[name]["value"]
    fixes["at_us"] += PG_EPOCH_US
    fixes["mock"] = (columns["flags"]["value"] & Flag.MOCK) != 0
    at_us = fixes["at_us"]
    in_order = bool((at_us[1:] >= at_us[:-1]).all())
    return fixes if in_order else fixes[np.argsort(at_us, kind="stable")]
