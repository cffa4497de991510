"""The heartbeats of all ingest processes, as they lie in the cache."""

from typing import Final

import msgspec

from console_server.cache import Valkey
from telemetry_ingest.wire.live import HEARTBEAT_PREFIX, IngestHeartbeat

_heartbeat: Final = msgspec.json.Decoder(IngestHeartbeat)


async def read_heartbeats(valkey: Valkey) -> list[IngestHeartbeat]:
    """Those of processes that have reported lately, by their areas.

    Raises:
        RedisError: the cache does not answer.
    """
    keys = [key async for key in valkey.scan_iter(match=f"{HEARTBEAT_PREFIX}*", count=1000)]
    bodies = await valkey.mget(keys) if keys else []
    beats = [_heartbeat.decode(body) for body in bodies if body is not None]
    return sorted(beats, key=lambda beat: beat.areas)
