"""What comes from outside: the hotline's tickets; near duplicates; files that show any change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from click.testing import CliRunner
from live_centre import IN_EAST, IN_WEST, Centre, running_centre, seed

from console_server.cli import main
from console_server.incidents.intake_keys import CALLS, make_key

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hotline(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with centre.app.state.parts.pool.connection() as connection:
        key = await make_key(connection, "hotline")
    headers = {"Authorization": f"Bearer {key}"}
    address = f"{centre.url}/api/hotline/"
    async with httpx.AsyncClient(
        base_url=address, headers=headers, trust_env=False, timeout=120
    ) as client:
        yield client


def ticket(number: str, **values: Any) -> dict[str, Any]:
    return {"ticket": number, "title": "路灯不亮", "lon": IN_EAST[0], "lat": IN_EAST[1]} | values


async def test_a_ticket_is_one_case_however_often_it_is_sent(
    centre: Centre, hotline: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(
        *(hotline.post("tickets", json=ticket("GD-1")) for _ in range(8))
    )
    assert [each.status_code for each in answers] == [200] * 8, answers[0].text
    assert len({each.json()["code"] for each in answers}) == 1
    rows = await centre.query(
        "SELECT source, class_code FROM incidents WHERE client_id = '12345:GD-1'"
    )
    assert rows == [("hotline", "unclassified")]


async def test_the_status_and_the_answer_go_back_to_the_hotline(
    centre: Centre, hotline: httpx.AsyncClient
) -> None:
    opened = (await hotline.post("tickets", json=ticket("GD-2", classCode="0601"))).json()
    assert (opened["status"], opened["answer"]) == ("reported", None)
    console = await centre.console()
    listed = (await console.get("incidents")).json()["incidents"]
    incident = next(each for each in listed if each["code"] == opened["code"])
    assert (incident["source"], incident["classCode"]) == ("hotline", "0601")
    body = {"to": "rejected", "version": 1, "reason": "非本辖区"}
    await console.post(f"incidents/{incident['id']}/transitions", json=body)
    status = (await hotline.get("tickets/GD-2")).json()
    assert (status["status"], status["answer"]) == ("rejected", "非本辖区")
    assert status["closedAt"] is not None


async def test_the_hotline_is_told_when_things_happened(
    centre: Centre, hotline: httpx.AsyncClient
) -> None:
    opened = (await hotline.post("tickets", json=ticket("GD-8"))).json()
    assert [opened[each] for each in ("acceptedAt", "startedAt", "handledAt", "closedAt")] == [
        None
    ] * 4
    listed = (await (await centre.console()).get("incidents")).json()["incidents"]
    incident = next(each for each in listed if each["code"] == opened["code"])
    for to in ("accepted", "handling", "handled", "verified", "closed"):
        role = "supervisor" if to in {"verified", "closed"} else "dispatcher"
        console, path = await centre.console(role), f"incidents/{incident['id']}"
        version = (await console.get(path)).json()["version"]
        move = {"to": to, "version": version, "reason": "已更换灯具"}
        assert (await console.post(f"{path}/transitions", json=move)).status_code == 200
    status = (await hotline.get("tickets/GD-8")).json()
    names = ("reportedAt", "acceptedAt", "startedAt", "handledAt", "closedAt")
    times = [status[each] for each in names]
    assert None not in times
    assert times == sorted(times)
    assert (status["status"], status["answer"]) == ("closed", "已更换灯具")


async def test_a_key_that_calls_too_often_is_told_when_to_come_again(
    centre: Centre, hotline: httpx.AsyncClient
) -> None:
    await centre.valkey.set("gb:uses:intake-key:hotline", CALLS.each, ex=30)
    refused = await hotline.get("tickets/GD-1")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(refused.headers["retry-after"]) <= 30
    await centre.valkey.delete("gb:uses:intake-key:hotline")
    assert (await hotline.get("tickets/GD-1")).status_code == 200


@pytest.mark.parametrize("key", [None, "Bearer x", "Basic eDp5"])
async def test_nothing_comes_in_or_goes_out_without_the_key(
    centre: Centre, hotline: httpx.AsyncClient, key: str | None
) -> None:
    await hotline.post("tickets", json=ticket("GD-3"))
    headers = {} if key is None else {"Authorization": key}
    async with httpx.AsyncClient(
        base_url=f"{centre.url}/api/hotline/", trust_env=False, timeout=120
    ) as other:
        answers = [
            await other.post("tickets", json=ticket("GD-4"), headers=headers),
            await other.get("tickets/GD-3", headers=headers),
        ]
    assert [each.status_code for each in answers] == [401, 401]
    assert await centre.query("SELECT 1 FROM incidents WHERE client_id = '12345:GD-4'") == []


async def test_a_wrong_ticket_is_named_and_an_unknown_one_not_found(
    hotline: httpx.AsyncClient,
) -> None:
    wrong = await hotline.post("tickets", json=ticket("GD-5", title=" ", lon=200))
    assert wrong.status_code == 422
    assert {each.partition(":")[0] for each in wrong.json()["errors"]} == {"title", "lon"}
    assert (await hotline.get("tickets/none")).status_code == 404


async def test_near_duplicates_are_suggested_by_place_time_and_class(centre: Centre) -> None:
    lon, lat = IN_WEST
    first = await centre.open_incident(classCode="0601")
    near = await centre.open_incident(classCode="0602", lon=lon + 0.001)  # 94 m
    spot = await centre.open_incident(classCode="0901", lat=lat + 0.0003)  # 33 m
    await centre.open_incident(classCode="0901", lon=lon - 0.001)  # another class, 94 m
    old = await centre.open_incident(classCode="0601")
    move = "UPDATE incidents SET reported_at = reported_at + %s WHERE incident_id = %s"
    await centre.query(move, timedelta(days=-4), old["id"])
    console = await centre.console("dispatcher_west")
    found = (await console.get(f"incidents/{first['id']}")).json()["similar"]
    assert [(each["id"], each["sameClass"]) for each in found] == [
        (near["id"], True),
        (spot["id"], False),
    ]
    assert found[0]["distanceM"] == pytest.approx(94.4, abs=0.5)
    await centre.query(move, timedelta(days=4), old["id"])  # its file tells another time


async def test_a_case_file_that_was_changed_is_found_by_the_command(
    centre: Centre, district: Any
) -> None:
    def verify() -> Any:
        environment = {"GRIDBEAT_DATABASE_URL": district.owner_url}
        return CliRunner().invoke(main, ["cases", "verify"], env=environment)

    incident = await centre.open_incident(title="卷宗")
    console = await centre.console()
    body = {"to": "accepted", "version": 1}
    await console.post(f"incidents/{incident['id']}/transitions", json=body)
    whole = await asyncio.to_thread(verify)
    assert whole.exit_code == 0, whole.output
    tamper = (
        "UPDATE incident_events SET actor = %s WHERE version = 2 AND incident_id = %s"
        " RETURNING actor"
    )
    with psycopg.connect(district.owner_url) as connection:  # as a thief of the store would
        connection.execute(tamper, ("别人", incident["id"]))
    broken = await asyncio.to_thread(verify)
    assert broken.exit_code == 1
    assert f"{incident['code']}: event 2 is not what was written" in broken.output
