"""What must reach consoles and handsets, written in the transaction of the change itself.

Owns the rows of the table `outbox` and the wake-up; carrying them on is `relay.py` (consoles) and
`courier.py` (handsets). If the transaction rolls back, nobody hears of anything.
"""

import msgspec
from psycopg.types.json import Jsonb

from console_server.database import Connection
from telemetry_ingest.wire.handset import NoticeMessage, OrderMessage

OUTBOX_CHANNEL = "gb_outbox"  # PostgreSQL NOTIFY; its payload is the outbox channel


async def put_delta(
    connection: Connection, kind: str, area_id: int | None, body: msgspec.Struct
) -> None:
    """Tell the consoles that may see `area_id` (None: those that see everything) of a new value."""
    await _put(connection, "live", kind, area_id, body)


async def put_order(connection: Connection, topic_prefix: str, body: OrderMessage) -> None:
    """Send an order, or its withdrawal, to the handset with this topic prefix."""
    await _put(connection, "order", topic_prefix, None, body)


async def put_notice(connection: Connection, topic_prefix: str, body: NoticeMessage) -> None:
    """Send a text to the handset with this topic prefix."""
    await _put(connection, "notice", topic_prefix, None, body)


async def _put(
    connection: Connection, channel: str, target: str, area_id: int | None, body: msgspec.Struct
) -> None:
    await connection.execute(
        """WITH written AS (
               INSERT INTO outbox (channel, target, area_id, body)
               VALUES (%(channel)s, %(target)s, %(area_id)s, %(body)s) RETURNING channel)
           SELECT pg_notify(%(notify)s, channel) FROM written""",
        {
            "channel": channel,
            "target": target,
            "area_id": area_id,
            "body": Jsonb(body, dumps=msgspec.json.encode),
            "notify": OUTBOX_CHANNEL,
        },
    )
