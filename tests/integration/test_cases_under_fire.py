"""Random runs of every pack: by one hand after the other, and by sixty consoles at once."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from case_barrage import EXPECTED, Barrage, Carried, broken_rules, consoles_of
from live_centre import Centre, running_centre, seed

from console_server import database
from console_server.packs.pack import shipped_packs

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = 60
SHOTS = 100
CASES = 6


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=shipped_packs())
async def centre(district: Any, request: pytest.FixtureRequest) -> AsyncIterator[Centre]:
    with pytest.MonkeyPatch.context() as patch:  # sixty at once on a busy machine queue for long
        patch.setattr(database, "WAIT_FOR_CONNECTION_S", 120.0)
        async with running_centre(district, pack=request.param) as running:
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carried(centre: Centre) -> list[Carried]:
    return [Carried(code, await centre.enrol(code)) for code in centre.workers]


def dice(number: int) -> random.Random:
    return random.Random(number)  # noqa: S311 - the same run every time


async def test_no_random_run_leads_to_an_illegal_state(
    centre: Centre, carried: list[Carried]
) -> None:
    run = Barrage(centre, await consoles_of(centre, 1), carried, dice(1), alone=True)
    await run.open(4)
    for _ in range(40):
        await run.fire()
    await run.heard()
    await centre.settled()
    assert {answer.status_code for answer in run.answers} <= EXPECTED
    assert await broken_rules(centre) == []


async def test_who_is_sent_to_a_second_case_keeps_the_first_order_as_it_was(
    centre: Centre, carried: list[Carried]
) -> None:
    console, worker = await centre.console(), centre.workers[carried[0].worker]
    seen: list[list[dict[str, object]]] = []
    paths = [f"incidents/{(await centre.open_incident())['id']}" for _ in range(2)]
    for path in paths:
        now = (await console.get(path)).json()
        if now["status"] == "reported":
            body = {"to": "accepted", "version": now["version"]}
            assert (await console.post(f"{path}/transitions", json=body)).status_code == 200
        sent = await console.post(f"{path}/dispatches", json={"workerId": worker})
        assert sent.status_code == 201, sent.text
        await centre.settled()
        seen.append((await console.get(paths[0])).json()["dispatches"])
    assert seen[0] == seen[1]
    assert seen[0][0]["status"] == "ordered"


async def test_sixty_consoles_at_once_leave_nothing_half_done(
    centre: Centre, carried: list[Carried]
) -> None:
    run = Barrage(centre, await consoles_of(centre, AT_ONCE // 4), carried, dice(7))
    await run.open(CASES)
    shots = iter(range(SHOTS))

    async def fire() -> None:
        for _ in shots:
            await run.fire()

    await asyncio.gather(*(fire() for _ in range(AT_ONCE)))
    await run.heard()
    await centre.settled()
    assert {answer.status_code for answer in run.answers} <= EXPECTED, [
        answer.text for answer in run.answers if answer.status_code not in EXPECTED
    ][:3]
    assert await broken_rules(centre) == []
    assert min(run.count(200) + run.count(201), run.count(409)) >= 5  # it was a fight
    for answer in run.answers:
        if answer.status_code == 409:
            said = answer.json()
            assert said["code"]
            assert len(said["detail"]) > 10, said


async def test_a_change_past_the_case_file_is_found(centre: Centre) -> None:
    for change, told in (
        ("due_at = due_at + interval '1 day'", "due_at"),
        ("handled_by_account = 1", "handled_by_account"),
    ):
        incident = await centre.open_incident()
        assert await broken_rules(centre) == []
        key = incident["id"]
        await centre.query(f"UPDATE incidents SET {change} WHERE incident_id = %s", key)  # noqa: S608
        found = await broken_rules(centre)
        await centre.query(
            "UPDATE incidents SET due_at = %s, handled_by_account = NULL WHERE incident_id = %s",
            incident["dueAt"],
            key,
        )
        ((kind, code, fault),) = found
        assert (kind, code) == ("case file", incident["code"])
        assert f"the case has {told}" in fault
