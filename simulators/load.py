"""Owns the `load` command: an open-loop fleet that measures, against any installation.

Every handset reports on its own clock, whatever the broker does. Real enrolment, real credentials,
one MQTT session each. What was sent and acknowledged is `ledger`'s; people and streets are not
simulated here, places only stay inside the worker's grid.
"""

import asyncio
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import shapely
import structlog

from console_server.wire.field import HandsetCredentials, NewWorker, Worker
from simulators.centre import Centre, Grids
from simulators.handset import Handset, Inbox
from simulators.ledger import Ledger
from simulators.machine import describe_machine
from simulators.noise import smooth_normal, stream_of
from simulators.phone.enrolment import Wallet, credentials_for
from simulators.phone.outbox import Parcel
from simulators.phone.session import Session, keep_all_alive
from simulators.process import (
    Account,
    StartError,
    account_of_environment,
    open_many_sockets,
    run_until_stopped,
    speak_to_stderr,
)
from telemetry_ingest.wire.handset import Fix, StatusMessage

TICK_S: Final = 0.01
CONNECTED_AT_ONCE: Final = 32
CONNECT_LIMIT_S: Final = 120.0
DRAIN_LIMIT_S: Final = 30.0
STROLL_DEG: Final = 0.0004  # about 40 m to either side of the grid's middle
STROLL_TAU_S: Final = 90.0

log = structlog.get_logger()

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the command line asks for."""

    http_url: str
    workers: int
    interval_s: float
    seconds: float
    seed: int
    report: Path
    ledger: Path | None
    state_dir: Path


def main(options: LoadOptions) -> None:
    """Run the load and write its report.

    Raises:
        StartError: the environment names no account, or the installation has no grid.
    """
    account = account_of_environment()
    speak_to_stderr()
    open_many_sockets()
    run_until_stopped(run_load(options, account))


async def run_load(options: LoadOptions, account: Account) -> None:
    """Enrol, connect, send at the set rate, wait for what is under way, report."""
    async with Centre(options.http_url, account.username, account.password) as centre:
        spots = grid_spots(await centre.grids())
        workers = await enough_workers(centre, options.workers, sorted(spots))
        wallet = Wallet.open(options.state_dir / f"{_file_name(options.http_url)}.json")
        await wallet.find_broker(centre, workers)
        pairs = [pair async for pair in credentials_for(workers, wallet, centre)]
    log.info("load.enrolled", workers=len(pairs))
    ledger = Ledger()
    carriers = [_carrier(who, credentials, spots, ledger) for who, credentials in pairs]
    background = await _connect([carrier.handset for carrier in carriers])
    try:
        took_s = await send_for(options, carriers, ledger)
        await _drain(carriers)
    finally:
        for task in background:
            task.cancel()
    write_report(options, ledger, took_s)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A handset with the place it strolls about, lon lat degrees."""

    handset: Handset
    home: Spot


def grid_spots(grids: Grids) -> dict[str, Spot]:
    """A point inside every grid, by code.

    Raises:
        StartError: the installation has no grid.
    """
    spots = {}
    for feature in grids.features:
        inside = shapely.from_geojson(bytes(feature.geometry)).representative_point()
        spots[feature.properties.code] = (inside.x, inside.y)
    if not spots:
        raise StartError("the installation has no grid: import areas first")
    return spots


async def enough_workers(centre: Centre, wanted: int, grid_codes: list[str]) -> list[Worker]:
    """Workers of the installation; more are taken on when they are too few."""
    workers = [who for who in await centre.workers() if who.grid_codes][:wanted]
    known = {who.code for who in workers}
    for number in range(len(workers), wanted):
        code = f"LOAD-{number:05d}"
        grid = grid_codes[number % len(grid_codes)]
        if code not in known:
            new = NewWorker(code=code, name=f"压测{number:05d}", grid_codes=[grid])
            workers.append(await centre.take_on(new))
    return workers


