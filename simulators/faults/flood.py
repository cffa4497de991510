"""Owns the flood: many times the usual fixes for a bounded time, memory and latencies recorded.

Before it, the same measurements at the usual rate: what counts is how they compare.
"""

import asyncio
import time
from typing import Any, Final

import psycopg

from simulators.centre import Centre
from simulators.faults.installation import PASSWORD
from simulators.faults.memory import MemoryRecord
from simulators.faults.probes import Probes
from simulators.faults.report import common_figures
from simulators.faults.runs import SETTLE_WITHIN_S, RunOptions, Scene, scene
from simulators.faults.settling import settle
from simulators.faults.traffic import Mix

CALM_S: Final = (10.0, 60.0)
CALM_SHARE: Final = 0.25  # of the flood's length
PROBES_AT_MOST: Final = 300
LIVE_ONLY: Final = Mix(backlog=0, repeat=0.01, nonsense=0.01, status=0.01, duress=0, report=0)


async def run_flood(options: RunOptions) -> dict[str, Any]:
    """Calm, flood, drain; the figures."""
    async with (
        scene(options, LIVE_ONLY) as on,
        Centre(on.installation.http_url, "admin", PASSWORD) as centre,
        await psycopg.AsyncConnection.connect(
            on.installation.running.database_owner_url, autocommit=True
        ) as store,
    ):
        class_code = (await centre.pack()).classes[0].code
        probes = Probes(centre, on.traffic.carriers, store, class_code)
        probes.listen()
        calm_s = min(max(CALM_SHARE * options.seconds, CALM_S[0]), CALM_S[1])
        calm = await _measure(on, probes, options.interval_s, calm_s, MemoryRecord())
        record = MemoryRecord()
        pace_s = options.interval_s / options.factor
        flood = await _measure(on, probes, pace_s, options.seconds, record)
        on.traffic.hush()
        await on.traffic.quiet()
        settled = await settle(on.installation, on.traffic.book, SETTLE_WITHIN_S)
        figures = common_figures(on.installation, on.traffic.book, settled)
    grew = record.grew()
    return figures | {
        "run": "flood",
        "ok": figures["ok"] and not grew,
        "factor": options.factor,
        "handsets": options.handsets,
        "calm": calm,
        "flood": flood,
        "memory": record.figures(),
        "memory_grew": grew,
    }


async def _measure(
    on: Scene, probes: Probes, pace_s: float, seconds: float, record: MemoryRecord
) -> dict[str, Any]:
    """Let traffic run at a pace for a while, and measure meanwhile."""
    before, began_at = len(on.traffic.book.fixes), time.monotonic()
    on.traffic.talk(pace_s, silent=1)
    every_s = max(1.0, seconds / PROBES_AT_MOST)
    async with asyncio.TaskGroup() as group:
        beside = [
            group.create_task(probes.run(every_s)),
            group.create_task(record.run(on.installation)),
        ]
        await asyncio.sleep(seconds)
        for task in beside:
            task.cancel()
    took_s = time.monotonic() - began_at
    sent = len(on.traffic.book.fixes) - before
    return {"seconds": round(took_s, 1), "fixes_per_s": round(sent / took_s, 1)} | (
        probes.take_figures()
    )
