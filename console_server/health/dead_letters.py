"""Dead letters as the store has them: how many of which reason, and the newest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from console_server.database import Connection

COUNTED: Final = """
    SELECT reason, count(*) AS count FROM rejected_fixes
    WHERE received_at > %(since)s GROUP BY reason ORDER BY count(*) DESC, reason
"""
NEWEST: Final = """
    SELECT r.received_at, r.reason, h.code AS handset_code, w.name AS worker_name, r.topic,
           r.fixed_at, r.detail
    FROM rejected_fixes r LEFT JOIN handsets h USING (handset_id) LEFT JOIN workers w
        ON w.worker_id = h.worker_id
    WHERE r.received_at > %(since)s
    ORDER BY r.received_at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """So many were refused for this reason."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One that was refused."""

    received_at: datetime
    reason: str
    handset_code: str | None
    worker_name: str | None
    topic: str | None
    fixed_at: datetime | None
    detail: str | None


async def count_by_reason(connection: Connection, since: datetime) -> list[ReasonCount]:
    """The most frequent first."""
    async with connection.cursor(row_factory=class_row(ReasonCount)) as cursor:
        await cursor.execute(COUNTED, {"since": since})
        return await cursor.fetchall()


async def newest_letters(connection: Connection, since: datetime, limit: int) -> list[LetterRow]:
    """The newest first."""
    async with connection.cursor(row_factory=class_row(LetterRow)) as cursor:
        await cursor.execute(NEWEST, {"since": since, "limit": limit})
        return await cursor.fetchall()
