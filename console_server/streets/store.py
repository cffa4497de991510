"""The street network in the store: one row a way, replaced as a whole.

Owns the tables `street_network` and `street_ways`; what a network is made of them is `network.py`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely

from console_server.database import Connection
from console_server.streets.network import Lines
from console_server.streets.ways import Walkable


@dataclass(frozen=True, slots=True)
class NewWay:
    """A way as a file has it: a LineString as WKB, lon/lat degrees WGS-84."""

    wkb: bytes
    walkable: Walkable
    name: str = ""

    def row(self) -> tuple[bytes, int, bool, bool, str]:
        """As it is stored."""
        how = self.walkable
        return self.wkb, int(how.kind), how.forward, how.backward, self.name


async def network_version(connection: Connection) -> bytes | None:
    """The name of the content in force; None without a network."""
    cursor = await connection.execute("SELECT sha256 FROM street_network")
    row = await cursor.fetchone()
    return bytes(row[0]) if row else None


async def write_ways(connection: Connection, ways: Sequence[NewWay], now: datetime) -> str:
    """Replace the whole network; `created`, `updated` or `unchanged`."""
    rows = [way.row() for way in ways]
    sha256 = hashlib.sha256(repr(rows).encode()).digest()
    await connection.execute("LOCK TABLE street_network IN EXCLUSIVE MODE")
    known = await network_version(connection)
    if known == sha256:
        return "unchanged"
    await connection.execute("DELETE FROM street_ways")
    async with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY street_ways (way, wkb, kind, forward, backward, name) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int4", "bytea", "int2", "bool", "bool", "text"])
        for number, row in enumerate(rows, 1):
            await copy.write_row((number, *row))
    await connection.execute(
        """INSERT INTO street_network (imported_at, sha256, ways)
           VALUES (%(now)s, %(sha256)s, %(ways)s)
           ON CONFLICT (one) DO UPDATE SET imported_at = excluded.imported_at,
               sha256 = excluded.sha256, ways = excluded.ways""",
        {"now": now, "sha256": sha256, "ways": len(rows)},
    )
    return "created" if known is None else "updated"


async def read_lines(connection: Connection) -> Lines:
    """Every way, in the order of the file."""
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute("SELECT wkb, kind, forward, backward FROM street_ways ORDER BY way")
        rows = await cursor.fetchall()
    return Lines(
        shapes=np.asarray(shapely.from_wkb([row[0] for row in rows]), dtype=np.object_),
        kind=np.array([row[1] for row in rows], dtype=np.uint8),
        forward=np.array([row[2] for row in rows], dtype=np.bool_),
        backward=np.array([row[3] for row in rows], dtype=np.bool_),
    )
