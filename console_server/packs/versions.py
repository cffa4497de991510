"""A pack version as it was in force: what a verdict or a case goes by, whatever came later.

Owns reading it back; keeping it is `store.py`.
"""

from functools import lru_cache

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


_parsed = lru_cache(maxsize=16)(parse_pack)
_kept: dict[tuple[bytes | str | int, ...], RulePack] = {}  # a version never changes: `ensure_pack`
