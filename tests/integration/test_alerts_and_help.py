"""Alerts of silence and calls for help on the real stack: once, live, for all consoles alike."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from live_centre import IN_EAST, IN_WEST, Centre, Socket, running_centre, seed, until

from console_server.alerts.commands import forget_alerts
from console_server.alerts.watching import look
from console_server.dispatches import store
from console_server.incidents.verify import verify_files_of
from console_server.packs.pack import load_pack

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMIT_S = load_pack("xingdian").silence.alert_after_s
WITHIN_S = 120  # the look is taken every five seconds, on a machine that may be busy


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        await well(running)
        yield running


async def well(centre: Centre) -> None:
    """The whole way is well, for as long as the test runs; no ingest runs here to prove it."""
    await centre.query(
        "INSERT INTO last_well (at) VALUES (now() + interval '1 hour')"
        " ON CONFLICT (only_row) DO UPDATE SET at = excluded.at RETURNING at"
    )


async def heard(centre: Centre, worker: str, ago_s: float, **values: Any) -> None:
    await centre.place(worker, *IN_WEST, fixed_at=time.time() - ago_s, **values)


def alerts_of(socket: Socket) -> dict[str, dict[str, Any]]:
    """What a browser makes of the snapshot and the deltas."""
    known = {each["id"]: each for each in socket.snapshots[-1]["alerts"]}
    for message in socket.texts[socket.texts.index(socket.snapshots[-1]) :]:
        if message["type"] == "alert":
            known[message["alert"]["id"]] = message["alert"]
    return {key: each for key, each in known.items() if each["endedAt"] is None}


async def alert_of(centre: Centre, worker: str) -> dict[str, Any] | None:
    console = await centre.console()
    listed = (await console.get("alerts")).json()["alerts"]
    return next((a for a in listed if a["workerId"] == centre.workers[worker]), None)


async def test_a_silent_worker_is_one_alert_that_every_console_hears_of_and_that_ends_itself(
    centre: Centre,
) -> None:
    west, east = await centre.console("dispatcher_west"), await centre.console("dispatcher")
    await heard(centre, "11", 1)
    await until(lambda: _none(centre, "11"), WITHIN_S)  # whatever a try before this one left
    async with centre.socket(west) as one, centre.socket(east) as two:
        await until(lambda: one.snapshots and two.snapshots)
        await heard(centre, "11", LIMIT_S + 5, cause=4)
        await until(lambda: alerts_of(one) and alerts_of(two), WITHIN_S)
        await asyncio.gather(*(look(centre.app.state.parts) for _ in range(4)))
        [alert] = alerts_of(one).values()
        assert (alert["workerName"], alert["cause"], alert["kind"]) == (
            "工11",
            "app_killed",
            "silent",
        )
        assert alerts_of(two) == alerts_of(one)
        taken = await west.post(f"alerts/{alert['id']}/acknowledge")
        assert taken.json()["acknowledgedBy"] == "名dispatcher_west"
        again = await east.post(f"alerts/{alert['id']}/acknowledge")
        assert again.json() == taken.json()
        await until(lambda: alerts_of(two)[alert["id"]]["acknowledgedAt"])
        await heard(centre, "11", 1)
        await until(lambda: not alerts_of(one) and not alerts_of(two), WITHIN_S)
    rows = await centre.query(
        "SELECT ending, acknowledged_by FROM alerts WHERE alert_id::text = %s", str(alert["id"])
    )
    assert rows == [("heard", "名dispatcher_west")]
    kept = (await east.get("alerts", params={"state": "all"})).json()["alerts"]
    assert [each["ending"] for each in kept if each["id"] == alert["id"]] == ["heard"]


async def test_an_alert_is_only_for_whom_may_see_the_area(centre: Centre) -> None:
    await heard(centre, "21", LIMIT_S + 60)
    await until(lambda: alert_of(centre, "21"), WITHIN_S)
    found = await alert_of(centre, "21")
    assert found is not None
    west, wall = await centre.console("dispatcher_west"), await centre.console("wall")
    assert (await west.get("alerts")).json()["alerts"] == []
    assert (await west.post(f"alerts/{found['id']}/acknowledge")).status_code == 404
    assert (await wall.get("alerts")).status_code == 403
    supervisor = await centre.console("supervisor")
    assert (await supervisor.post(f"alerts/{found['id']}/acknowledge")).status_code == 403
    await heard(centre, "21", 1)
    await until(lambda: _none(centre, "21"), WITHIN_S)


async def _none(centre: Centre, worker: str) -> bool:
    return await alert_of(centre, worker) is None


async def test_who_was_never_heard_is_silent_since_duty_began(centre: Centre) -> None:
    worker = centre.workers["12"]
    given = await centre.credentials("12")
    await centre.query(
        "INSERT INTO duty_periods (worker_id, handset_id, started_at)"
        " SELECT %s, handset_id, now() - interval '20 minutes' FROM handsets WHERE code = %s"
        " RETURNING worker_id",
        worker,
        given["handsetId"],
    )
    await centre.place("12", 0, 0, fixed_at=None)
    await until(lambda: alert_of(centre, "12"), WITHIN_S)
    found = await alert_of(centre, "12")
    assert found is not None
    since = datetime.fromisoformat(found["silentSince"])
    assert timedelta(minutes=19) < datetime.now(UTC) - since < timedelta(minutes=21)
    await heard(centre, "12", 1)
    await until(lambda: _none(centre, "12"), WITHIN_S)


async def test_a_restart_raises_nothing_twice_and_loses_nothing(
    centre: Centre, district: Any
) -> None:
    query, worker = "SELECT count(*) FROM alerts WHERE worker_id = %s", centre.workers["22"]
    had = (await centre.query(query, worker))[0][0]
    await heard(centre, "22", LIMIT_S + 5)
    await until(lambda: alert_of(centre, "22"), WITHIN_S)
    before = await alert_of(centre, "22")
    async with running_centre(district) as second:  # another instance beside the first
        await asyncio.gather(look(second.app.state.parts), look(centre.app.state.parts))
        assert await alert_of(second, "22") == before
        async with second.socket(await second.console()) as socket:
            await until(lambda: socket.snapshots)
            assert set(alerts_of(socket)) == {before["id"] if before else ""}
    assert (await centre.query(query, worker))[0][0] == had + 1
    await heard(centre, "22", 1)
    await until(lambda: _none(centre, "22"), WITHIN_S)


async def test_while_our_way_is_broken_nobody_is_accused(centre: Centre) -> None:
    await centre.query("UPDATE last_well SET at = now() - interval '1 hour' RETURNING at")
    await heard(centre, "21", LIMIT_S + 60)
    fleet = centre.app.state.parts.hub.fleet
    slot = fleet.slot_of[centre.workers["21"]]
    await until(lambda: fleet.fixed_at[slot] < time.time() - LIMIT_S)
    assert await look(centre.app.state.parts) == 0
    assert await alert_of(centre, "21") is None
    await heard(centre, "21", 1)
    await until(lambda: fleet.fixed_at[slot] > time.time() - 60)
    await well(centre)


async def test_alerts_are_forgotten_like_positions(centre: Centre) -> None:
    async with centre.app.state.parts.pool.connection() as connection:
        later = datetime.now(UTC) + timedelta(days=181)
        count = await forget_alerts(connection, timedelta(days=180), later, only_count=True)
        assert count >= 1
        assert await forget_alerts(connection, timedelta(days=180), later) == count
        assert await forget_alerts(connection, timedelta(days=180), later) == 0


async def call_for_help(centre: Centre, worker: str, **body: Any) -> dict[str, Any]:
    handset = await centre.enrol(worker)
    said = {"id": f"sos-{time.time()}", "at": time.time()} | body
    code = (await centre.outcome(await centre.say(handset, "duress", said))).partition(":")[2]
    listed = (await (await centre.console()).get("incidents")).json()["incidents"]
    return next(dict(each) for each in listed if each["code"] == code)


async def test_a_call_for_help_sounds_until_somebody_answers_it_and_then_nowhere(
    centre: Centre,
) -> None:
    one, two = await centre.console("dispatcher"), await centre.console("dispatcher_west")
    async with centre.socket(one) as first, centre.socket(two) as second:
        await until(lambda: first.snapshots and second.snapshots)
        call = await call_for_help(centre, "11", lon=IN_WEST[0], lat=IN_WEST[1])
        await until(lambda: call["id"] in first.incidents and call["id"] in second.incidents)
        assert second.incidents[call["id"]]["answeredAt"] is None
        async with centre.socket(two) as reloaded:
            await until(lambda: reloaded.snapshots)
            assert reloaded.incidents[call["id"]]["answeredAt"] is None
        answers = await asyncio.gather(
            *(console.post(f"incidents/{call['id']}/answer") for console in (one, two, one, two))
        )
        assert {each.status_code for each in answers} == {200}
        assert len({each.json()["answeredBy"] for each in answers}) == 1
        await until(lambda: first.incidents[call["id"]]["answeredAt"])
        await until(lambda: second.incidents[call["id"]]["answeredAt"])
    detail = (await one.get(f"incidents/{call['id']}")).json()
    entries = [each for each in detail["events"] if each["kind"] == "help_answered"]
    assert [each["actor"] for each in entries] == [answers[0].json()["answeredBy"]]


async def test_only_who_commands_answers_and_only_a_call_for_help(centre: Centre) -> None:
    call = await call_for_help(centre, "21", lon=IN_EAST[0], lat=IN_EAST[1])
    path = f"incidents/{call['id']}/answer"
    for role in ("wall", "supervisor", "department"):
        assert (await (await centre.console(role)).post(path)).status_code == 403
    west, console = await centre.console("dispatcher_west"), await centre.console()
    assert (await west.post(path)).status_code == 404
    other = await centre.open_incident()
    assert (await console.post(f"incidents/{other['id']}/answer")).status_code == 409


async def test_a_call_for_help_is_due_within_the_packs_minutes_by_day_and_night(
    centre: Centre,
) -> None:
    call = await call_for_help(centre, "11", lon=IN_WEST[0], lat=IN_WEST[1])
    limit = datetime.fromisoformat(call["dueAt"]) - datetime.fromisoformat(call["reportedAt"])
    assert limit == timedelta(minutes=15)
    assert call["severity"] == 1


async def test_the_nearest_are_proposed_at_once_and_never_the_caller(centre: Centre) -> None:
    for worker, lon in (("11", 118.505), ("12", 118.506), ("21", 118.515)):
        await centre.enrol(worker)
        await centre.place(worker, lon, 32.005)
    fleet = centre.app.state.parts.hub.fleet
    slots = [fleet.slot_of[centre.workers[each]] for each in ("11", "12", "21")]
    await until(lambda: all(fleet.on_duty[slot] and fleet.reachable[slot] for slot in slots))
    call = await call_for_help(centre, "11", lon=118.505, lat=32.005)
    console = await centre.console()
    found = (await console.get(f"incidents/{call['id']}/recommendations")).json()["candidates"]
    assert [each["name"] for each in found][:2] == ["工12", "工21"]
    assert "工11" not in {each["name"] for each in found}


async def test_a_call_without_a_place_lies_where_the_worker_was_last(
    centre: Centre, district: Any
) -> None:
    worker = centre.workers["12"]
    await fixed(district, worker, 25, 118.5061)
    call = await call_for_help(centre, "12")
    assert (call["lon"], call["lat"]) == (118.5061, 32.005)
    await fixed(district, worker, 10, 118.5071)
    assert (await call_for_help(centre, "12"))["lon"] == 118.5071


async def test_a_place_older_than_half_an_hour_is_none_and_the_own_grid_counts(
    centre: Centre, district: Any
) -> None:
    await fixed(district, centre.workers["22"], 40, 118.515)
    async with centre.app.state.parts.pool.connection() as connection:
        now = datetime.now(UTC)
        assert await store.place_of(connection, centre.workers["22"], now) is None
    call = await call_for_help(centre, "22")
    assert (call["lon"], call["lat"]) == (None, None)
    assert call["gridCode"] == "320111007002001"  # seen by who looks after the own grid


async def fixed(district: Any, worker: int, minutes_ago: int, lon: float) -> None:
    """A position in the store, which is ingest's to write and not the server's."""
    async with await psycopg.AsyncConnection.connect(district.owner_url) as connection:
        await connection.execute(
            "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat)"
            " VALUES (%s, now() - make_interval(mins => %s), 1, now(), %s, 32.005)",
            (worker, minutes_ago, lon),
        )


async def test_the_case_files_of_all_this_still_prove_themselves(centre: Centre) -> None:
    async with centre.app.state.parts.pool.connection() as connection:
        checked = [each async for each in verify_files_of(connection)]
    assert checked
    assert [each.faults for each in checked if each.faults] == []
