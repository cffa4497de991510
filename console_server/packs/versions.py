"""A pack version as it was in force: what a verdict or a case goes by, whatever came later.

Owns reading versions back; keeping them is `store.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.errors import NotFound
from console_server.packs.pack import RulePack, parse_pack


async def kept_pack(connection: Connection, code: str, version: str) -> RulePack:
    """A pack version that was in force at some time.

    Raises:
        NotFound: it never was.
    """
    key = (connection.pgconn.host, connection.pgconn.port, connection.pgconn.db, code, version)
    if (known := _kept.get(key)) is not None:
        return known
    cursor = await connection.execute(
        "SELECT body FROM packs WHERE code = %(code)s AND version = %(version)s",
        {"code": code, "version": version},
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("pack", f"{code} {version}")
    _kept[key] = _parsed(row[0])
    return _kept[key]


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version that was in force: since when, and how many cases go by it."""

    code: str
    version: str
    loaded_at: datetime
    cases: int


async def kept_versions(connection: Connection) -> list[KeptVersion]:
    """Every version that was ever in force, the oldest first."""
    async with connection.cursor(row_factory=class_row(KeptVersion)) as cursor:
        await cursor.execute(
            """SELECT p.code, p.version, p.loaded_at, count(i.incident_id) AS cases
               FROM packs p LEFT JOIN incidents i
                   ON i.pack_code = p.code AND i.pack_version = p.version
               GROUP BY p.code, p.version, p.loaded_at ORDER BY p.loaded_at, p.code, p.version"""
        )
        return await cursor.fetchall()


_parsed = lru_cache(maxsize=16)(parse_pack)
_kept: dict[tuple[bytes | str | int, ...], RulePack] = {}  # a version never changes: `ensure_pack`
