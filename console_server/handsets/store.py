"""Handsets in the store."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.handsets.broker_access import EnrolledHandset

HandsetKind = Literal["native", "owntracks", "traccar"]


@dataclass(frozen=True, slots=True)
class HandsetRow:
    """An enrolled handset without its secret."""

    code: str
    worker_id: int
    kind: HandsetKind
    area_code: str
    username: str
    enrolled_at: datetime
    revoked_at: datetime | None


async def list_handsets(
    connection: Connection,
    visible: Collection[int] | None,
    worker_id: int | None = None,
    code: str | None = None,
) -> list[HandsetRow]:
    """Handsets of workers in these areas (None: all), the newest first."""
    async with connection.cursor(row_factory=class_row(HandsetRow)) as cursor:
        await cursor.execute(
            "SELECT h.code, h.worker_id, h.kind, h.area_code, h.username, h.enrolled_at,"
            " h.revoked_at FROM handsets h JOIN workers w USING (worker_id)"
            " WHERE (%(worker_id)s::int IS NULL OR h.worker_id = %(worker_id)s)"
            " AND (%(code)s::text IS NULL OR h.code = %(code)s)"
            " AND (%(visible)s::int[] IS NULL OR w.area_id = ANY(%(visible)s)"
            "   OR EXISTS (SELECT FROM worker_grids g WHERE g.worker_id = w.worker_id"
            "     AND g.valid_to IS NULL AND g.area_id = ANY(%(visible)s)))"
            " ORDER BY h.handset_id DESC",
            {
                "worker_id": worker_id,
                "code": code,
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()


async def insert_handset(
    connection: Connection,
    worker_id: int,
    handset: EnrolledHandset,
    now: datetime,
    token_sha256: bytes | None = None,
) -> None:
    """Keep a new handset of a worker; the token is of one that reports by HTTP."""
    await connection.execute(
        "INSERT INTO handsets"
        " (code, worker_id, kind, area_code, username, password_hash, enrolled_at,"
        " token_sha256) VALUES"
        " (%(code)s, %(worker_id)s, %(kind)s, %(area_code)s, %(username)s, %(hash)s, %(now)s,"
        " %(token)s)",
        {
            "code": handset.code,
            "worker_id": worker_id,
            "kind": handset.kind,
            "area_code": handset.area_code,
            "username": handset.username,
            "hash": handset.password_hash,
            "now": now,
            "token": token_sha256,
        },
    )


async def mark_revoked(connection: Connection, code: str, now: datetime) -> None:
    """The handset's credentials are no longer in force; the first time counts."""
    await connection.execute(
        "UPDATE handsets SET revoked_at = coalesce(revoked_at, %(now)s) WHERE code = %(code)s",
        {"code": code, "now": now},
    )


async def credentials_in_force(connection: Connection) -> list[EnrolledHandset]:
    """What the broker must accept: every handset that is not revoked and does not use HTTP."""
    async with connection.cursor(row_factory=class_row(EnrolledHandset)) as cursor:
        await cursor.execute(
            "SELECT code, area_code, kind, username, password_hash FROM handsets"
            " WHERE revoked_at IS NULL AND kind <> 'traccar' ORDER BY handset_id"
        )
        return await cursor.fetchall()
