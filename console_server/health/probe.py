"""The loopback fix: published as a handset would, awaited where consoles get their positions from.

Owns the probe's connection to the broker; what the answer means is in `watch.py`.
"""

import asyncio
import secrets
import time
from typing import Any, Final, Self

import msgspec
from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from console_server.cache import Valkey
from console_server.handsets.accounts import probe_password
from console_server.settings import Settings
from telemetry_ingest.wire.handset import Fix, FixMessage
from telemetry_ingest.wire.loopback import (
    LOOPBACK_CHANNEL,
    LOOPBACK_TOPIC,
    PROBE_HANDSET,
    LoopbackFix,
)

ANSWER_WITHIN_S: Final = 2.0
KEEPALIVE_S: Final = 15
RECONNECT_AFTER_S: Final = (1, 15)
_decoder = msgspec.msgpack.Decoder(LoopbackFix)


class Probe:
    """One MQTT connection, in a thread of its own; use it as a context."""

    def __init__(self, settings: Settings) -> None:
        # A client id nobody can guess: whoever knew it could end the session.
        self._client = Client(
            CallbackAPIVersion.VERSION2, f"probe-{secrets.token_urlsafe(12)}", protocol=MQTTv311
        )
        if settings.broker_users_file is not None:
            self._client.username_pw_set(PROBE_HANDSET, probe_password(settings))
        elif settings.mqtt_username:
            self._client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
        self._client.reconnect_delay_set(*RECONNECT_AFTER_S)
        self._address = settings.mqtt_host, settings.mqtt_port

    def __enter__(self) -> Self:
        self._client.connect_async(*self._address, keepalive=KEEPALIVE_S)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection."""
        return self._client.is_connected()

    async def round_trip(self, valkey: Valkey) -> float | None:
        """Send a fix around the loop: seconds until it was seen, None when it was not in time."""
        fixed_at = round(time.time(), 3)
        async with valkey.pubsub() as channel:
            await channel.subscribe(LOOPBACK_CHANNEL)
            await channel.get_message(timeout=1.0)  # the confirmation: nothing can be missed now
            started = time.monotonic()
            if not self._publish(fixed_at):
                return None
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await _seen(channel, fixed_at)
            except TimeoutError:
                return None
            return time.monotonic() - started

    def _publish(self, fixed_at: float) -> bool:
        message = FixMessage(fixes=[Fix(at=fixed_at, lon=0.0, lat=0.0)])
        sent: MQTTMessageInfo = self._client.publish(
            LOOPBACK_TOPIC, msgspec.json.encode(message), qos=1
        )
        return sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS


async def _seen(channel: Any, fixed_at: float) -> None:  # noqa: ANN401 - redis-py's PubSub is untyped
    while True:
        message = await channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
        if message and abs(_decoder.decode(message["data"]).fixed_at - fixed_at) < 1e-6:
            return
