"""MQTT: subscribe, receive, acknowledge; reconnect by itself.

Owns connections to the broker; not what is subscribed to (`subscriptions.py`) nor what messages
mean. Sessions are persistent (MQTT 3.1.1, clean_session false). Nothing is acknowledged before
`acknowledge`.

Each connection has its own client: an acknowledgement can only go the way its message came.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MessageType, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from telemetry_ingest.counters import Counters
from telemetry_ingest.intake import Intake
from telemetry_ingest.message import Message
from telemetry_ingest.settings import Settings
from telemetry_ingest.subscriptions import Subscription, client_id
from telemetry_ingest.waiting import Backoff, WaitingRoom

QOS: Final = 1
PUBACK: Final = MessageType.PUBACK
PACKETS_A_LOOK: Final = 50  # then acknowledgements get their turn
_PUBACK: Final = struct.Struct(">BBH")  # kind, length of what follows, number of the message
KEEPALIVE_S: Final = 30
CONNECT_TIMEOUT_S: Final = 5.0
# Fix and status come by two subscriptions, so one may overtake the other by this much.
OVERTAKING_S: Final = 2.0
# A full intake for so long means that the store is down: leave, the broker keeps the rest.
STAND_DOWN_AFTER_S: Final = 10.0
FLUSH_WITHIN_S: Final = 0.5  # acknowledgements that are on their way out when we leave
FLUSH_LOOK_EVERY_S: Final = 0.002
_log = structlog.get_logger(__name__)


class _Client(Client):
    """Paho's client, which can also read and acknowledge many messages at once."""

    def loop_read(self, max_packets: int = PACKETS_A_LOOK) -> MQTTErrorCode:
        """Read what is there; paho itself would ask the kernel anew after each packet."""
        for _ in range(max(max_packets, PACKETS_A_LOOK)):
            if self._sock is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN
            code = self._packet_read()
            if code == MQTTErrorCode.MQTT_ERR_AGAIN:
                break
            if code > 0:
                return self._loop_rc_handle(code)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def acknowledge_all(self, mids: Sequence[int]) -> None:
        """Queue one write with all PUBACKs: paho wakes its loop once for each write."""
        packets = b"".join(_PUBACK.pack(PUBACK, 2, mid) for mid in mids)
        self._packet_queue(PUBACK, packets, mids[-1], 0)


class Connection:
    """One connection of a session, from CONNECT until it is lost."""

    def __init__(self, session: "Session") -> None:
        self.lost = threading.Event()
        self.stood_down = False
        self._session = session
        self._unacknowledged: set[int] = set()
        self._speaking = threading.Lock()
        self._is_silent = False
        self._settled_after = 0.0
        settings = session.settings
        self._client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id(session.subscription.name, settings.mqtt_password or ""),
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if settings.mqtt_username is not None:
            self._client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect

    def run(self) -> None:
        """Stay connected until lost.

        Raises:
            OSError: the broker does not answer.
        """
        settings = self._session.settings
        self._client.connect(settings.mqtt_host, settings.mqtt_port, KEEPALIVE_S)
        self._client.loop_start()
        self.lost.wait()
        self._client.loop_stop()

    def close(self) -> None:
        """Leave in order; what was acknowledged is sent first."""
        self._client.disconnect()

    def leave(self) -> None:
        """Say nothing more, and hear the broker out: what it has sent is still recorded.

        It comes again later to whoever has the session then, and is a repeat there. Unrecorded, it
        would be stored behind newer messages, and a handset's order be lost.
        """
        with self._speaking:
            self._is_silent = True
        ends_at = time.monotonic() + FLUSH_WITHIN_S
        while self._client.want_write() and time.monotonic() < ends_at:
            time.sleep(FLUSH_LOOK_EVERY_S)
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_WR)  # the broker ends the connection, we read to its end
        else:
            self.lost.set()

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Tell the broker that these are safe. Harmless when the connection is gone.

        What came with QoS 0 has the number 0 and is not acknowledged.
        """
        owed = [mid for mid in mids if mid]
        with self._speaking:
            self._unacknowledged.difference_update(owed)
            if owed and not (self._is_silent or self.lost.is_set()):
                self._client.acknowledge_all(owed)

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._session.refused(str(reason))
            return
        if flags.session_present:  # what was in flight before comes again, after newer messages
            self._settled_after = time.time() + self._session.settings.redelivery_s
        client.subscribe([(topic, QOS) for topic in self._session.subscription.filters])

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._session.refused(f"subscription: {refused[0]}")
            self._client.disconnect()
        else:
            self._session.welcomed()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        mid = message.mid
        if message.qos and mid in self._unacknowledged:
            self._session.counters.redelivered += 1
            return
        received_at = time.time()
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        received = Message(
            topic,
            bytes(message.payload),
            received_at,
            mid,
            self,
            settle_at=max(received_at, self._settled_after) + OVERTAKING_S,
            area=self._session.subscription.area,
            # A broker that was killed may have forgotten what it has delivered before.
            again=message.dup or received_at < self._settled_after,
        )
        if message.qos:
            self._unacknowledged.add(mid)
        if not self._session.intake.put(received, STAND_DOWN_AFTER_S):
            self.stood_down = True
            self._client.disconnect()

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.lost.set()


class Session(threading.Thread):
    """Keeps one subscription connected."""

    def __init__(
        self,
        subscription: Subscription,
        settings: Settings,
        intake: Intake,
        room: WaitingRoom,
        counters: Counters,
    ) -> None:
        super().__init__(name=subscription.name, daemon=True)
        self.subscription, self.settings = subscription, settings
        self.intake, self.counters = intake, counters
        self._room = room
        self._backoff = Backoff(room, subscription.name, "broker")
        self._connection: Connection | None = None
        self._reason = "connection lost"
        self._leaving = False

    def run(self) -> None:
        """Connect, and again, until the process stops."""
        while not (self._leaving or self._room.stopping.is_set()):
            self._reason = "connection lost"
            self._connection = Connection(self)
            try:
                self._connection.run()
            except OSError as error:
                self._reason = str(error)
            if self._leaving or self._room.stopping.is_set():
                return
            if self._connection.stood_down:
                self._stand_down()
            else:
                self.counters.reconnects["broker"] += 1
                self._backoff.wait(self._reason)

    def leave(self) -> None:
        """Leave the broker in order; the thread ends when it has been heard out."""
        self._leaving = True
        if self._connection is not None:
            self._connection.leave()

    def stop(self) -> None:
        """Leave the broker; the process stops."""
        if self._connection is not None:
            self._connection.close()
            self._connection.lost.set()

    def welcomed(self) -> None:
        """The broker has accepted connection and subscriptions."""
        self._backoff.succeeded()
        _log.info("subscribed", session=self.name, filters=self.subscription.filters)

    def refused(self, reason: str) -> None:
        """The broker answers, but not as wanted; most often its accounts are not set up."""
        self._reason = reason

    def _stand_down(self) -> None:
        _log.warning("standing_down", session=self.name, reason="the store does not keep up")
        while not self._room.stopping.is_set() and not self.intake.wait_for_room(1.0):
            pass


def acknowledge(messages: Iterable[Message]) -> None:
    """Acknowledge messages that are committed, each on the connection it came by."""
    by_connection: dict[Any, list[int]] = {}
    for message in messages:
        by_connection.setdefault(message.source, []).append(message.mid)
    for connection, mids in by_connection.items():
        connection.acknowledge(mids)
