"""Warnings, lateness, escalation and clocks that stand still, with servers that come and go."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from live_centre import Centre, running_centre, seed, until

from console_server.dispatches import timers
from console_server.incidents.timers import fire_due

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLOCK = ("warned", "overdue", "escalated")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def detail(centre: Centre, incident: dict[str, Any]) -> dict[str, Any]:
    console = await centre.console()
    return dict((await console.get(f"incidents/{incident['id']}")).json())


async def kinds(centre: Centre, incident: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in (await detail(centre, incident))["events"]]


async def set_back(centre: Centre, column: str, *incidents: dict[str, Any]) -> None:
    await centre.query(
        f"UPDATE incidents SET {column} = now() - interval '1 second'"  # noqa: S608 - of the test
        " WHERE incident_id = ANY(%s::uuid[])",
        [each["id"] for each in incidents],
    )


async def ask(
    centre: Centre, incident: dict[str, Any], kind: str, who: str = "dispatcher", **values: Any
) -> Any:
    console = await centre.console(who)
    body = {"kind": kind, "reason": "等材料", "version": incident["version"]} | values
    return await console.post(f"incidents/{incident['id']}/requests", json=body)


async def rule(centre: Centre, asked: dict[str, Any], who: str, **values: Any) -> Any:
    console = await centre.console(who)
    request = asked["requests"][-1]["id"]
    return await console.post(f"requests/{request}/ruling", json={"granted": True} | values)


async def foreseen(centre: Centre, incident: dict[str, Any], **asked: Any) -> dict[str, Any]:
    console = await centre.console()
    answer = await console.get(f"incidents/{incident['id']}/deadline", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def accepted(centre: Centre) -> dict[str, Any]:
    incident = await centre.open_incident()
    console = await centre.console()
    body = {"to": "accepted", "version": 1}
    return dict((await console.post(f"incidents/{incident['id']}/transitions", json=body)).json())


async def test_a_deadline_is_warned_of_then_noted_late_and_taken_up_the_chain_live(
    centre: Centre,
) -> None:
    incident = await centre.open_incident()
    async with centre.socket(await centre.console("wall")) as socket:
        await until(lambda: socket.snapshots)
        await set_back(centre, "warn_at", incident)
        await until(lambda: socket.incidents[incident["id"]]["version"] == 2)
        await set_back(centre, "due_at", incident)
        await until(lambda: socket.incidents[incident["id"]]["escalatedTo"] == "dispatcher")
        assert socket.incidents[incident["id"]]["overdueAt"] is not None
        await set_back(centre, "escalate_at", incident)
        await until(lambda: socket.incidents[incident["id"]]["escalatedTo"] == "duty_leader")
    assert await kinds(centre, incident) == ["opened", *CLOCK, "escalated"]


async def test_what_the_clock_notes_does_not_outdate_a_persons_decision(centre: Centre) -> None:
    incident = await centre.open_incident()
    await set_back(centre, "warn_at", incident)
    await until(lambda: _has(centre, incident, "warned"))
    console = await centre.console()
    body = {"to": "accepted", "version": incident["version"]}
    answer = await console.post(f"incidents/{incident['id']}/transitions", json=body)
    assert answer.status_code == 200, answer.text


async def _has(centre: Centre, incident: dict[str, Any], kind: str) -> bool:
    return kind in await kinds(centre, incident)


async def test_every_timer_fires_once_though_instances_die_and_race(centre: Centre) -> None:
    incidents = [await centre.open_incident() for _ in range(12)]
    parts, chance = centre.app.state.parts, random.Random(3)  # noqa: S311 - a walk to repeat
    for column in ("warn_at", "due_at"):
        await set_back(centre, column, *incidents)
        for _ in range(6):  # instances that are cut off wherever they are
            dying = [asyncio.create_task(fire_due(parts)) for _ in range(3)]
            await asyncio.wait(dying, timeout=chance.uniform(0.002, 0.08))
            for each in dying:
                each.cancel()
            await asyncio.gather(*dying, return_exceptions=True)
        await fire_due(parts)
    for incident in incidents:
        found = await kinds(centre, incident)
        assert [found.count(kind) for kind in CLOCK] == [1, 1, 1], found


async def test_the_duty_goes_to_another_instance_and_nothing_is_lost(
    centre: Centre, district: Any
) -> None:
    incident = await centre.open_incident()
    async with running_centre(district) as other:
        loops = [asyncio.create_task(timers.run(other.app.state.parts)) for _ in range(2)]
        for each in loops:
            each.cancel()
        await centre.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'gridbeat-timers'"
        )
        await set_back(centre, "due_at", incident)
        await until(lambda: _has(centre, incident, "overdue"))
        await asyncio.gather(*loops, return_exceptions=True)
    assert (await kinds(centre, incident)).count("overdue") == 1


async def test_an_order_is_reminded_of_once_before_it_lapses(centre: Centre) -> None:
    handset = await centre.enrol("12")
    incident = await centre.open_incident()
    console = await centre.console()
    path = f"incidents/{incident['id']}/dispatches"
    assert (await console.post(path, json={"workerId": centre.workers["12"]})).status_code == 201
    await centre.query(
        "UPDATE dispatches SET remind_at = now() WHERE incident_id = %s", incident["id"]
    )
    await until(lambda: [each for each in handset.got if each.get("kind") == "reminder"])
    await timers.remind_due(centre.app.state.parts)
    assert (await kinds(centre, incident)).count("reminded") == 1


async def test_a_case_is_suspended_by_two_people_and_gets_its_time_back(centre: Centre) -> None:
    incident = await accepted(centre)
    assert "suspended" not in incident["allowed"]
    console = await centre.console()
    direct = {"to": "suspended", "version": incident["version"], "reason": "冬季"}
    refused = await console.post(f"incidents/{incident['id']}/transitions", json=direct)
    assert refused.status_code == 409
    asked = (await ask(centre, incident, "suspended")).json()
    assert (asked["status"], asked["requests"][0]["askedBy"]) == ("accepted", "名dispatcher")
    assert (await rule(centre, asked, "dispatcher")).status_code == 403
    assert (await rule(centre, asked, "supervisor")).status_code == 403
    ahead = await foreseen(centre, asked, kind="suspended")
    assert (ahead["dueAt"], ahead["dueAfter"]) == (asked["dueAt"], None)
    assert ahead["leftS"] > 0
    held = (await rule(centre, asked, "duty_leader")).json()
    assert (held["status"], held["stoppedAt"] is not None) == ("suspended", True)
    assert (await rule(centre, asked, "administrator")).status_code == 409
    await centre.query(
        "UPDATE incidents SET stopped_at = stopped_at - interval '40 days',"
        " due_at = due_at - interval '40 days' WHERE incident_id = %s",
        incident["id"],
    )
    await fire_due(centre.app.state.parts)
    body = {"to": "accepted", "version": held["version"]}
    path = f"incidents/{incident['id']}/transitions"
    again = (await console.post(path, json=body)).json()
    assert (again["status"], again["stoppedAt"], again["overdueAt"]) == ("accepted", None, None)
    assert again["dueAt"] > held["stoppedAt"]


async def test_an_extension_moves_the_deadline_and_a_denial_nothing(centre: Centre) -> None:
    incident = await accepted(centre)
    assert (await ask(centre, incident, "extended")).status_code == 422
    asked = (await ask(centre, incident, "extended", days=2)).json()
    assert (await ask(centre, asked, "sent_back")).status_code == 409
    denied = (await rule(centre, asked, "duty_leader", granted=False, reason="不必")).json()
    assert denied["dueAt"] == incident["dueAt"]
    asked = (await ask(centre, denied, "extended", days=2)).json()
    ahead = await foreseen(centre, asked, kind="extended", days=2)
    assert (ahead["dueAt"], ahead["leftS"]) == (incident["dueAt"], None)
    assert (await detail(centre, incident))["dueAt"] == incident["dueAt"]
    longer = (await rule(centre, asked, "duty_leader")).json()
    assert longer["dueAt"] == ahead["dueAfter"] > incident["dueAt"]
    assert [each["granted"] for each in longer["requests"]] == [False, True]
    assert [each["kind"] for each in longer["events"][-2:]] == ["ruled", "extended"]


async def test_who_asked_may_not_rule_even_as_duty_leader_and_orders_are_taken_back(
    centre: Centre,
) -> None:
    handset = await centre.enrol("11")
    incident = await centre.open_incident()
    leader = await centre.console("duty_leader")
    path = f"incidents/{incident['id']}/dispatches"
    assert (await leader.post(path, json={"workerId": centre.workers["11"]})).status_code == 201
    asked = (await ask(centre, await detail(centre, incident), "sent_back", "duty_leader")).json()
    assert (await rule(centre, asked, "duty_leader")).status_code == 403
    back = (await rule(centre, asked, "administrator")).json()
    assert (back["status"], back["dispatches"][0]["status"]) == ("sent_back", "cancelled")
    await until(lambda: handset.orders("withdraw"))


async def test_a_group_handles_a_case_without_a_worker(centre: Centre) -> None:
    incident = await centre.open_incident()
    console = await centre.console()
    path = f"incidents/{incident['id']}"
    body = {"version": 1}
    assert (await console.post(f"{path}/group", json=body | {"groupCode": "x"})).status_code == 422
    given = (await console.post(f"{path}/group", json=body)).json()
    pack = centre.app.state.parts.pack()
    assert (given["status"], given["groupCode"]) == ("dispatched", pack.group_of(centre.class_code))
    assert given["groupOrderedAt"] is not None
    assert given["events"][-1]["body"]["dueAt"]
    for to in ("handling", "handled"):
        move = {"to": to, "version": given["version"]}
        given = (await console.post(f"{path}/transitions", json=move)).json()
    assert (given["status"], given["groupOrderedAt"]) == ("handled", None)


async def test_unclear_responsibility_goes_to_the_fallback_group(centre: Centre) -> None:
    incident = await centre.open_incident()
    console = await centre.console("duty_leader")
    body = {"version": 1, "fallback": True}
    given = (await console.post(f"incidents/{incident['id']}/group", json=body)).json()
    assert given["groupCode"] == centre.app.state.parts.pack().dispatch.fallback_group
    stale = await console.post(f"incidents/{incident['id']}/group", json=body)
    assert stale.status_code == 409
