"""What waits at the broker for ingest, asked of the broker itself every few seconds.

Owns the question; a broker that is not ours to administer is not asked. NATS keeps one consumer
for each MQTT subscription, and ingest's can be told by their filters from those of handsets.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

import nats
from prometheus_client import Gauge

from console_server.parts import Parts
from telemetry_ingest.wire.topics import Downlink

EVERY_S: Final = 5.0
ANSWER_WITHIN_S: Final = 3.0
QUESTION: Final = "$SYS.REQ.SERVER.PING.JSZ"
DETAILS: Final = json.dumps(
    {"accounts": True, "streams": True, "consumer": True, "config": True, "limit": 1024}
).encode()
MESSAGES_STREAM: Final = "$MQTT_msgs"
BACKLOG = Gauge("gridbeat_broker_backlog", "Messages that wait at the broker; -1: not known")


class BrokerBacklog:
    """The newest answer; None while there is none."""

    def __init__(self) -> None:
        self.latest: int | None = None
        BACKLOG.set(-1)

    async def run(self, parts: Parts) -> None:
        """Ask for ever.

        Raises:
            nats.errors.Error: the broker does not answer.
        """
        url = parts.settings.broker_admin_url
        if url is None:
            await asyncio.Event().wait()
            return
        try:
            await self._ask_for_ever(url)
        finally:
            self.latest = None
            BACKLOG.set(-1)

    async def _ask_for_ever(self, url: str) -> None:
        connection = await nats.connect(
            url, connect_timeout=2, allow_reconnect=False, error_cb=_left_to_the_caller
        )
        try:
            while True:
                answer = await connection.request(QUESTION, DETAILS, timeout=ANSWER_WITHIN_S)
                self.latest = backlog_of(json.loads(answer.data))
                BACKLOG.set(self.latest)
                await asyncio.sleep(EVERY_S)
        finally:
            await connection.close()


def backlog_of(said: dict[str, Any]) -> int:
    """Messages not acknowledged by ingest, of the broker's account of its streams."""
    return sum(
        consumer.get("num_pending", 0) + consumer.get("num_ack_pending", 0)
        for consumer in _consumers(said.get("data") or {})
        if _is_uplink(consumer.get("config") or {})
    )


def _consumers(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for account in data.get("account_details") or []:
        for stream in account.get("stream_detail") or []:
            if stream.get("name") == MESSAGES_STREAM:
                yield from stream.get("consumer_detail") or []


def _is_uplink(config: dict[str, Any]) -> bool:
    filters = config.get("filter_subjects") or [config.get("filter_subject", "")]
    return not any(one.endswith(kind.value) for one in filters for kind in Downlink)


async def _left_to_the_caller(_error: Exception) -> None:
    """Errors come out of the calls."""
