"""Keys by which an outside system, such as the hotline 12345, may report and ask for the status.

Owns making and checking them; what such a system may do is its routes' (`hotline_routes.py`). A key
is 256 random bits shown once; the store keeps its hash, so a key that is lost is made anew.
"""

import hashlib
import secrets
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from console_server.access.allowance import Allowance, count_use
from console_server.database import Connection
from console_server.errors import Unauthenticated

SCHEME = "Bearer "
CALLS = Allowance("intake-key", 600, None, 60)  # of one key a minute: a city's busiest hour


async def make_key(connection: Connection, name: str) -> str:
    """A new key for the system of this name; the one it had before is refused from now on."""
    key = secrets.token_urlsafe(32)
    await connection.execute(
        """INSERT INTO intake_keys (name, key_sha256) VALUES (%(name)s, %(hash)s)
           ON CONFLICT (name) DO UPDATE SET key_sha256 = excluded.key_sha256, made_at = now()""",
        {"name": name, "hash": _hashed(key)},
    )
    return key


async def is_known(connection: Connection, name: str, key: str) -> bool:
    """Whether this is the key of the system of this name."""
    cursor = await connection.execute(
        "SELECT true FROM intake_keys WHERE name = %(name)s AND key_sha256 = %(hash)s",
        {"name": name, "hash": _hashed(key)},
    )
    return await cursor.fetchone() is not None


def with_key_of(name: str) -> Guard:
    """A guard that lets the system of this name pass, by `Authorization: Bearer <key>`.

    A key that calls more often than it may is told so (429) and when to come again.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        given = connection.headers.get("authorization", "")
        parts = connection.app.state.parts
        async with parts.pool.connection() as store:
            known = given.startswith(SCHEME) and await is_known(store, name, given[len(SCHEME) :])
        if known:
            return await count_use(parts.valkey, CALLS, name)
        raise Unauthenticated("The key is missing or not known.")

    return guard


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
