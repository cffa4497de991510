"""Recomputes stored verdicts from the stored record and compares them to the byte.

Owns the comparison and what it found; not the judging. A verdict is made anew under the rules it
names. Called by `gridbeat attendance verify`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from psycopg.rows import class_row

from console_server.attendance.commands import judge_workers
from console_server.attendance.verdict import DayVerdict
from console_server.attendance.wire_form import body_of, verdict_from
from console_server.database import Connection
from console_server.packs.versions import kept_pack

BATCH_WORKERS = 100


class Finding(StrEnum):
    """What a comparison came to."""

    SAME = "same"
    INPUT_CHANGED = "input_changed"  # the record is not what the verdict was made from
    VERDICT_DIFFERS = "verdict_differs"  # the same record gives another verdict


@dataclass(frozen=True, slots=True)
class Compared:
    """One stored verdict against the recomputed one."""

    worker_id: int
    day: date
    finding: Finding


@dataclass(frozen=True, slots=True)
class _Stored:
    worker_id: int
    day: date
    pack_code: str
    pack_version: str
    body: Any


async def verify(
    connection: Connection, first: date, last: date, now: datetime
) -> AsyncIterator[Compared]:
    """Every verdict on a day that is over, from first to last, that waits for nothing, by day."""
    for day in await _days(connection, first, last):
        stored = await _stored(connection, day)
        for start in range(0, len(stored), BATCH_WORKERS):
            for each in await _compare(connection, stored[start : start + BATCH_WORKERS], now):
                yield each


async def _compare(
    connection: Connection, stored: Sequence[_Stored], now: datetime
) -> list[Compared]:
    found: list[Compared] = []
    for code, version in sorted({(each.pack_code, each.pack_version) for each in stored}):
        some = [each for each in stored if (each.pack_code, each.pack_version) == (code, version)]
        pack = await kept_pack(connection, code, version)
        workers = [each.worker_id for each in some]
        fresh = await judge_workers(connection, pack, some[0].day, workers, now)
        found += [
            Compared(each.worker_id, each.day, _finding(verdict_from(each.body), again))
            for each, again in zip(some, fresh, strict=True)
        ]
    return found


def _finding(kept: DayVerdict, again: DayVerdict) -> Finding:
    if body_of(kept) == body_of(again):
        return Finding.SAME
    same_input = kept.input_hash == again.input_hash
    return Finding.VERDICT_DIFFERS if same_input else Finding.INPUT_CHANGED


async def _days(connection: Connection, first: date, last: date) -> list[date]:
    cursor = await connection.execute(
        """
        SELECT DISTINCT day FROM attendance_days
        WHERE day BETWEEN %(first)s AND %(last)s AND NOT (body ->> 'provisional')::boolean
        ORDER BY day
        """,
        {"first": first, "last": last},
    )
    return [row[0] for row in await cursor.fetchall()]


async def _stored(connection: Connection, day: date) -> list[_Stored]:
    """Verdicts of a day that is over, without a mark that they are to be judged anew."""
    async with connection.cursor(row_factory=class_row(_Stored)) as cursor:
        await cursor.execute(
            """
            SELECT worker_id, day, pack_code, pack_version, body FROM attendance_days d
            WHERE day = %(day)s AND NOT (body ->> 'provisional')::boolean
              AND NOT EXISTS (SELECT FROM dirty_days m
                              WHERE m.worker_id = d.worker_id AND m.day = d.day)
            ORDER BY worker_id
            """,
            {"day": day},
        )
        return await cursor.fetchall()
