"""Incidents under many hands: openings, moves, merges, and who may see and do what."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

import pytest
import pytest_asyncio
from live_centre import EAST, IN_EAST, WEST, Centre, running_centre, seed

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def move(console: Any, incident: dict[str, Any], to: str, **values: Any) -> Any:
    body = {"to": to, "version": incident["version"]} | values
    return await console.post(f"incidents/{incident['id']}/transitions", json=body)


async def test_twenty_openings_at_once_get_codes_without_gaps_and_retries_none(
    centre: Centre,
) -> None:
    before = await centre.query("SELECT count(*) FROM incidents")
    await centre.console()
    mark = uuid.uuid4().hex
    opened = await asyncio.gather(
        *(centre.open_incident(clientId=f"{mark}-{number % 10}") for number in range(20))
    )
    assert len({each["id"] for each in opened}) == 10
    codes = [row[0] for row in await centre.query("SELECT code FROM incidents ORDER BY code")]
    assert len(codes) == before[0][0] + 10
    for _day, of_day in groupby(codes, lambda code: str(code).partition("-")[0]):
        numbers = [int(code.partition("-")[2]) for code in of_day]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_twenty_clients_fire_at_one_case_and_exactly_one_wins(centre: Centre) -> None:
    incident = await centre.open_incident()
    console = await centre.console()
    answers = await asyncio.gather(*(move(console, incident, "accepted") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "case_changed"
    assert "accepted by 名dispatcher at " in refused["detail"]
    assert refused["detail"].endswith("(version 2, you had 1).")
    versions = await centre.query(
        "SELECT version FROM incident_events WHERE incident_id = %s ORDER BY version",
        incident["id"],
    )
    assert [row[0] for row in versions] == [1, 2]


async def test_twenty_clients_send_one_worker_to_one_case_once(centre: Centre) -> None:
    await centre.enrol("11")
    incident = await centre.open_incident()
    console = await centre.console()
    body = {"workerId": centre.workers["11"]}
    path = f"incidents/{incident['id']}/dispatches"
    answers = await asyncio.gather(*(console.post(path, json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    detail = (await console.get(f"incidents/{incident['id']}")).json()
    assert [each["workerId"] for each in detail["dispatches"]] == [centre.workers["11"]]
    assert [event["version"] for event in detail["events"]] == [1, 2, 3, 4]


async def test_moves_and_dispatches_at_once_leave_nothing_half_done(centre: Centre) -> None:
    await centre.enrol("11")
    await centre.enrol("12")
    console = await centre.console()
    for _ in range(5):
        incident = await centre.open_incident()
        path = f"incidents/{incident['id']}/dispatches"
        await asyncio.gather(
            *(console.post(path, json={"workerId": centre.workers[code]}) for code in ("11", "12")),
            move(console, incident, "void", reason="误报"),
            move(console, incident, "rejected", reason="误报"),
        )
        detail = (await console.get(f"incidents/{incident['id']}")).json()
        versions = [event["version"] for event in detail["events"]]
        assert versions == list(range(1, detail["version"] + 1))
        running = [each for each in detail["dispatches"] if each["endedAt"] is None]
        assert bool(running) == (detail["status"] == "dispatched")


async def test_two_merges_of_each_other_do_not_deadlock(centre: Centre) -> None:
    one, other = await centre.open_incident(), await centre.open_incident()
    console = await centre.console()
    answers = await asyncio.gather(
        move(console, one, "merged", into=other["id"]),
        move(console, other, "merged", into=one["id"]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_merge_is_in_both_case_files(centre: Centre) -> None:
    one, other = await centre.open_incident(), await centre.open_incident()
    console = await centre.console()
    merged = (await move(console, one, "merged", into=other["id"])).json()
    kept = (await console.get(f"incidents/{other['id']}")).json()
    assert merged["events"][-1]["body"]["into"] == other["id"]
    assert (kept["events"][-1]["kind"], kept["events"][-1]["body"]["code"]) == (
        "absorbed",
        one["code"],
    )
    assert (merged["status"], merged["allowed"], kept["status"]) == ("merged", [], "reported")


async def test_who_moved_a_case_to_handled_may_not_verify_it_but_another_may(
    centre: Centre,
) -> None:
    incident = await centre.open_incident()
    console = await centre.console()
    for to, reason in (("accepted", None), ("handling", "电话通知"), ("handled", None)):
        incident = (await move(console, incident, to, reason=reason)).json()
    assert "verified" not in incident["allowed"]
    assert (await move(console, incident, "verified")).status_code == 403
    supervisor = await centre.console("supervisor")
    assert (await move(supervisor, incident, "verified")).status_code == 200


async def test_a_closed_case_stays_closed(centre: Centre) -> None:
    incident = await centre.open_incident()
    console = await centre.console()
    rejected = (await move(console, incident, "rejected", reason="重复")).json()
    assert rejected["closedAt"] is not None
    for to in ("accepted", "reported", "handling", "void"):
        assert (await move(console, rejected, to, reason="再开")).status_code == 409
    sent = await console.post(f"incidents/{incident['id']}/dispatches")
    assert sent.status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "rejected", "version": 1}, 409),
        ({"to": "nowhere", "version": 1}, 422),
        ({"to": "merged", "version": 1, "into": "x"}, 422),
        ({"to": "accepted"}, 400),
        ({"to": "accepted", "version": 7}, 409),
    ],
)
async def test_a_move_that_lacks_something_is_refused(
    centre: Centre, body: dict[str, Any], status: int
) -> None:
    incident = await centre.open_incident()
    console = await centre.console()
    answer = await console.post(f"incidents/{incident['id']}/transitions", json=body)
    assert answer.status_code == status, answer.text


async def test_every_wrong_field_of_a_new_incident_is_named(centre: Centre) -> None:
    console = await centre.console()
    answer = await console.post(
        "incidents", json={"classCode": "none", "title": " ", "lon": 200, "severity": 9}
    )
    assert answer.status_code == 422
    fields = {detail.partition(":")[0] for detail in answer.json()["errors"]}
    assert fields == {"classCode", "title", "severity", "lon, lat", "lon"}


async def test_a_dispatcher_of_one_community_sees_nothing_of_the_other(centre: Centre) -> None:
    east = await centre.open_incident(lon=IN_EAST[0], lat=IN_EAST[1])
    west = await centre.open_incident()
    console = await centre.console("dispatcher_west")
    listed = (await console.get("incidents", params={"state": "all"})).json()["incidents"]
    codes = {each["gridCode"] for each in listed}
    assert codes == {WEST + "001"}
    path = f"incidents/{east['id']}"
    answers = [
        await console.get(path),
        await console.get(f"{path}/recommendations"),
        await console.post(f"{path}/dispatches"),
        await console.post(f"{path}/transitions", json={"to": "accepted", "version": 1}),
        await console.get("incidents", params={"area": EAST}),
        await console.post(
            f"incidents/{west['id']}/transitions",
            json={"to": "merged", "version": 1, "into": east["id"]},
        ),
        await console.post(
            f"incidents/{west['id']}/dispatches", json={"workerId": centre.workers["21"]}
        ),
    ]
    assert [answer.status_code for answer in answers] == [404] * 7


@pytest.mark.parametrize(
    ("username", "statuses"),
    [
        ("wall", [200, 403, 403, 403, 403]),
        ("supervisor", [200, 403, 403, 403, 403]),
        ("duty_leader", [200, 201, 200, 409, 200]),
    ],
)
async def test_roles_may_do_what_their_role_says(
    centre: Centre, username: str, statuses: list[int]
) -> None:
    incident = await centre.open_incident()
    console = await centre.console(username)
    path = f"incidents/{incident['id']}"
    new = {"classCode": centre.class_code, "title": "t"}
    answers = [
        await console.get("incidents"),
        await console.post("incidents", json=new),
        await console.get(f"{path}/recommendations"),
        await console.post(f"{path}/dispatches"),
        await move(console, incident, "accepted"),
    ]
    assert [answer.status_code for answer in answers] == statuses


async def test_pages_hold_every_incident_once_newest_first(centre: Centre) -> None:
    for _ in range(5):
        await centre.open_incident()
    console = await centre.console()
    seen: list[str] = []
    params: dict[str, Any] = {"state": "all", "limit": 2}
    while True:
        page = (await console.get("incidents", params=params)).json()
        seen += [each["code"] for each in page["incidents"]]
        if page["nextBefore"] is None or not page["incidents"]:
            break
        params["before"] = page["nextBefore"]
    rows = await centre.query("SELECT code FROM incidents ORDER BY reported_at DESC")
    assert seen == [row[0] for row in rows]


async def test_an_incident_gets_severity_group_and_deadline_of_its_class(centre: Centre) -> None:
    pack = centre.app.state.parts.pack()
    incident = await centre.open_incident()
    assert incident["severity"] == pack.severity_of(centre.class_code)
    assert incident["groupCode"] == pack.group_of(centre.class_code)
    assert incident["dueAt"] > incident["reportedAt"]
    assert (incident["gridCode"], incident["areaId"] is not None) == (WEST + "001", True)


async def test_every_conflict_over_an_order_says_who_was_quicker_and_with_what(
    centre: Centre,
) -> None:
    incident, console = await centre.open_incident(), await centre.console("duty_leader")
    for code in ("11", "12"):
        await centre.enrol(code)
    first, second = centre.workers["11"], centre.workers["12"]
    path = f"incidents/{incident['id']}/dispatches"
    order = (await console.post(path, json={"workerId": first})).json()
    steps = f"dispatches/{order['dispatchId']}"
    here = (
        await console.post(f"{steps}/transitions", json={"to": "on_scene", "version": 1})
    ).json()
    body = {"to": "en_route", "version": here["version"]}
    back = await console.post(f"{steps}/transitions", json=body)
    assert (back.status_code, back.json()["code"]) == (409, "dispatch_changed")
    assert "on_scene cannot become en_route: on_scene (" in back.json()["detail"]
    twice = await console.post(path, json={"workerId": first})
    assert (twice.status_code, twice.json()["code"]) == (409, "worker_already_on_case")
    body = {"to": "cancelled", "version": here["version"], "reason": "误派"}
    gone = (await console.post(f"{steps}/transitions", json=body)).json()
    body = {"version": gone["version"], "workerId": second, "reason": "换人"}
    late = await console.post(f"{steps}/reassignment", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "dispatch_changed")
    assert "cancelled cannot become cancelled: cancelled (" in late.json()["detail"]
    for refused in (back, twice, late):
        assert ") by 名duty_leader at " in refused.json()["detail"]
    assert len((await console.get(f"incidents/{incident['id']}")).json()["dispatches"]) == 1
