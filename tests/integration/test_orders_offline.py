"""A handset that is away: its order waits for it at the broker; one taken back does not mislead."""

import asyncio
from typing import Any

import pytest
from live_centre import Centre, Handset, running_centre, seed, until

from console_server.embedded.ports import free_port


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


def acted_on(handset: Handset) -> dict[str, str]:
    """By dispatch what a handset goes by: of one dispatch the highest version counts."""
    orders = sorted((each for each in handset.got if "action" in each), key=lambda o: o["version"])
    return {each["dispatch"]: each["action"] for each in orders}


async def go_away(handset: Handset) -> None:
    """Leave as a phone without network does; the session stays at the broker."""
    await asyncio.to_thread(handset.client.disconnect)
    await asyncio.to_thread(handset.client.loop_stop)


async def sent(centre: Centre, worker: str) -> tuple[str, dict[str, Any]]:
    incident = await centre.open_incident()
    console = await centre.console()
    path = f"incidents/{incident['id']}/dispatches"
    answer = await console.post(path, json={"workerId": centre.workers[worker]})
    assert answer.status_code == 201, answer.text
    return incident["id"], answer.json()


async def taken_back(centre: Centre, dispatch: dict[str, Any]) -> None:
    console = await centre.console()
    body = {"to": "cancelled", "version": dispatch["version"], "reason": "误报"}
    path = f"dispatches/{dispatch['dispatchId']}/transitions"
    assert (await console.post(path, json=body)).status_code == 200


async def test_an_offline_handset_gets_its_order_on_return_and_of_one_taken_back_the_withdrawal(
    district: Any,
) -> None:
    async with running_centre(district) as centre:
        given = await centre.credentials("11")
        await go_away(await centre.listen(given))
        _, kept = await sent(centre, "11")
        _, withdrawn = await sent(centre, "11")
        await centre.settled()
        await taken_back(centre, withdrawn)
        await centre.settled()
        back = await centre.listen(given)
        await until(lambda: len(acted_on(back)) == 2 and "withdraw" in acted_on(back).values())
        assert acted_on(back) == {kept["dispatchId"]: "go", withdrawn["dispatchId"]: "withdraw"}
        await go_away(back)
    async with running_centre(district, mqtt_port=free_port()) as cut_off:
        _, kept = await sent(cut_off, "11")
        _, withdrawn = await sent(cut_off, "11")
        await taken_back(cut_off, withdrawn)
    async with running_centre(district) as centre:
        back = await centre.listen(given)
        await until(lambda: len(acted_on(back)) == 2)
        of_it = [
            each["action"] for each in back.got if each.get("dispatch") == withdrawn["dispatchId"]
        ]
        assert of_it == ["withdraw"]  # the broker was away: the order itself was never sent
        await centre.settled()


async def test_orders_do_not_wait_for_the_books_of_those_before_them(
    district: Any,
) -> None:
    async with running_centre(district) as centre:
        handset = await centre.enrol("12")
        pool = centre.app.state.parts.pool
        incident, first = await sent(centre, "12")
        await centre.settled()
        async with pool.connection() as connection:
            # Whoever holds the case holds up its books; the next order goes out all the same.
            await connection.execute(
                "SELECT FROM incidents WHERE incident_id = %(id)s FOR UPDATE", {"id": incident}
            )
            await centre.query(
                "INSERT INTO outbox (channel, target, body) SELECT channel, target, body"
                " FROM outbox WHERE body ->> 'dispatch' = %s AND target = %s",
                first["dispatchId"],
                handset.prefix,
            )
            _, second = await sent(centre, "12")
            await until(lambda: second["dispatchId"] in acted_on(handset))
            left = await centre.query("SELECT count(*) FROM outbox WHERE done_at IS NULL")
            assert left[0][0] >= 1
        await centre.settled()
