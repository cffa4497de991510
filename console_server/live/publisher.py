# ruff: noqa: ANN401 - paho's callbacks have arguments that are not looked at
"""The server's own MQTT connection, for publishing.

Owns paho's thread and the broker's acknowledgements as awaitables; not what is published. MQTT
3.1.1, clean session: what waits is in the outbox, not in the client.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from console_server.errors import Unavailable
from console_server.settings import Settings

CONNECT_WITHIN_S = 5.0
TAKEN_WITHIN_S = 5.0
KEEPALIVE_S = 15

Taken = asyncio.Future[None]


class Publisher:
    """A connected client. Its methods belong to the event loop that made it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, Taken] = {}
        self._connected: Taken = self._loop.create_future()
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish

    async def wait_connected(self) -> None:
        """Until the broker let us in.

        Raises:
            Unavailable: it refused.
            TimeoutError: it did not answer.
        """
        await asyncio.wait_for(self._connected, CONNECT_WITHIN_S)

    def expect_connected(self) -> None:
        """Make sure that the connection still stands.

        Raises:
            Unavailable: it does not.
        """
        if not self._client.is_connected():
            raise Unavailable("The connection to the broker is lost.")

    def publish(self, topic: str, payload: bytes) -> Taken:
        """Send one message at QoS 1; the result is done when the broker has acknowledged it."""
        sent = self._client.publish(topic, payload, qos=1)
        taken: Taken = self._loop.create_future()
        self._waiting[sent.mid] = taken
        return taken

    async def taken(self, taken: Taken) -> None:
        """Wait for the broker's acknowledgement.

        Raises:
            Unavailable: it did not come in time.
        """
        try:
            await asyncio.wait_for(taken, TAKEN_WITHIN_S)
        except TimeoutError as error:
            raise Unavailable("The broker does not acknowledge.") from error

    def _on_connect(
        self, _client: Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        self._loop.call_soon_threadsafe(
            self._set_connected, str(reason) if reason.is_failure else ""
        )

    def _on_publish(
        self, _client: Client, _userdata: Any, mid: int, _reason: Any, _properties: Any
    ) -> None:
        self._loop.call_soon_threadsafe(self._set_taken, mid)

    def _set_connected(self, refusal: str) -> None:
        if self._connected.done():
            return
        if refusal:
            self._connected.set_exception(Unavailable(f"The broker refused: {refusal}."))
        else:
            self._connected.set_result(None)

    def _set_taken(self, mid: int) -> None:
        taken = self._waiting.pop(mid, None)
        if taken is not None and not taken.done():
            taken.set_result(None)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Publisher]:
    """A publisher for as long as the context lasts.

    Raises:
        Unavailable: the broker cannot be reached or refuses.
    """
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"gridbeat-courier-{secrets.token_hex(4)}",
        protocol=MQTTv311,
        reconnect_on_failure=False,
    )
    client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
    publisher = Publisher(client)
    try:
        await _connect(client, settings, publisher)
        yield publisher
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


async def _connect(client: Client, settings: Settings, publisher: Publisher) -> None:
    try:
        await asyncio.to_thread(client.connect, settings.mqtt_host, settings.mqtt_port, KEEPALIVE_S)
        client.loop_start()
        await publisher.wait_connected()
    except OSError as error:  # a TimeoutError is one
        raise Unavailable("The broker cannot be reached.") from error
