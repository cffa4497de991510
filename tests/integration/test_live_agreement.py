"""Whatever happens, a console that listened knows what a console that comes later is told."""

import random
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from live_centre import IN_EAST, IN_WEST, Centre, Handset, Socket, running_centre, seed, until

from console_server.incidents.incident import Status
from telemetry_ingest.wire.handset import ProgressStep

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOVES = [each.value for each in Status]
STEPS = [each.value for each in ProgressStep]


@pytest.fixture(scope="module")
def district(database: Any) -> Any:
    seed(database.owner_url)
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def handsets(centre: Centre) -> dict[str, Handset]:
    return {code: await centre.enrol(code) for code in ("11", "12", "21")}


class Walk:
    """Commands of every kind in a random order, from consoles and from the field."""

    def __init__(self, centre: Centre, handsets: dict[str, Handset], seed_: int) -> None:
        self.centre, self.handsets = centre, handsets
        self.random = random.Random(seed_)  # noqa: S311 - a walk that can be repeated
        self.incidents: list[str] = []
        self.dispatches: list[tuple[str, str]] = []

    async def go(self, count: int) -> None:
        ways = [self.open, self.report, self.send, self.move, self.step, self.step, self.withdraw]
        await self.open()
        for _ in range(count):
            await self.random.choice(ways)()

    async def open(self) -> None:
        lon, lat = self.random.choice([IN_WEST, IN_EAST])
        self.incidents.append((await self.centre.open_incident(lon=lon, lat=lat))["id"])

    async def report(self) -> None:
        code = self.random.choice(list(self.handsets))
        body = {"id": str(self.random.random()), "at": 0.0, "lon": 0.0, "lat": 0.0, "text": "x"}
        await self.centre.say(self.handsets[code], "report", body)

    async def send(self) -> None:
        console, code = await self.centre.console(), self.random.choice(list(self.handsets))
        path = f"incidents/{self.random.choice(self.incidents)}/dispatches"
        answer = await console.post(path, json={"workerId": self.centre.workers[code]})
        assert answer.status_code in {201, 409}, answer.text
        if answer.status_code == 201:
            self.dispatches.append((answer.json()["dispatchId"], code))

    async def move(self) -> None:
        console = await self.centre.console(self.random.choice(["dispatcher", "duty_leader"]))
        path = f"incidents/{self.random.choice(self.incidents)}"
        found = (await console.get(path)).json()
        to = self.random.choice(found["allowed"] or MOVES)
        body = {"to": to, "version": found["version"], "reason": "r"}
        answer = await console.post(f"{path}/transitions", json=body)
        assert answer.status_code in {200, 403, 409}, answer.text

    async def step(self) -> None:
        if self.dispatches:
            dispatch, code = self.random.choice(self.dispatches)
            body = {"dispatch": dispatch, "step": self.random.choice(STEPS), "at": time.time()}
            await self.centre.say(self.handsets[code], "progress", body)

    async def withdraw(self) -> None:
        if self.dispatches:
            console = await self.centre.console()
            dispatch, _ = self.random.choice(self.dispatches)
            body = {"to": "cancelled", "version": self.random.choice([1, 2, 3])}
            answer = await console.post(f"dispatches/{dispatch}/transitions", json=body)
            assert answer.status_code in {200, 409}, answer.text


async def quiet(centre: Centre) -> None:
    """Until every handset message is dealt with and everything is told."""

    async def empty() -> bool:
        rows = await centre.query("SELECT count(*) FROM handset_inbox WHERE handled_at IS NULL")
        return bool(rows[0][0] == 0)

    await until(empty)
    await centre.settled()


async def fresh(centre: Centre, username: str) -> dict[str, Any]:
    async with centre.socket(await centre.console(username)) as socket:
        await until(lambda: socket.snapshots)
        return socket.incidents


@pytest.mark.parametrize("number", range(4))
async def test_snapshot_and_deltas_equal_a_fresh_snapshot(
    centre: Centre, handsets: dict[str, Handset], number: int
) -> None:
    walk = Walk(centre, handsets, number)
    await walk.go(5)
    everywhere, west = await centre.console("wall"), await centre.console("dispatcher_west")
    async with centre.socket(everywhere) as wall, centre.socket(west) as console:
        await walk.go(30)  # while the consoles still start
        await quiet(centre)
        for socket, username in ((wall, "wall"), (console, "dispatcher_west")):
            await _agrees(centre, socket, username)
        assert len(wall.texts) > len(wall.snapshots)
        assert len(wall.incidents) > len(console.incidents)
    await _rules_hold(centre)


async def _agrees(centre: Centre, socket: Socket, username: str) -> None:
    async def alike() -> bool:  # asked anew each time: the clock, too, changes cases
        return socket.incidents == await fresh(centre, username)

    await until(alike)


async def _rules_hold(centre: Centre) -> None:
    broken = await centre.query(
        """SELECT i.code, i.status FROM incidents i
           WHERE (i.status IN ('dispatched') AND NOT EXISTS (
                      SELECT FROM dispatches d
                      WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL)
                  AND i.group_ordered_at IS NULL)
              OR (i.status NOT IN ('dispatched', 'handling') AND EXISTS (
                      SELECT FROM dispatches d
                      WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL))
              OR (i.closed_at IS NULL) = (i.status IN ('rejected', 'merged', 'void', 'closed',
                                                       'evaluated'))
              OR i.due_at IS NULL
              OR (i.stopped_at IS NOT NULL) <> (i.status IN ('suspended', 'sent_back'))"""
    )
    assert broken == []
    gaps = await centre.query(
        """SELECT incident_id FROM incident_events GROUP BY incident_id
           HAVING max(version) <> count(*) OR min(version) <> 1"""
    )
    assert gaps == []
    astray = await centre.query(
        """SELECT i.code FROM incidents i
           JOIN (SELECT incident_id, max(version) AS version FROM incident_events
                 GROUP BY incident_id) e USING (incident_id)
           WHERE i.version <> e.version"""
    )
    assert astray == []
    replayed = await centre.query(
        """SELECT i.code FROM incidents i
           JOIN LATERAL (SELECT body ->> 'to' AS status FROM incident_events e
                         WHERE e.incident_id = i.incident_id AND e.kind = 'status'
                         ORDER BY version DESC LIMIT 1) last ON true
           WHERE last.status <> i.status"""
    )
    assert replayed == []
