"""Two ingest processes with areas of their own; an area moves from one to the other under load."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from console_server.wire.field import NewWorker
from simulators.centre import Centre
from simulators.faults.book import STORED, FixKey
from simulators.faults.district import SUBDISTRICTS, grid_middles
from simulators.faults.installation import PASSWORD
from simulators.faults.runs import RunOptions, Scene, scene
from simulators.faults.settling import Settled, settle
from simulators.faults.traffic import Mix
from simulators.phone.owntracks_phone import OwnTracksPhone
from telemetry_ingest.wire.handset import Fix
from telemetry_ingest.wire.live import Flag

STAYS, OTHER, MOVES = SUBDISTRICTS
LIVE = Mix(backlog=0, repeat=0, nonsense=0, status=0.02, duress=0.02, report=0.02)
WITHIN_S = 120.0


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


@asynccontextmanager
async def owntracks_phone(on: Scene) -> AsyncIterator[tuple[str, OwnTracksPhone]]:
    """A phone with OwnTracks, whose topics name no area, of a worker in the area that moves."""
    async with Centre(on.installation.http_url, "admin", PASSWORD) as centre:
        new = NewWorker(code="OT", name="王", grid_codes=[f"{MOVES}001001"])
        who = await centre.take_on(new)
        credentials = await centre.enrol(who.worker_id, "owntracks")
    phone = OwnTracksPhone(credentials)
    running = asyncio.create_task(phone.session.run(asyncio.Semaphore()))
    try:
        await phone.session.welcomed()
        yield credentials.handset_id, phone
    finally:
        running.cancel()
        phone.session.disconnect()
        await phone.session.gone()


async def say(on: Scene, handset_id: str, phone: OwnTracksPhone) -> None:
    """One location, entered in the book once the broker has it."""
    before, at = phone.acknowledged, int(time.time()) + 1  # enrolled within this second
    lon, lat = grid_middles()[f"{MOVES}001001"]
    phone.send(Fix(at=at, lon=lon, lat=lat, acc=5.0))
    async with asyncio.timeout(WITHIN_S):
        while phone.acknowledged == before:  # noqa: ASYNC110 - the phone tells nobody
            await asyncio.sleep(0.02)
    key = FixKey(handset_id, at * 1000)
    on.traffic.book.fixes[key] = STORED
    on.traffic.book.acked_fixes.add(key)


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


@pytest.mark.timeout(600)
async def test_an_area_handed_over_in_order_loses_doubles_and_reorders_nothing(
    open_tmp: Path,
) -> None:
    async with two_processes(open_tmp / "hand-over") as on:
        await more_stored(on, 300)
        kept = on.installation.keeper
        await asyncio.to_thread(kept.drop, "ingest-1")
        on.installation.start_ingest("ingest-1", STAYS)
        async with owntracks_phone(on) as (handset_id, phone):  # whom nobody serves
            await say(on, handset_id, phone)
        await asyncio.to_thread(kept.drop, "ingest-2")
        on.installation.start_ingest("ingest-2", f"{OTHER},{MOVES}")
        await more_stored(on, 600)
        settled = await finish(on)
        assert_whole(settled)
        assert settled.reckoning.stored > 900
        assert await out_of_order(on) == 0


@pytest.mark.timeout(600)
async def test_the_area_of_a_killed_process_goes_to_another_without_loss(open_tmp: Path) -> None:
    async with two_processes(open_tmp / "taken-over") as on:
        await more_stored(on, 300)
        kept = on.installation.keeper
        kept.drop("ingest-1", signal.SIGKILL)
        await asyncio.to_thread(kept.drop, "ingest-2")
        on.installation.start_ingest("ingest-2", ",".join(SUBDISTRICTS))
        await more_stored(on, 600)
        assert_whole(await finish(on))
