"""Owns the `fleet` command: the only place where the parts of a running fleet are joined.

Reads the district and the installation, lets everybody begin, live first, then tells the past.
It needs an administrator's account for enrolment, which the environment names.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import structlog

from console_server.wire.field import HandsetCredentials, Worker
from simulators.backfill import Progress, Told, tell_all
from simulators.centre import Centre, CentreError
from simulators.crew import Crew
from simulators.dispatcher import run_dispatcher
from simulators.district_files import read_city
from simulators.fleet import Fleet
from simulators.incident_source import IncidentSource
from simulators.noise import stream_of
from simulators.people.beats import District
from simulators.people.terrain import Terrain
from simulators.phone.enrolment import Wallet, credentials_for, enrol_patiently
from simulators.process import (
    Account,
    account_of_environment,
    open_many_sockets,
    run_until_stopped,
    speak_to_stderr,
)
from simulators.radio import Radio
from simulators.reports import Desk, Pace
from simulators.resume import continue_orders, continue_places, untold
from simulators.scenario import Scenario, load_scenario
from simulators.worker import World

SHIFTS_AGAIN_S: Final = 300.0
SAYS_EVERY_S: Final = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """What the command line asks for."""

    http_url: str
    scenario: str
    workers: int
    seed: int
    district_dir: Path


def main(options: FleetOptions) -> None:
    """Run the fleet until SIGTERM or SIGINT.

    Raises:
        StartError: the environment names no account.
        ScenarioError: the scenario is not there or not valid.
    """
    account, scenario = account_of_environment(), load_scenario(options.scenario)
    speak_to_stderr()
    open_many_sockets()
    run_until_stopped(run_fleet(options, account, scenario))


async def run_fleet(options: FleetOptions, account: Account, scenario: Scenario) -> None:
    """Start everybody and run until cancelled; then leave in order, on duty or not."""
    async with Centre(options.http_url, account.username, account.password) as centre:
        run = await prepare(options, scenario, centre)
        try:
            await run.all()
        finally:
            await run.fleet.leave()
            run.wallet.save()
            run.told.save()
            log.info("fleet.stopped", workers=len(run.fleet.members))


async def prepare(options: FleetOptions, scenario: Scenario, centre: Centre) -> "FleetRun":
    """Read the district and the installation."""
    crew = await Crew.muster(centre, scenario, options.seed, options.workers)
    wallet = Wallet.open(options.district_dir / "handsets.json")
    told = Told.open(options.district_dir / "told.json")
    await wallet.find_broker(centre, crew.workers)
    district = await asyncio.to_thread(read_district, options)
    radio = Radio(stream_of(options.seed, "radio"), scenario.radio)
    world = World(district.terrain, radio, scenario, options.seed)
    fleet = Fleet(world, district, enrolling_anew(centre, wallet, told))
    return FleetRun(scenario, centre, crew, fleet, wallet, told)


def read_district(options: FleetOptions) -> District:
    """The walking network and the checkpoints from the folder of the seeded district."""
    city = read_city(options.district_dir)
    terrain = Terrain(city.network, city.plane)
    checkpoints = defaultdict(list)
    for each in city.checkpoints:
        checkpoints[each.grid_code].append(terrain.spot_of(each.lon, each.lat))
    return District(terrain, checkpoints, options.seed)


def enrolling_anew(
    centre: Centre, wallet: Wallet, told: Told
) -> Callable[[Worker], Awaitable[HandsetCredentials]]:
    """What replaces a handset whose kept credentials the broker does not know."""

    async def enrol(who: Worker) -> HandsetCredentials:
        told.forget(who.code)
        wallet.forget(who.code)
        fresh = await enrol_patiently(centre, who)
        wallet.put(who.code, fresh)
        return fresh

    return enrol


@dataclass(slots=True)
class FleetRun:
    """One run of a fleet and what runs beside it."""

    scenario: Scenario
    centre: Centre
    crew: Crew
    fleet: Fleet
    wallet: Wallet
    told: Told
    progress: Progress = field(default_factory=Progress)

    async def all(self) -> None:
        """Run everything; ends only by cancellation or a broken part."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.fleet.run())
            group.create_task(self.bring_up())
            group.create_task(self.follow_shifts())
            group.create_task(self.incident_source().run())
            group.create_task(self.speak())
            if self.scenario.dispatcher.enabled:
                group.create_task(run_dispatcher(self.centre, self.scenario.dispatcher))

    def incident_source(self) -> IncidentSource:
        """Where incidents come from; other ones each time, as no two starts are the same hour."""
        now_s, draw = time.time(), self.fleet.world.random_at_start()
        pace = Pace(self.scenario.reports, draw, now_s)
        return IncidentSource(self.fleet, self.centre, Desk(self.crew.pack, draw), pace, draw)

    async def bring_up(self) -> None:
        """Let workers begin as their credentials come; then take up what was left."""
        began_s, seen = time.time(), {p.worker_id: p for p in await self.centre.positions()}
        async for who, credentials in credentials_for(self.crew.workers, self.wallet, self.centre):
            persona, spells = self.crew.persona(who), self.crew.spells(who)
            if self.fleet.add(who, persona, spells, credentials) is None:
                log.warning("worker.nowhere", worker=who.code, grids=who.grid_codes)
        log.info("fleet.up", workers=len(self.fleet.members), after_s=_since(began_s))
        await self.fleet.all_stepped()
        continue_places(self.fleet, seen, time.time())
        continue_orders(self.fleet, await self.centre.open_incidents())
        if self.scenario.backfill.days > 0:
            members = list(self.fleet.members.values())
            past = untold(members, self.crew, self.told, seen, began_s)
            await tell_all(past, self.told, self.scenario.backfill, self.progress, began_s)
            log.info("backfill.done", fixes=self.progress.fixes, after_s=_since(began_s))

    async def follow_shifts(self) -> None:
        """Take up shifts that are planned while the fleet runs."""
        while True:
            await asyncio.sleep(SHIFTS_AGAIN_S)
            try:
                await self.crew.read_shifts(self.centre)
            except (CentreError, httpx.TransportError) as error:
                log.warning("shifts.unread", error=str(error))
            for member in self.fleet.members.values():
                member.field_worker.spells = self.crew.spells(member.who)

    async def speak(self) -> None:
        """Say every few seconds how it goes."""
        while True:
            await asyncio.sleep(SAYS_EVERY_S)
            log.info(
                "fleet",
                **self.fleet.state(),
                past=f"{self.progress.workers_done}/{self.progress.workers}",
                past_fixes=self.progress.fixes,
                cpu_s=round(time.process_time(), 1),
            )


def _since(began_s: float) -> float:
    return round(time.time() - began_s, 1)
