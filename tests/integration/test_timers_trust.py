"""Timers that can be relied on: servers are killed at any moment, and each still fires once.

Servers are processes of their own, ended by SIGKILL; one or all of them at a time. What came due
while none was alive is made up for when one is: late, once, and with the time it really happened.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from live_centre import Centre, running_centre, seed, until

from console_server.dispatches.timers import lapse_due, remind_due
from console_server.embedded.ports import free_port
from console_server.incidents.timers import PUNCTUAL, fire_due
from console_server.incidents.verify import verify_files_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
SERVERS = 2
KILLS = 5
FIRED_WITHIN_S = 180.0  # two servers have to come up first, on a machine that may be busy


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def set_times(centre: Centre, incident: dict[str, Any], **times: datetime) -> None:
    columns = ", ".join(f"{name} = %s" for name in times)
    await centre.query(
        f"UPDATE incidents SET {columns} WHERE incident_id = %s",  # noqa: S608 - of the test
        *times.values(),
        incident["id"],
    )


async def file_of(url: str, incident_id: str) -> list[tuple[str, datetime, dict[str, Any]]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "SELECT kind, at, body FROM incident_events WHERE incident_id = %s ORDER BY version",
            (incident_id,),
        )
        return await cursor.fetchall()


def count_of(events: list[tuple[str, datetime, dict[str, Any]]]) -> Counter[str]:
    """Events by kind; a lapse and each step up the chain by themselves."""
    return Counter(
        f"{kind} {body.get('step', body.get('to', ''))}".strip()
        for kind, _, body in events
        if kind in {"warned", "overdue", "escalated", "dispatch"}
    )


class Servers:
    """Console servers as processes on one stack."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self.environment, self.logs = environment, logs
        self.alive: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        environment = self.environment | {"GRIDBEAT_HTTP_PORT": str(free_port())}
        with (self.logs / "servers.log").open("ab") as log:
            self.alive.append(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "console_server", "serve"),
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
            )

    async def kill(self, one: asyncio.subprocess.Process) -> None:
        self.alive.remove(one)
        one.send_signal(signal.SIGKILL)
        await one.wait()

    async def kill_all(self) -> None:
        for one in list(self.alive):
            await self.kill(one)


@asynccontextmanager
async def servers_of(district: Any, logs: Path) -> AsyncIterator[Servers]:
    environment = dict(os.environ) | district.stack.server_environment()
    servers = Servers(environment, logs)
    try:
        for _ in range(SERVERS):
            await servers.start()
        yield servers
    finally:
        await servers.kill_all()