async def send_for(options: LoadOptions, carriers: list[Carrier], ledger: Ledger) -> float:
    """Send on schedule for the time asked for; returns how long it took."""
    began_s = time.time()
    for carrier in carriers:
        carrier.handset.send(StatusMessage(at=round(began_s - 1, 3), duty=True))
    schedule = _schedule(began_s, options, len(carriers))
    for due_s, index in schedule:
        if (wait_s := due_s - time.time()) > 0:
            await asyncio.sleep(max(wait_s, TICK_S))
        carrier = carriers[index]
        handset_id = carrier.handset.credentials.handset_id
        fix = _fix(carrier.home, stream_of(options.seed, handset_id), due_s)
        ledger.sent(handset_id, fix.at, due_s)
        carrier.handset.send(fix)
    return time.time() - began_s


def write_report(options: LoadOptions, ledger: Ledger, took_s: float) -> None:
    """Write what was measured, and on what."""
    report: dict[str, Any] = {
        "options": {name: str(value) for name, value in asdict(options).items()},
        "machine": describe_machine(),
        "handsets": len(ledger.pages),
        "took_s": round(took_s, 3),
        "sent": ledger.sent_count,
        "acknowledged": ledger.acked_count,
        "repeated_acknowledgements": ledger.repeated_acks,
        "sent_per_s": round(ledger.sent_count / took_s, 1),
        "acknowledged_per_s": round(ledger.acked_count / took_s, 1),
        "due_to_acknowledged": ledger.latencies(),
        "cpu_s": round(time.process_time(), 2),
    }
    options.report.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    if options.ledger is not None:
        ledger.write(options.ledger)
    log.info("load.done", sent=ledger.sent_count, acknowledged=ledger.acked_count)


def _file_name(http_url: str) -> str:
    """A name for the installation, so that credentials of two never mix."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", http_url.rpartition("://")[2]).strip("-")


def _schedule(began_s: float, options: LoadOptions, handsets: int) -> Iterable[tuple[float, int]]:
    """Due instants and handsets in order: every handset once an interval, evenly spread."""
    gap_s = options.interval_s / handsets
    for number in range(int(options.seconds / gap_s)):
        yield round(began_s + number * gap_s, 3), number % handsets


def _fix(home: Spot, stream: int, at_s: float) -> Fix:
    instant = np.array([at_s])
    east = float(smooth_normal(stream, instant, STROLL_TAU_S)[0])
    north = float(smooth_normal(stream + 1, instant, STROLL_TAU_S)[0])
    lon, lat = home[0] + STROLL_DEG * east, home[1] + STROLL_DEG * north
    return Fix(at=at_s, lon=round(lon, 7), lat=round(lat, 7), acc=5.0, spd=1.0, bat=80.0)


def _carrier(
    who: Worker, credentials: HandsetCredentials, spots: dict[str, Spot], ledger: Ledger
) -> Carrier:
    ledger.open_page(credentials.handset_id, who.worker_id)

    def acknowledged(parcel: Parcel, _after_s: float) -> None:
        ledger.acknowledged(credentials.handset_id, parcel.fixed_at_s, time.time())

    handset = Handset(credentials, Inbox(acknowledged=acknowledged))
    home = next((spots[code] for code in who.grid_codes if code in spots), min(spots.values()))
    return Carrier(handset, home)


async def _connect(handsets: list[Handset]) -> list[asyncio.Task[None]]:
    """Connect all; returns the tasks that keep them so."""
    connecting = asyncio.Semaphore(CONNECTED_AT_ONCE)
    sessions = [handset.session for handset in handsets]
    tasks = [asyncio.create_task(session.run(connecting)) for session in sessions]
    tasks.append(asyncio.create_task(keep_all_alive(partial(iter, sessions))))
    async with asyncio.timeout(CONNECT_LIMIT_S):
        all_welcome = asyncio.create_task(_welcomed(sessions))
        await asyncio.wait([all_welcome, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if any(task.done() for task in tasks):
        raise StartError("the broker refuses credentials kept from before: give another --state")
    log.info("load.connected", handsets=len(handsets))
    return tasks


async def _welcomed(sessions: list[Session]) -> None:
    for session in sessions:
        await session.welcomed()


async def _drain(carriers: list[Carrier]) -> None:
    """Go off duty, and wait for the acknowledgements of what was sent, up to a limit."""
    for carrier in carriers:
        carrier.handset.send(StatusMessage(at=round(time.time(), 3), duty=False))
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_LIMIT_S):
            for carrier in carriers:
                await carrier.handset.quiet()
    for carrier in carriers:
        carrier.handset.session.disconnect()
    await asyncio.sleep(TICK_S)
