"""Owns the wait at the end of a run: until store and book agree, and the broker holds nothing."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec
import psycopg

from simulators.faults.book import Book
from simulators.faults.installation import Installation
from simulators.faults.reckoning import Reckoning, reckon

LOOK_EVERY_S: Final = 0.5
STREAM: Final = "$MQTT_msgs"  # where the broker keeps what is under way to subscribers
UPLINKS: Final = ("fix", "status", "report", "progress", "duress")


class Consumer(msgspec.Struct):
    """A subscription as the broker's monitor shows it."""

    name: str
    num_pending: int = 0  # not delivered yet
    num_ack_pending: int = 0  # delivered, not acknowledged
    config: dict[str, msgspec.Raw] = {}


class Stream(msgspec.Struct):
    """A stream with its consumers."""

    name: str
    consumer_detail: list[Consumer] = []


class AccountStreams(msgspec.Struct):
    """The streams of an account."""

    stream_detail: list[Stream] = []


class Jetstream(msgspec.Struct):
    """The monitor's answer."""

    account_details: list[AccountStreams] = []


@dataclass(frozen=True, slots=True)
class Settled:
    """The last comparison, and how long after the last word it took."""

    reckoning: Reckoning
    after_s: float
    held_by_broker: int


async def settle(installation: Installation, book: Book, within_s: float) -> Settled:
    """Wait until nothing is owed and nothing is held, or the time is over; the last look."""
    began_at = time.monotonic()
    last: Reckoning | None = None
    held = -1
    while True:
        after_s = time.monotonic() - began_at
        try:
            held = await asyncio.to_thread(held_by_broker, installation)
            if held == 0 or after_s > within_s:
                url = installation.running.database_owner_url
                last = await asyncio.to_thread(reckon, book, url)
        except (OSError, httpx.TransportError, psycopg.Error, msgspec.DecodeError):
            held = -1
        if last is not None and ((held == 0 and last.is_settled) or after_s > within_s):
            return Settled(last, round(after_s, 1), held)
        if after_s > 2 * within_s:
            raise TimeoutError("neither broker nor store answer")
        await asyncio.sleep(LOOK_EVERY_S)


def held_by_broker(installation: Installation) -> int:
    """Messages for ingest that the broker keeps, delivered or not.

    Raises:
        httpx.TransportError: the broker does not answer.
    """
    address = f"{installation.running.broker_monitor_url}/jsz"
    query = {"accounts": "true", "streams": "true", "consumers": "true", "config": "true"}
    answer = httpx.get(address, params=query, timeout=3, trust_env=False)
    said = msgspec.json.decode(answer.content, type=Jetstream)
    consumers = [
        consumer
        for account in said.account_details
        for stream in account.stream_detail
        if stream.name == STREAM
        for consumer in stream.consumer_detail
    ]
    ours = [each for each in consumers if _is_for_ingest(each)]
    if not ours:
        raise OSError("the broker knows no subscription of ingest")
    return sum(each.num_pending + each.num_ack_pending for each in ours)


def _is_for_ingest(consumer: Consumer) -> bool:
    filters = bytes(consumer.config.get("filter_subject", msgspec.Raw(b'""'))).decode()
    return filters.strip('"').rsplit(".", 1)[-1] in UPLINKS
