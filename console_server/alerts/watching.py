"""The look at who is silent, every few seconds, in one instance at a time.

Owns the loop and where its columns come from: the hub knows who is on duty and when they were
heard, the store when a duty began and how our own way was. The rule is `silence.py`.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from prometheus_client import Gauge

from console_server.alerts.commands import carry_out, running_alerts
from console_server.alerts.silence import Moment, Watched, Way, decide
from console_server.database import Connection
from console_server.live.fleet import Fleet
from console_server.live.messages import cause_name
from console_server.live.single import Duty, on_duty
from console_server.parts import Parts

LOOK_EVERY_S: Final = 5.0
WELL_WITHIN: Final = timedelta(seconds=45)  # all well is noted every 15 s
RUNNING = Gauge("gridbeat_alerts_running", "Alerts that have not ended")


async def run(parts: Parts) -> None:
    """Look for ever."""
    async with on_duty(parts, Duty.ALERTS) as connection:
        await parts.hub.ready.wait()
        while True:
            await connection.execute("SELECT 1")  # the duty ends with this connection
            await look(parts)
            await asyncio.sleep(LOOK_EVERY_S)


async def look(parts: Parts) -> int:
    """Raise and end what is due: how many alerts that was."""
    now, fleet, rules = parts.clock(), parts.hub.fleet, parts.pack().silence
    async with parts.pool.connection() as connection:
        began = await _duty_began(connection, _unheard(fleet), now)
        way = await read_way(connection, now, rules.alert_after_s)
        running = await running_alerts(connection)
    done = 0
    for decision in decide(watched(fleet, began, now), running, Moment(now, way, rules)):
        async with parts.pool.connection() as connection:
            done += await carry_out(connection, decision, now)
    RUNNING.set(len(running))
    return done


def watched(fleet: Fleet, began: dict[int, datetime], now: datetime) -> list[Watched]:
    """Everybody on duty, with when they were heard last; who never was, since duty began."""
    causes = fleet.shown_causes(now.timestamp())
    found = []
    for slot in map(int, np.flatnonzero(fleet.on_duty)):
        row = fleet.roster.rows[slot]
        fixed_at = float(fleet.fixed_at[slot])
        heard = began.get(row.worker_id) if np.isnan(fixed_at) else _instant(fixed_at)
        found.append(
            Watched(
                row.worker_id,
                row.grid_ids[0] if row.grid_ids else row.area_id,
                row.area_id,
                heard,
                cause_name(int(causes[slot])) or "unknown",
            )
        )
    return found


async def read_way(connection: Connection, now: datetime, alert_after_s: float) -> Way:
    """Whether our own way is well, and until when it last was not."""
    cursor = await connection.execute(
        """SELECT (SELECT at FROM last_well),
                  (SELECT max(ended_at) FROM outages
                   WHERE ended_at > %(now)s::timestamptz - make_interval(secs => %(window)s))""",
        {"now": now, "window": alert_after_s},
    )
    row = await cursor.fetchone()
    last_well_at, excused_until = row if row is not None else (None, None)
    well = last_well_at is not None and now - last_well_at < WELL_WITHIN
    return Way(well, excused_until)


def _unheard(fleet: Fleet) -> list[int]:
    """Workers on duty from whom nothing came in this duty."""
    slots = np.flatnonzero(fleet.on_duty & np.isnan(fleet.fixed_at))
    return [fleet.roster.rows[int(slot)].worker_id for slot in slots]


async def _duty_began(
    connection: Connection, workers: Iterable[int], now: datetime
) -> dict[int, datetime]:
    ids = list(workers)
    if not ids:
        return {}
    cursor = await connection.execute(
        """SELECT worker_id, max(began) FROM (
               SELECT worker_id, started_at AS began FROM duty_periods
               WHERE worker_id = ANY(%(ids)s) AND ended_at IS NULL AND started_at <= %(now)s
               UNION ALL
               SELECT worker_id, starts_at FROM shifts
               WHERE worker_id = ANY(%(ids)s) AND starts_at <= %(now)s AND ends_at > %(now)s) duties
           GROUP BY worker_id""",
        {"ids": ids, "now": now},
    )
    return dict(await cursor.fetchall())


def _instant(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
