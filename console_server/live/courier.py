"""From the outbox to the handsets: orders and notices by MQTT, QoS 1.

Owns this way alone, in one instance at a time; what an order says is `dispatches/orders.py`. A row
is done when the broker acknowledged it; then the dispatch counts as sent. At least once: the
handset knows an order by dispatch and version.
"""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from prometheus_client import Counter

from console_server.database import Connection
from console_server.dispatches.sent import note_sent
from console_server.live.outbox import OUTBOX_CHANNEL
from console_server.live.publisher import Publisher, connected
from console_server.live.single import Duty, on_duty, wait_for_word
from console_server.parts import Parts
from telemetry_ingest.wire.handset import OrderMessage
from telemetry_ingest.wire.topics import Downlink, downlink_topic

AT_ONCE = 100
LOOK_EVERY_S = 1.0  # should a notification get lost

SENT = Counter("gridbeat_handset_messages_total", "Messages the broker took", ["kind"])


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message on its way down."""

    outbox_id: int
    kind: Downlink
    prefix: str
    body: bytes


async def run(parts: Parts) -> None:
    """Carry what waits, whenever this instance has the duty; raises when the broker fails."""
    async with on_duty(parts, Duty.COURIER) as word, connected(parts.settings) as publisher:
        await word.execute(f"LISTEN {OUTBOX_CHANNEL}")
        while True:
            while await carry_waiting(parts, publisher) == AT_ONCE:
                pass
            publisher.expect_connected()
            await wait_for_word(word, LOOK_EVERY_S)


async def carry_waiting(parts: Parts, publisher: Publisher) -> int:
    """Publish what waits, oldest first, and wait for the broker's word: how many it was."""
    async with parts.pool.connection() as connection:
        waiting = await _waiting(connection)
    acknowledged = [
        publisher.publish(downlink_topic(each.prefix, each.kind), each.body) for each in waiting
    ]
    for each, taken in zip(waiting, acknowledged, strict=True):
        await publisher.taken(taken)
        SENT.labels(each.kind.value).inc()
        async with parts.pool.connection() as connection:
            await _done(connection, parts, each)
    return len(waiting)


async def _waiting(connection: Connection) -> list[Waiting]:
    cursor = await connection.execute(
        """SELECT outbox_id, channel, target, body::text FROM outbox
           WHERE done_at IS NULL AND channel IN ('order', 'notice')
           ORDER BY outbox_id LIMIT %(limit)s""",
        {"limit": AT_ONCE},
    )
    rows = await cursor.fetchall()
    return [Waiting(row[0], Downlink(row[1]), row[2], row[3].encode()) for row in rows]


async def _done(connection: Connection, parts: Parts, carried: Waiting) -> None:
    if carried.kind is Downlink.ORDER:
        order = msgspec.json.decode(carried.body, type=OrderMessage)
        if order.action == "go":
            await note_sent(connection, UUID(order.incident), UUID(order.dispatch), parts.clock())
    await connection.execute(
        "UPDATE outbox SET done_at = now() WHERE outbox_id = %(id)s", {"id": carried.outbox_id}
    )