async def on_duty(url: str) -> bool:
    """Whether some server has the timers in its hands."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.granted"
            " AND a.application_name = 'gridbeat-timers'"
        )
        return bool((await cursor.fetchone() or (0,))[0])


@pytest.mark.timeout(900)
async def test_each_timer_fires_once_though_servers_are_killed_at_random(
    district: Any, tmp_path: Path
) -> None:
    chance, url = random.Random(7), district.server_url  # noqa: S311 - a run to repeat
    wanted: dict[str, Counter[str]] = {}
    async with running_centre(district) as centre:
        begun = datetime.now(UTC)
        for number in range(12):  # some come due while nobody is alive, some while they are killed
            incident = await centre.open_incident()
            warn_at = begun + timedelta(seconds=chance.uniform(5, 30))
            due_at = warn_at + timedelta(seconds=chance.choice([0.0, 1.0, 8.0]))
            if number % 3 == 0:  # told the first role already: the second is next
                await centre.query(
                    "UPDATE incidents SET escalation = 1, escalated_to = 'dispatcher',"
                    " due_at = now() + interval '1 day', warn_at = NULL, escalate_at = %s"
                    " WHERE incident_id = %s",
                    *(warn_at, incident["id"]),
                )
                wanted[incident["id"]] = Counter({"escalated 2": 1})
            else:
                await set_times(centre, incident, warn_at=warn_at, due_at=due_at)
                wanted[incident["id"]] = Counter({"warned": 1, "overdue": 1, "escalated 1": 1})
        for _ in range(4):
            await centre.enrol("11")
            incident = await centre.open_incident()
            console = await centre.console()
            body = {"workerId": centre.workers["11"]}
            sent = await console.post(f"incidents/{incident['id']}/dispatches", json=body)
            assert sent.status_code == 201, sent.text
            lapses = begun + timedelta(seconds=chance.uniform(5, 30))
            await centre.query(
                "UPDATE dispatches SET acknowledge_by = %s, remind_at = NULL"
                " WHERE incident_id = %s",
                *(lapses, incident["id"]),
            )
            wanted[incident["id"]] = Counter(
                {"dispatch ordered": 1, "dispatch lapsed": 1, "escalated 1": 1}
            )
    async with servers_of(district, tmp_path) as servers:
        for kill in range(KILLS):
            await until(lambda: on_duty(url), FIRED_WITHIN_S)
            if kill % 2:
                await servers.kill_all()
            else:
                await servers.kill(chance.choice(servers.alive))
            while len(servers.alive) < SERVERS:
                await servers.start()

        async def all_fired() -> bool:
            found = {key: count_of(await file_of(url, key)) for key in wanted}
            return all(found[key] >= wanted[key] for key in wanted)

        await until(all_fired, FIRED_WITHIN_S)
    async with running_centre(district) as centre:
        parts = centre.app.state.parts
        await asyncio.gather(fire_due(parts), fire_due(parts), lapse_due(parts), remind_due(parts))
        for key, counts in wanted.items():
            events = await file_of(url, key)
            assert count_of(events) == counts, events
            assert [at for _, at, _ in events] == sorted(at for _, at, _ in events)
        async with centre.app.state.parts.pool.connection() as connection:
            faults = [each.faults async for each in verify_files_of(connection) if each.faults]
    # The test moved times by hand, which no event tells; the chain itself must be whole.
    assert not [each for found in faults for each in found if each.startswith("event")]


async def test_a_warning_missed_while_all_servers_were_down_comes_late_but_once(
    centre: Centre,
) -> None:
    incident = await centre.open_incident()
    now = datetime.now(UTC)
    warn_at, due_at = now - timedelta(hours=3), now - timedelta(hours=2)
    await set_times(centre, incident, warn_at=warn_at, due_at=due_at)
    for _ in range(3):
        await fire_due(centre.app.state.parts)
    events = await file_of(centre.settings.database_url, incident["id"])
    assert [kind for kind, *_ in events] == ["opened", "warned", "overdue", "escalated"]
    (_, warned_at, warned), (_, late_at, late) = events[1:3]
    assert now - timedelta(seconds=1) <= warned_at <= late_at
    assert datetime.fromisoformat(warned["plannedAt"]) == warn_at
    assert datetime.fromisoformat(late["plannedAt"]) == due_at
    assert datetime.fromisoformat(late["dueAt"]) == due_at


async def test_what_fires_on_time_names_no_other_time(centre: Centre) -> None:
    incident = await centre.open_incident()
    await set_times(centre, incident, warn_at=datetime.now(UTC) - PUNCTUAL / 10)
    await until(lambda: _warned(centre, incident))
    events = await file_of(centre.settings.database_url, incident["id"])
    assert "plannedAt" not in events[-1][2]


async def _warned(centre: Centre, incident: dict[str, Any]) -> bool:
    events = await file_of(centre.settings.database_url, incident["id"])
    return events[-1][0] == "warned"


async def _ordered(centre: Centre, worker: str) -> tuple[dict[str, Any], Any]:
    handset = await centre.enrol(worker)
    incident = await centre.open_incident()
    console = await centre.console()
    body = {"workerId": centre.workers[worker]}
    answer = await console.post(f"incidents/{incident['id']}/dispatches", json=body)
    assert answer.status_code == 201, answer.text
    return incident, handset


async def _reminded(centre: Centre, incident: dict[str, Any]) -> int:
    events = await file_of(centre.settings.database_url, incident["id"])
    return sum(kind == "reminded" for kind, *_ in events)


async def test_reminders_go_on_until_the_order_is_acknowledged(centre: Centre) -> None:
    incident, handset = await _ordered(centre, "12")

    async def remind_now() -> None:
        await centre.query(
            "UPDATE dispatches SET remind_at = now() WHERE incident_id = %s", incident["id"]
        )

    async def reminded(times: int) -> bool:
        return await _reminded(centre, incident) == times

    for times in (1, 2):
        await remind_now()
        await until(lambda times=times: reminded(times))
    rows = await centre.query(
        "SELECT dispatch_id::text, remind_at > now() FROM dispatches WHERE incident_id = %s",
        incident["id"],
    )
    assert rows[0][1]  # the next one is planned
    step = {"dispatch": rows[0][0], "step": "acknowledged", "at": datetime.now(UTC).timestamp()}
    await centre.outcome(await centre.say(handset, "progress", step))
    await remind_now()
    await remind_due(centre.app.state.parts)
    assert await _reminded(centre, incident) == 2


async def test_an_order_that_lapses_is_not_reminded_of_any_more(centre: Centre) -> None:
    incident, _ = await _ordered(centre, "21")
    await centre.query(
        "UPDATE dispatches SET remind_at = now() - interval '2 s',"
        " acknowledge_by = now() - interval '1 s' WHERE incident_id = %s",
        incident["id"],
    )

    async def lapsed() -> bool:
        events = await file_of(centre.settings.database_url, incident["id"])
        return bool(count_of(events)["dispatch lapsed"])

    await until(lapsed)
    assert await _reminded(centre, incident) == 0


async def test_a_worker_without_a_handset_keeps_no_other_timer_waiting(centre: Centre) -> None:
    first, _ = await _ordered(centre, "22")
    second, _ = await _ordered(centre, "12")
    await centre.query(
        "UPDATE handsets SET revoked_at = now() WHERE worker_id = %s", centre.workers["22"]
    )
    await centre.query(
        "UPDATE dispatches SET remind_at = now() - interval '9 s' WHERE incident_id = %s",
        first["id"],
    )
    await centre.query(
        "UPDATE dispatches SET acknowledge_by = now() WHERE incident_id = %s", second["id"]
    )

    async def lapsed() -> bool:
        events = await file_of(centre.settings.database_url, second["id"])
        return bool(count_of(events)["dispatch lapsed"])

    await until(lapsed)
    assert await _reminded(centre, first) == 0
