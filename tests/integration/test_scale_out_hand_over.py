"""Two ingest processes with areas of their own; an area moves from one to the other under load."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from simulators.faults.district import SUBDISTRICTS
from simulators.faults.runs import RunOptions, Scene, scene
from simulators.faults.settling import Settled, settle
from simulators.faults.traffic import Mix
from telemetry_ingest.wire.live import Flag

STAYS, OTHER, MOVES = SUBDISTRICTS
LIVE = Mix(backlog=0, repeat=0, nonsense=0, status=0.02, duress=0.02, report=0.02)
WITHIN_S = 60.0


@asynccontextmanager
async def two_processes(folder: Path) -> AsyncIterator[Scene]:
    options = RunOptions(folder, folder / "report.json", handsets=12)
    ingests = {"ingest-1": f"{STAYS},{MOVES}", "ingest-2": OTHER}
    async with scene(options, LIVE, ingests) as on:
        on.traffic.talk(0.05)
        yield on


async def stored(on: Scene) -> int:
    url = on.installation.running.database_owner_url
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute("SELECT count(*) FROM positions")
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def more_stored(on: Scene, count: int) -> None:
    """Wait until so many more fixes are stored than now."""
    wanted = await stored(on) + count
    async with asyncio.timeout(WITHIN_S):
        while await stored(on) < wanted:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.05)


async def finish(on: Scene) -> Settled:
    on.traffic.hush()
    assert await on.traffic.quiet()
    return await settle(on.installation, on.traffic.book, WITHIN_S)


async def out_of_order(on: Scene) -> int:
    url = on.installation.running.database_owner_url
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(
            "SELECT count(*) FROM positions WHERE flags & %(late)s <> 0", {"late": int(Flag.LATE)}
        )
        row = await found.fetchone()
    return int(row[0]) if row else 0


def assert_whole(settled: Settled) -> None:
    found = settled.reckoning
    assert found.is_clean, found
    assert settled.held_by_broker == 0


@pytest.mark.timeout(180)
async def test_an_area_handed_over_in_order_loses_doubles_and_reorders_nothing(
    open_tmp: Path,
) -> None:
    async with two_processes(open_tmp / "hand-over") as on:
        await more_stored(on, 300)
        kept = on.installation.keeper
        await asyncio.to_thread(kept.drop, "ingest-1")
        on.installation.start_ingest("ingest-1", STAYS)
        await asyncio.to_thread(kept.drop, "ingest-2")
        on.installation.start_ingest("ingest-2", f"{OTHER},{MOVES}")
        await more_stored(on, 600)
        settled = await finish(on)
        assert_whole(settled)
        assert settled.reckoning.stored > 900
        assert await out_of_order(on) == 0


@pytest.mark.timeout(180)
async def test_the_area_of_a_killed_process_goes_to_another_without_loss(open_tmp: Path) -> None:
    async with two_processes(open_tmp / "taken-over") as on:
        await more_stored(on, 300)
        kept = on.installation.keeper
        kept.drop("ingest-1", signal.SIGKILL)
        await asyncio.to_thread(kept.drop, "ingest-2")
        on.installation.start_ingest("ingest-2", ",".join(SUBDISTRICTS))
        await more_stored(on, 600)
        assert_whole(await finish(on))
