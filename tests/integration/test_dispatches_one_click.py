"""The loop of the product: report, one click, the worker's steps, verify, close."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from live_centre import IN_WEST, WEST, Centre, running_centre, seed, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(database: Any) -> Any:
    seed(database.owner_url)
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def test_the_whole_loop_from_report_to_close(centre: Centre) -> None:
    title = f"井盖破损 {uuid.uuid4().hex[:6]}"
    near, far = await centre.enrol("11"), await centre.enrol("12")
    await centre.place("11", 118.5051, 32.005)
    await centre.place("12", 118.5090, 32.009)
    console = await centre.console()
    async with centre.socket(console) as socket:
        await until(lambda: socket.snapshots)
        message_id = await centre.say(
            near,
            "report",
            {"id": "r1", "at": 1.0, "lon": IN_WEST[0], "lat": IN_WEST[1], "text": title},
        )
        assert (await centre.outcome(message_id)).startswith("incident:")
        incident = await until(
            lambda: next((i for i in socket.incidents.values() if i["title"] == title), None)
        )
        assert incident["gridCode"] == WEST + "001"
        assert incident["status"] == "reported"
        path = f"incidents/{incident['id']}"

        async def candidates() -> Any:
            found = (await console.get(f"{path}/recommendations")).json()["candidates"]
            return found if len(found) == 2 else None

        found = await until(candidates)
        assert [each["workerId"] for each in found] == [centre.workers["11"], centre.workers["12"]]
        assert found[0]["reasons"][0]["code"] == "closest"

        sent = await console.post(f"{path}/dispatches")
        assert sent.status_code == 201, sent.text
        dispatch = sent.json()
        assert dispatch["workerId"] == centre.workers["11"]
        order = (await until(near.orders))[0]
        assert (order["dispatch"], order["code"]) == (dispatch["dispatchId"], incident["code"])
        await until(
            lambda: (
                [each["sentAt"] for each in socket.incidents[incident["id"]]["dispatches"]][:1]
                not in ([], [None])
            )
        )
        assert far.got == []

        for step in ("acknowledged", "en_route", "on_scene", "cleared"):
            message_id = await centre.say(
                near, "progress", {"dispatch": order["dispatch"], "step": step, "at": 0.0}
            )
            assert await centre.outcome(message_id) == f"step:{step}"
        await until(lambda: socket.incidents[incident["id"]]["status"] == "handled")
        detail = (await console.get(path)).json()
        assert set(detail["allowed"]) >= {"verified", "rework"}
        for to in ("verified", "closed", "evaluated"):
            answer = await console.post(
                f"{path}/transitions", json={"to": to, "version": detail["version"]}
            )
            assert answer.status_code == 200, answer.text
            detail = answer.json()
        kinds = [
            event["kind"] + ":" + str(event["body"].get("to", "")) for event in detail["events"]
        ]
        assert kinds == [
            "opened:",
            "status:accepted",
            "status:dispatched",
            "dispatch:ordered",
            "dispatch:acknowledged",
            "dispatch:en_route",
            "status:handling",
            "dispatch:on_scene",
            "dispatch:cleared",
            "status:handled",
            "status:verified",
            "status:closed",
            "answered:",
            "status:evaluated",
        ]
        assert [event["version"] for event in detail["events"]] == list(range(1, 15))
        await centre.settled()
        await until(lambda: socket.incidents[incident["id"]]["status"] == "evaluated")
        summary = {name: detail[name] for name in socket.incidents[incident["id"]]}
        assert socket.incidents[incident["id"]] == summary
