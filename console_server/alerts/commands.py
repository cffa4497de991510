"""Raising, ending and acknowledging alerts, each told to the consoles that may see it.

Owns the commands; when one is due is `silence.py`. Raising twice is raising once, whichever
instance does it: the store holds one running alert of a worker and of an area.
"""

from datetime import datetime, timedelta
from uuid import UUID

from console_server.alerts import store
from console_server.alerts.silence import End as EndOf
from console_server.alerts.silence import Raise, Running
from console_server.database import Connection
from console_server.errors import NotFound
from console_server.incidents.actor import Act
from console_server.live.outbox import put_delta
from console_server.wire.alerts import Alert


async def running_alerts(connection: Connection) -> list[Running]:
    """Those that have not ended."""
    return await store.running_alerts(connection)


async def read_running(connection: Connection, areas: frozenset[int] | None) -> list[Alert]:
    """Those that have not ended, as a console is told of them; None: of everywhere."""
    return await store.read_running(connection, areas)


async def carry_out(connection: Connection, decision: Raise | EndOf, now: datetime) -> bool:
    """Raise or end an alert; False: that was done already."""
    if isinstance(decision, Raise):
        alert_id = await store.insert_alert(connection, decision, now)
    else:
        ended = await store.end_alert(connection, decision.alert_id, decision.ending, now)
        alert_id = decision.alert_id if ended else None
    if alert_id is None:
        return False
    await _announce(connection, alert_id)
    return True


async def acknowledge(connection: Connection, alert_id: UUID, act: Act) -> Alert:
    """Take notice of an alert; who did so first stays on record.

    Raises:
        NotFound: there is none.
    """
    row = await store.lock_alert(connection, alert_id)
    if row is None:
        raise NotFound("alert", str(alert_id))
    if row.acknowledged_at is None:
        await store.acknowledge_alert(connection, alert_id, act.actor.name, act.at)
        await _announce(connection, alert_id)
    return await store.read_alert(connection, alert_id)


async def forget_alerts(
    connection: Connection, keep: timedelta, now: datetime, *, only_count: bool = False
) -> int:
    """Alerts that ended `keep` ago: how many go. They speak of workers, as positions do."""
    cursor = await connection.execute(
        "SELECT alert_id FROM alerts WHERE ended_at < %(before)s", {"before": now - keep}
    )
    ids = [row[0] for row in await cursor.fetchall()]
    if ids and not only_count:
        await connection.execute("DELETE FROM alerts WHERE alert_id = ANY(%(ids)s)", {"ids": ids})
    return len(ids)


async def _announce(connection: Connection, alert_id: UUID) -> None:
    alert = await store.read_alert(connection, alert_id)
    await put_delta(connection, "alert", alert.area_id, alert)
