"""Owns one simulated native handset: its credentials, its backlog, and what reaches it.

It does not know what its worker does (`worker`) nor where they are; it is told what to send, keeps
it while there is no network, and hands up orders and notices. The connection is `session`'s.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from console_server.wire.field import HandsetCredentials
from simulators.phone.outbox import Message, Outbox, Parcel
from simulators.phone.session import Identity, Session
from telemetry_ingest.wire.handset import Fix, NoticeMessage, OrderMessage, StatusMessage
from telemetry_ingest.wire.topics import Downlink, Uplink, downlink_topic, uplink_topic

IN_FLIGHT_MAX: Final = 8  # past this the backlog waits here and leaves in fewer, larger messages

Health = Callable[[], StatusMessage]


@dataclass(slots=True)
class Inbox:
    """What a handset hands up to its owner."""

    order: Callable[[OrderMessage], None] = lambda _: None
    notice: Callable[[NoticeMessage], None] = lambda _: None
    acknowledged: Callable[[Parcel, float], None] = lambda _parcel, _after_s: None
    health: Health | None = None  # asked after each connect, so that the centre knows it is back


class Handset:
    """A native handset on the broker."""

    def __init__(self, credentials: HandsetCredentials, inbox: Inbox | None = None) -> None:
        self.credentials = credentials
        self.inbox = inbox or Inbox()
        self.outbox = Outbox()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.session = Session(_identity(credentials), self._on_welcome, self._on_message)

    async def quiet(self) -> None:
        """Wait until everything said so far has been acknowledged."""
        await self._quiet.wait()

    def send(self, item: Fix | Message) -> None:
        """Say something as soon as there is a network, after all that was said before."""
        self._quiet.clear()
        self.outbox.put(item)
        self._pump()

    def set_network(self, has_network: bool) -> None:  # noqa: FBT001
        """Give or take the phone's mobile data."""
        self.session.set_network(has_network)

    def send_late(self, parcel: Parcel) -> asyncio.Future[None]:
        """Send old records past the live queue; the future is done when the broker has them.

        Raises:
            ConnectionError: the handset is not connected; nothing was sent.
        """
        if not self.session.connected:
            raise ConnectionError(self.credentials.handset_id)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._publish(parcel, done)
        return done

    def publish(self, kind: Uplink, payload: bytes, on_acked: Callable[[float], None]) -> None:
        """Say something past the queue, now or when connected again.

        Args:
            kind: which of its topics it goes to.
            payload: the bytes, as they are.
            on_acked: gets the seconds until the broker's acknowledgement.
        """

        def acked(after_s: float) -> None:
            on_acked(after_s)
            self._pump()  # whoever acknowledged made room, so what waits leaves now
            if self.session.in_flight == 0 and not self.outbox:
                self._quiet.set()

        self._quiet.clear()
        topic = uplink_topic(self.credentials.topic_prefix, kind)
        self.session.publish(topic, payload, acked)

    def _pump(self) -> None:
        """Hand the broker what waits, as far as it keeps up."""
        while self.session.connected and self.session.in_flight < IN_FLIGHT_MAX:
            parcel = self.outbox.take(time.time())
            if parcel is None:
                return
            self._publish(parcel, None)

    def _publish(self, parcel: Parcel, done: asyncio.Future[None] | None) -> None:
        def on_acked(after_s: float) -> None:
            self.inbox.acknowledged(parcel, after_s)
            if done is not None and not done.done():
                done.set_result(None)

        self.publish(parcel.kind, parcel.payload, on_acked)

    def _on_welcome(self) -> None:
        if self.inbox.health is not None:
            self.outbox.put(self.inbox.health())
        self._pump()

    def _on_message(self, topic: str, payload: bytes) -> None:
        kind = topic.rsplit("/", 1)[-1]
        if kind == Downlink.ORDER:
            self.inbox.order(msgspec.json.decode(payload, type=OrderMessage))
        elif kind == Downlink.NOTICE:
            self.inbox.notice(msgspec.json.decode(payload, type=NoticeMessage))


def _identity(who: HandsetCredentials) -> Identity:
    return Identity(
        host=who.host,
        port=who.port,
        username=who.username,
        password=who.password,
        listens_to=tuple(downlink_topic(who.topic_prefix, kind) for kind in Downlink),
        will=(
            uplink_topic(who.topic_prefix, Uplink.STATUS),
            msgspec.json.encode(StatusMessage(online=False)),
        ),
    )
