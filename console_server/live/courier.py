"""From the outbox to the handsets: orders and notices by MQTT, QoS 1.

Owns this way alone, in one instance at a time; what an order says is `dispatches/orders.py`. A row
is done when the broker acknowledged it; then the dispatch counts as sent. At least once: the
handset knows an order by dispatch and version. An order never waits for the books of the ones
before it; one that was taken back before it could be sent is not sent any more.
"""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from prometheus_client import Counter

from console_server.database import Connection
from console_server.dispatches.sent import note_sent
from console_server.live.outbox import OUTBOX_CHANNEL
from console_server.live.publisher import Publisher, Taken, connected
from console_server.live.single import Duty, on_duty, wait_for_word
from console_server.parts import Parts
from telemetry_ingest.wire.handset import OrderMessage
from telemetry_ingest.wire.topics import Downlink, downlink_topic

AT_ONCE = 100
LOOK_EVERY_S = 1.0  # should a notification get lost

IN_FLIGHT_MAX = 1000  # no more with the broker than the books can follow

SENT = Counter("gridbeat_handset_messages_total", "Messages the broker took", ["kind"])


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message on its way down."""

    outbox_id: int
    kind: Downlink
    prefix: str
    body: bytes


@dataclass(slots=True)
class Way:
    """What the broker was given and nobody has noted as done yet, in order."""

    publisher: Publisher
    in_flight: set[int] = field(default_factory=set)
    to_note: "asyncio.Queue[tuple[Waiting, Taken]]" = field(
        default_factory=lambda: asyncio.Queue(IN_FLIGHT_MAX)
    )


async def run(parts: Parts) -> None:
    """Carry what waits, whenever this instance has the duty; raises when the broker fails."""
    async with (
        on_duty(parts, Duty.COURIER) as word,
        connected(parts.settings) as publisher,
        asyncio.TaskGroup() as group,
    ):
        way = Way(publisher)
        group.create_task(_note_taken(parts, way))
        await word.execute(f"LISTEN {OUTBOX_CHANNEL}")
        while True:
            while await carry_waiting(parts, way) == AT_ONCE:
                pass
            publisher.expect_connected()
            await wait_for_word(word, LOOK_EVERY_S)


async def carry_waiting(parts: Parts, way: Way) -> int:
    """Give the broker what waits, oldest first: how many rows it was."""
    async with parts.pool.connection() as connection:
        waiting = await _waiting(connection, way)
        dropped = taken_back(waiting)
        if dropped:
            await _drop(connection, dropped)
    for each in waiting:
        if each.outbox_id in dropped:
            continue
        taken = way.publisher.publish(downlink_topic(each.prefix, each.kind), each.body)
        way.in_flight.add(each.outbox_id)
        await way.to_note.put((each, taken))
    return len(waiting)


async def _note_taken(parts: Parts, way: Way) -> None:
    """Note what the broker has acknowledged, in the order in which it was given."""
    while True:
        each, taken = await way.to_note.get()
        await way.publisher.taken(taken)
        SENT.labels(each.kind.value).inc()
        async with parts.pool.connection() as connection:
            await _done(connection, parts, each)
        way.in_flight.discard(each.outbox_id)


def taken_back(waiting: Sequence[Waiting]) -> frozenset[int]:
    """Orders whose withdrawal waits behind them: the handset needs to hear of the latter alone."""
    orders = [each for each in waiting if each.kind is Downlink.ORDER]
    read = [(each, msgspec.json.decode(each.body, type=OrderMessage)) for each in orders]
    withdrawn = {(each.prefix, said.dispatch) for each, said in read if said.action == "withdraw"}
    return frozenset(
        each.outbox_id
        for each, said in read
        if said.action == "go" and (each.prefix, said.dispatch) in withdrawn
    )


async def _drop(connection: Connection, dropped: AbstractSet[int]) -> None:
    await connection.execute(
        "UPDATE outbox SET done_at = now() WHERE outbox_id = ANY(%(ids)s)", {"ids": list(dropped)}
    )


async def _waiting(connection: Connection, way: Way) -> list[Waiting]:
    cursor = await connection.execute(
        """SELECT outbox_id, channel, target, body::text FROM outbox
           WHERE done_at IS NULL AND channel IN ('order', 'notice')
             AND NOT outbox_id = ANY(%(in_flight)s)
           ORDER BY outbox_id LIMIT %(limit)s""",
        {"limit": AT_ONCE, "in_flight": list(way.in_flight)},
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
