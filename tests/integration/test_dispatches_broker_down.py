"""A broker that is away holds up the orders, and nothing else."""

from typing import Any

import pytest
from live_centre import running_centre, seed, until

from console_server.embedded.ports import free_port


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


async def test_orders_wait_for_the_broker_and_consoles_do_not(district: Any) -> None:
    async with running_centre(district) as centre:
        given = await centre.credentials("11")
        await centre.listen(given)  # the broker keeps its session from now on
        await centre.settled()
    async with running_centre(district, mqtt_port=free_port()) as cut_off:
        console = await cut_off.console()
        async with cut_off.socket(console) as socket:
            await until(lambda: socket.snapshots)
            incident = await cut_off.open_incident()
            path = f"incidents/{incident['id']}/dispatches"
            sent = await console.post(path, json={"workerId": cut_off.workers["11"]})
            assert sent.status_code == 201, sent.text
            seen = await until(lambda: socket.incidents.get(incident["id"], {}).get("dispatches"))
            assert (seen[0]["status"], seen[0]["sentAt"]) == ("ordered", None)

        async def only_the_order_waits() -> bool:
            left = await cut_off.query("SELECT channel FROM outbox WHERE done_at IS NULL")
            return left == [("order",)]

        await until(only_the_order_waits)  # consoles hear of it first, then it is written down
    async with running_centre(district) as centre:
        handset = await centre.listen(given)
        order = (await until(handset.orders))[0]
        assert order["dispatch"] == sent.json()["dispatchId"]
        await centre.settled()
        console = await centre.console()
        (dispatch,) = (await console.get(f"incidents/{incident['id']}")).json()["dispatches"]
        assert dispatch["sentAt"] is not None
