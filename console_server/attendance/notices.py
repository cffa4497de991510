"""Tells each worker once a day, by noon, what is still missing: the worker before anybody else.

Owns the table `attendance_warnings` and the step into the outbox; `missing.py` says what lacks.
Called by the loop in `recompute.py` after it refreshed the running day.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from psycopg.types.json import Jsonb

from console_server.attendance.inputs import FixSource, frame_of, read_inputs
from console_server.attendance.missing import in_words, tell_at, what_is_missing
from console_server.attendance.verdict import judge_days
from console_server.database import Connection
from console_server.live.outbox import put_notice
from console_server.packs.pack import RulePack
from telemetry_ingest.wire.handset import NoticeMessage
from telemetry_ingest.wire.topics import handset_prefix

AT_ONCE: Final = 200


async def tell_missing(  # noqa: PLR0913, PLR0917 - whom, of which day, by which rules, from where
    connection: Connection,
    pack: RulePack,
    day: date,
    worker_ids: Collection[int],
    now: datetime,
    source: FixSource,
) -> int:
    """Tell those whose time has come and who were not told yet; how many lack something."""
    waiting = await _untold(connection, day, worker_ids)
    inputs = await read_inputs(connection, frame_of(day, pack, now), waiting[:AT_ONCE], source)
    due = [each for each in inputs if (at := tell_at(pack, each)) is not None and at <= now]
    told = 0
    for given, verdict in zip(due, judge_days(pack, due), strict=True):
        missing = what_is_missing(pack, given, verdict)
        await _note(connection, given.worker_id, day, now, msgspec.to_builtins(missing))
        if missing:
            words = in_words(pack, missing)
            await _send(connection, given.worker_id, day, words, now)
            told += 1
    return told


async def _untold(connection: Connection, day: date, worker_ids: Collection[int]) -> list[int]:
    """Who was told nothing yet, those on their shift for longest first."""
    cursor = await connection.execute(
        """
        SELECT s.worker_id FROM shifts s
        WHERE s.worker_id = ANY(%(workers)s::integer[])
          AND s.starts_at <= now() AND s.ends_at > now()
          AND NOT EXISTS (SELECT FROM attendance_warnings t
                          WHERE t.worker_id = s.worker_id AND t.day = %(day)s)
        ORDER BY now() - s.starts_at < (s.ends_at - s.starts_at) / 2, s.starts_at
        """,
        {"workers": list(worker_ids), "day": day},
    )
    return list(dict.fromkeys(row[0] for row in await cursor.fetchall()))


async def _note(
    connection: Connection, worker_id: int, day: date, now: datetime, missing: Sequence[object]
) -> None:
    await connection.execute(
        """
        INSERT INTO attendance_warnings (worker_id, day, told_at, body)
        VALUES (%(worker)s, %(day)s, %(now)s, %(body)s) ON CONFLICT DO NOTHING
        """,
        {"worker": worker_id, "day": day, "now": now, "body": Jsonb({"missing": missing})},
    )


async def _send(
    connection: Connection, worker_id: int, day: date, words: str, now: datetime
) -> None:
    """Into the outbox, once for each handset that understands notices."""
    cursor = await connection.execute(
        """
        SELECT area_code, code FROM handsets
        WHERE worker_id = %(worker)s AND kind = 'native' AND revoked_at IS NULL
        """,
        {"worker": worker_id},
    )
    body = NoticeMessage(f"missing:{worker_id}:{day}", now.timestamp(), "attendance", words)
    for area_code, code in await cursor.fetchall():
        await put_notice(connection, handset_prefix(area_code, code), body)
