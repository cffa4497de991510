"""The state of every part, asked anew every few seconds, told to consoles and to `/api/health`.

Owns what counts as well. Ready means: a fix of ours went broker, ingest, store, live channel a
moment ago, and no part complains.
"""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, Final, Literal

import psycopg
from prometheus_client import Gauge
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from console_server.database import Pool
from console_server.health.heartbeats import read_heartbeats
from console_server.health.outages import OutageRecord
from console_server.health.probe import Probe
from console_server.parts import Parts
from console_server.wire.live import Health

PartState = Literal["ok", "failing", "unknown"]
EVERY_S: Final = 5.0
UNTIL_READY_EVERY_S: Final = 0.5
STALE_AFTER_S: Final = 20.0  # longer than the slowest examination
ANSWER_WITHIN_S: Final = 2.0
NOT_YET: Final = Health(
    ready=False,
    parts={"store": "unknown", "cache": "unknown", "broker": "unknown", "ingest": "unknown"},
    loopback_s=None,
)

PART_UP = Gauge("gridbeat_part_up", "1 when the part answers", ["part"])
LOOPBACK_S = Gauge("gridbeat_loopback_seconds", "Time of the last fix around the loop; -1: none")


class HealthWatch:
    """The newest answer."""

    def __init__(self) -> None:
        self._answer = NOT_YET
        self._examined = time.monotonic()

    @property
    def latest(self) -> Health:
        """The newest answer; an old one is none."""
        return self._answer if time.monotonic() - self._examined < STALE_AFTER_S else NOT_YET

    async def run(self, parts: Parts) -> None:
        """Ask for ever, more often until all is well."""
        record = OutageRecord()
        with Probe(parts.settings) as probe:
            while True:
                answer = self._answer = await examine(parts, probe)
                self._examined = time.monotonic()
                await record.note(parts.pool, answer, parts.clock())
                parts.hub.tell_health([name for name, is_ in answer.parts.items() if is_ != "ok"])
                _count(answer)
                await asyncio.sleep(EVERY_S if answer.ready else UNTIL_READY_EVERY_S)


async def examine(parts: Parts, probe: Probe) -> Health:
    """Ask every part once, then send a fix around if they are well by themselves."""
    states, detail = await ask_parts(parts, probe)
    well = all(state == "ok" for state in states.values())
    loopback_s = await probe.round_trip(parts.valkey) if well else None
    if well and loopback_s is None:
        states["ingest"] = "failing"
        detail["ingest"] = "a fix of ours did not come back"
    return Health(ready=loopback_s is not None, parts=states, loopback_s=loopback_s, detail=detail)


async def ask_parts(parts: Parts, probe: Probe) -> tuple[dict[str, PartState], dict[str, str]]:
    """The state of each part by itself, and a word on those that are not well."""
    detail: dict[str, str] = {}
    store = await _answers("store", _ask_store(parts.pool), detail)
    cache = await _answers("cache", parts.valkey.ping(), detail)
    ingest: PartState = await _ingest(parts.valkey, detail) if cache == "ok" else "unknown"
    broker: PartState = "ok" if probe.connected else "failing"
    return {"store": store, "cache": cache, "broker": broker, "ingest": ingest}, detail


async def _answers(part: str, question: Awaitable[object], detail: dict[str, str]) -> PartState:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await question
    except (psycopg.Error, PoolTimeout, RedisError, OSError, TimeoutError) as error:
        detail[part] = type(error).__name__
        return "failing"
    return "ok"


async def _ask_store(pool: Pool) -> None:
    async with pool.connection(timeout=ANSWER_WITHIN_S) as connection:
        await connection.execute("SELECT 1")


async def _ingest(valkey: Any, detail: dict[str, str]) -> PartState:  # noqa: ANN401 - redis-py's answers are unions
    """Every ingest process reports, and none of them waits for something."""
    try:
        beats = await read_heartbeats(valkey)
    except RedisError as error:
        detail["ingest"] = type(error).__name__
        return "unknown"
    if not beats:
        detail["ingest"] = "no ingest process reports"
        return "failing"
    waiting = sorted({part for beat in beats for part in beat.waiting_for})
    if waiting:
        detail["ingest"] = f"waiting for {', '.join(waiting)}"
    return "failing" if waiting else "ok"


def _count(health: Health) -> None:
    for part, state in health.parts.items():
        PART_UP.labels(part).set(1 if state == "ok" else 0)
    LOOPBACK_S.set(-1 if health.loopback_s is None else health.loopback_s)
