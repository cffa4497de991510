"""What handsets said, taken from `handset_inbox`: reports, progress, calls for help.

Owns the loop over the inbox; decoding and meaning are `messages.py`. Every message is dealt with
once, in a transaction of its own, and gets an outcome; one that cannot be used blocks no other.
Several instances may share the work.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
import psycopg
import structlog
from prometheus_client import Counter
from psycopg.rows import class_row

from console_server.background import keep_running
from console_server.database import Connection
from console_server.dispatches.messages import Context, Sender, deal_with
from console_server.errors import GridbeatError
from console_server.incidents.opening import Rules
from console_server.parts import Parts
from telemetry_ingest.wire.live import INBOX_CHANNEL

LOOK_EVERY_S = 2.0  # should a word get lost

HANDLED = Counter("gridbeat_inbox_messages_total", "Handset messages dealt with", ["kind", "how"])
_log = structlog.get_logger(__name__)
_UNUSABLE = (
    GridbeatError,
    msgspec.MsgspecError,
    psycopg.DataError,
    psycopg.IntegrityError,
    ValueError,
    LookupError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the inbox with the worker behind its handset."""

    message_id: int
    kind: str
    received_at: datetime
    body: dict[str, Any]
    handset_code: str
    worker_id: int
    worker_name: str
    area_id: int | None


async def run(parts: Parts) -> None:
    """Deal with what waits whenever a word comes, for ever; without Valkey a little later."""
    word = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running("inbox_word", partial(_hear, word), parts))
        while True:
            word.clear()
            await drain(parts)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(word.wait(), LOOK_EVERY_S)


async def _hear(word: asyncio.Event, parts: Parts) -> None:
    async with parts.valkey.pubsub() as channel:
        await channel.subscribe(INBOX_CHANNEL)
        while True:
            if await channel.get_message(ignore_subscribe_messages=True, timeout=LOOK_EVERY_S):
                word.set()


async def drain(parts: Parts) -> int:
    """Deal with all that waits: how many messages it was."""
    count = 0
    while await deal_with_next(parts):
        count += 1
    return count


async def deal_with_next(parts: Parts) -> bool:
    """Deal with one message, calls for help first; False when none waits."""
    async with parts.pool.connection() as connection:
        message = await _next(connection)
        if message is None:
            return False
        outcome = await _outcome(connection, parts, message)
        await connection.execute(
            """UPDATE handset_inbox SET handled_at = %(now)s, outcome = %(outcome)s
               WHERE message_id = %(message_id)s""",
            {"now": parts.clock(), "outcome": outcome, "message_id": message.message_id},
        )
    return True


async def _outcome(connection: Connection, parts: Parts, message: Message) -> str:
    sender = Sender(
        message.handset_code,
        message.worker_id,
        message.worker_name,
        message.area_id,
        message.received_at,
    )
    context = Context(sender, Rules(parts.areas(), parts.pack()), parts.clock())
    try:
        async with connection.transaction():  # a savepoint: an unusable message changes nothing
            outcome = await deal_with(connection, message.kind, message.body, context)
    except _UNUSABLE as error:
        _log.warning("inbox_unusable", message_id=message.message_id, error=repr(error))
        HANDLED.labels(message.kind, "unusable").inc()
        return f"unusable:{getattr(error, 'code', type(error).__name__)}: {error}"[:500]
    HANDLED.labels(message.kind, "done").inc()
    return outcome


async def _next(connection: Connection) -> Message | None:
    async with connection.cursor(row_factory=class_row(Message)) as cursor:
        await cursor.execute(
            """SELECT m.message_id, m.kind, m.received_at, m.body, h.code AS handset_code,
                      w.worker_id, w.name AS worker_name,
                      COALESCE((SELECT min(g.area_id) FROM worker_grids g
                                WHERE g.worker_id = w.worker_id AND g.valid_from <= now()
                                  AND (g.valid_to IS NULL OR g.valid_to > now())), w.area_id)
                          AS area_id
               FROM handset_inbox m JOIN handsets h USING (handset_id)
               JOIN workers w USING (worker_id)
               WHERE m.handled_at IS NULL
               ORDER BY m.kind <> 'duress', m.message_id
               FOR UPDATE OF m SKIP LOCKED LIMIT 1"""
        )
        return await cursor.fetchone()
