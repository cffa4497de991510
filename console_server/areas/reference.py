"""Telling every process that areas, workers, handsets or shifts changed."""

from console_server.cache import Valkey
from telemetry_ingest.wire.live import REFERENCE_CHANNEL


async def reference_changed(valkey: Valkey) -> None:
    """Have the reference values read anew everywhere; to be called after the commit."""
    await valkey.publish(REFERENCE_CHANNEL, b"1")
