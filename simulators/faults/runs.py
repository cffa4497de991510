"""Owns what every fault run has round it: installation and traffic, and that nothing is left."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulators.faults.installation import Installation
from simulators.faults.strikes import Striker
from simulators.faults.traffic import Mix, Traffic, enrolled

SETTLE_WITHIN_S: Final = 150.0
ONE_INGEST: Final = {"ingest": "*"}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says. `folder` is made anew."""

    folder: Path
    report: Path
    handsets: int = 40
    interval_s: float = 0.5
    seed: int = 1
    kills: int = 100
    factor: float = 10.0
    seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A running installation with connected handsets."""

    installation: Installation
    traffic: Traffic
    striker: Striker


@asynccontextmanager
async def scene(
    options: RunOptions, mix: Mix, ingests: Mapping[str, str] = ONE_INGEST
) -> AsyncIterator[Scene]:
    """Set the scene; however the block ends, no process of it stays.

    `ingests` names each ingest process and gives its areas.
    """
    installation = Installation(options.folder, options.handsets)
    try:
        await installation.start(ingests)
        keeping = asyncio.create_task(installation.keeper.run())
        traffic = await enrolled(installation, options.seed)
        traffic.mix = mix
        striker = Striker(installation, traffic.carriers, random.Random(options.seed))
        try:
            await traffic.connect()
            yield Scene(installation, traffic, striker)
        finally:
            striker.heal()
            await traffic.leave()
            keeping.cancel()
    finally:
        installation.stop()
