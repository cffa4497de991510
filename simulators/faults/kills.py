"""Owns the run of many random faults under traffic."""

import asyncio
import time
from typing import Any, Final

from simulators.faults.plan import plan
from simulators.faults.report import common_figures
from simulators.faults.runs import SETTLE_WITHIN_S, RunOptions, scene
from simulators.faults.settling import settle
from simulators.faults.traffic import Mix

WARM_UP_S: Final = 2.0


async def run_kills(options: RunOptions) -> dict[str, Any]:
    """Break things under traffic, wait for the end, compare; the figures."""
    async with scene(options, Mix()) as on:
        began_at = time.monotonic()
        on.traffic.talk(options.interval_s)
        await asyncio.sleep(WARM_UP_S)
        for strike in plan(options.kills, options.seed):
            await on.striker.strike(strike)
        await asyncio.sleep(WARM_UP_S)
        on.traffic.hush()
        struck_s = time.monotonic() - began_at
        quiet = await on.traffic.quiet()
        settled = await settle(on.installation, on.traffic.book, SETTLE_WITHIN_S)
        return common_figures(on.installation, on.traffic.book, settled) | {
            "run": "kills",
            "seed": options.seed,
            "handsets": options.handsets,
            "under_faults_s": round(struck_s, 1),
            "all_acknowledged": quiet,
            "kills": dict(on.striker.kills),
            "kills_total": on.striker.kills.total(),
            "other_faults": dict(on.striker.others),
            "left_out": dict(on.striker.left_out),
        }
