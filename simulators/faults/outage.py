"""Owns the long outage of the store: the broker holds what comes, and the drain is timed after."""

import asyncio
import time
from typing import Any, Final

from simulators.faults.installation import Installation
from simulators.faults.memory import MemoryRecord
from simulators.faults.plan import Part
from simulators.faults.report import common_figures
from simulators.faults.runs import SETTLE_WITHIN_S, RunOptions, scene
from simulators.faults.settling import held_by_broker, settle
from simulators.faults.traffic import Mix

WARM_UP_S: Final = 3.0
DRAIN_WITHIN_S: Final = 1800.0
STORE_LINK: Final = "ingest-store"


async def run_outage(options: RunOptions) -> dict[str, Any]:
    """Take the store away for `seconds`: standing still at first, then not to be reached."""
    async with scene(options, Mix(backlog=0.01)) as on:
        installation, record = on.installation, MemoryRecord()
        on.traffic.talk(options.interval_s)
        await asyncio.sleep(WARM_UP_S)
        recording = asyncio.create_task(record.run(installation))
        installation.freeze_store()
        await asyncio.sleep(options.seconds / 2)
        installation.links[STORE_LINK].refuse()
        installation.thaw_store()
        await asyncio.sleep(options.seconds / 2)
        recording.cancel()
        held = await asyncio.to_thread(held_by_broker, installation)
        on.traffic.hush()
        quiet = await on.traffic.quiet()
        installation.links[STORE_LINK].heal()
        began_at = time.monotonic()
        drained_s = await _drained(on.installation, began_at)
        settled = await settle(installation, on.traffic.book, SETTLE_WITHIN_S)
        figures = common_figures(installation, on.traffic.book, settled)
    grew = [part for part in record.grew() if part != Part.BROKER]  # it holds the backlog
    return figures | {
        "run": "outage",
        "ok": figures["ok"] and quiet and not grew,
        "store_away_s": options.seconds,
        "held_by_broker_at_the_end": held,
        "drained_after_s": drained_s,
        "memory": record.figures(),
        "memory_grew": grew,
    }


async def _drained(installation: Installation, began_at: float) -> float:
    """Seconds until the broker held nothing more for ingest."""
    while await asyncio.to_thread(held_by_broker, installation):
        if time.monotonic() - began_at > DRAIN_WITHIN_S:
            break
        await asyncio.sleep(0.25)
    return round(time.monotonic() - began_at, 1)
