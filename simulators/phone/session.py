"""Owns one MQTT session on the asyncio loop: connecting, reconnecting, publishing at QoS 1.

It knows no payloads; `handset` and `owntracks_phone` do. All sessions of a process share one loop,
without a thread each; only the blocking connect runs in the loop's thread pool. MQTT 3.1.1 with
a persistent session: what was not acknowledged is sent again after a reconnect.
"""

import asyncio
import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

KEEPALIVE_S: Final = 60
CONNECT_TIMEOUT_S: Final = 8.0
BACKOFF_FIRST_S: Final = 0.5
BACKOFF_LAST_S: Final = 30.0
MISC_EVERY_S: Final = 5.0
IN_FLIGHT_MAX: Final = 64
LISTEN_AGAIN_S: Final = (20.0, 90.0)
REFUSALS_BELIEVED: Final = 4  # a busy broker that reloads its accounts refuses in error
REFUSALS: Final = {"Not authorized", "Bad user name or password"}


class RefusedError(Exception):
    """The broker does not take these credentials."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who connects where, what it listens to, and what the broker says when it is lost."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    listens_to: tuple[str, ...] = ()
    will: tuple[str, bytes] | None = None


class Session:
    """A client of the broker. `run` keeps it connected while it has a network."""

    def __init__(
        self,
        identity: Identity,
        on_welcome: Callable[[], None],
        on_message: Callable[[str, bytes], None],
    ) -> None:
        self.connected = False
        self.refused = False
        self._identity = identity
        self._welcome, self._hand_up = on_welcome, on_message
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._has_network = asyncio.Event()
        self._has_network.set()
        self._answered = asyncio.Event()
        self._closed = asyncio.Event()
        self._welcomed = asyncio.Event()
        self._in_flight: dict[int, tuple[float, Callable[[float], None]]] = {}
        self._client = self._make_client()

    @property
    def was_welcome(self) -> bool:
        """Whether the broker ever took these credentials."""
        return self._welcomed.is_set()

    @property
    def in_flight(self) -> int:
        """Messages handed to the broker that it has not acknowledged."""
        return len(self._in_flight)

    def publish(
        self,
        topic: str,
        payload: bytes,
        on_acked: Callable[[float], None],
        *,
        retain: bool = False,
    ) -> None:
        """Send once connected; `on_acked` gets the seconds from here to the acknowledgement."""
        began_s = time.monotonic()
        mid = self._client.publish(topic, payload, qos=1, retain=retain).mid
        self._in_flight[mid] = (began_s, on_acked)

    def set_network(self, has_network: bool) -> None:  # noqa: FBT001
        """Give or take the network; without it the connection breaks, unannounced."""
        if has_network:
            self._has_network.set()
        elif self._has_network.is_set():
            self._has_network.clear()
            self._break()

    def keep_alive(self) -> None:
        """Do the client's housekeeping; due every few seconds."""
        self._client.loop_misc()

    def disconnect(self) -> None:
        """Leave in order: the broker sends no will, and keeps the session."""
        self._client.disconnect()

    async def welcomed(self) -> None:
        """Wait for the broker's first welcome."""
        await self._welcomed.wait()

    async def gone(self) -> None:
        """Wait until the connection is closed."""
        if self.connected:
            await self._closed.wait()

    async def run(self, connecting: asyncio.Semaphore) -> None:
        """Stay connected, with jittered back-off between attempts; `connecting` staggers them.

        Raises:
            RefusedError: the broker does not take the credentials, and keeps to it.
        """
        backoff_s, refusals = BACKOFF_FIRST_S, 0
        while True:
            await self._has_network.wait()
            if await self._connect(connecting):
                backoff_s, refusals = BACKOFF_FIRST_S, 0
                await self._closed.wait()
            elif self.refused:
                refusals += 1
                if refusals == REFUSALS_BELIEVED:
                    raise RefusedError(self._identity.username)
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1.5))
            backoff_s = min(2 * backoff_s, BACKOFF_LAST_S)

    async def _connect(self, connecting: asyncio.Semaphore) -> bool:
        """One attempt; true when the broker has welcomed the client."""
        async with connecting:
            self._answered.clear()
            self._closed.clear()
            try:
                await asyncio.to_thread(self._client.reconnect)
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._answered.wait()
            except (OSError, TimeoutError):
                self._break()
        return self.connected

    def _break(self) -> None:
        sock = self._client.socket()
        if isinstance(sock, socket.socket):  # TLS sockets are sockets too
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _make_client(self) -> Client:
        who = self._identity
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=who.username,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.username_pw_set(who.username, who.password)
        if who.will is not None:
            client.will_set(*who.will, qos=1)
        client.connect_timeout = CONNECT_TIMEOUT_S / 2
        client.max_inflight_messages_set(IN_FLIGHT_MAX)
        client.on_socket_open, client.on_socket_close = self._on_open, self._on_close
        client.on_socket_register_write = self._on_want_write
        client.on_socket_unregister_write = self._on_written
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_publish, client.on_message = self._on_publish, self._on_message
        client.connect_async(who.host, who.port, keepalive=KEEPALIVE_S)
        return client

    # Callbacks of the client. `_on_open` and the first `_on_want_write` come from a pool thread.

    def _on_open(self, _client: Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401
        self._loop.call_soon_threadsafe(self._watch, sock)

    def _watch(self, sock: socket.socket) -> None:
        if sock is self._client.socket():
            self._loop.add_reader(sock, self._client.loop_read)
            if self._client.want_write():
                self._loop.add_writer(sock, self._client.loop_write)

    def _on_close(self, _client: Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _on_want_write(self, _client: Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401
        if threading.get_ident() == self._thread_id:
            self._loop.add_writer(sock, self._client.loop_write)
        else:
            self._loop.call_soon_threadsafe(self._watch, sock)

    def _on_written(self, _client: Client, _userdata: object, sock: Any) -> None:  # noqa: ANN401
        self._loop.remove_writer(sock)

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._answered.set()
        if reason.is_failure:
            self.refused = reason.getName() in REFUSALS
            return
        self.refused = False
        self.connected = True
        self._welcomed.set()
        # Not at once: the client first sends again what was in flight, so the order is kept.
        self._loop.call_soon(self._welcome)
        # A broker that kept the session kept what it listens to; asked again later, just in case.
        kept_s = random.uniform(*LISTEN_AGAIN_S) if flags.session_present else 0.0
        self._loop.call_later(kept_s, self._listen)

    def _listen(self) -> None:
        """Subscribe, after what waited was said: a broker takes its time over subscriptions."""
        if self.connected and self._identity.listens_to:
            self._client.subscribe([(topic, 1) for topic in self._identity.listens_to])

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.connected = False
        self._answered.set()
        self._closed.set()

    def _on_publish(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        if (waiting := self._in_flight.pop(mid, None)) is not None:
            began_s, on_acked = waiting
            on_acked(time.monotonic() - began_s)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._hand_up(message.topic, bytes(message.payload))


async def keep_all_alive(sessions: Callable[[], Iterable[Session]]) -> None:
    """Do the housekeeping of all sessions, spread over its period."""
    while True:
        for index, session in enumerate(list(sessions())):
            session.keep_alive()
            if index % 50 == 49:
                await asyncio.sleep(0.05)
        await asyncio.sleep(MISC_EVERY_S)
