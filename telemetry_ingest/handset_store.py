"""What handsets say of themselves, in the store: duty, health, inbox; and their newest fixes.

Owns the SQL; what duty events mean is in `duty.py`. All functions work in the caller's transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from psycopg import Connection

from telemetry_ingest.duty import Period, Periods
from telemetry_ingest.fix import FOREVER_US, Ints, instant_us, to_us
from telemetry_ingest.message import InboxEntry
from telemetry_ingest.presence import Health, Sighting
from telemetry_ingest.store import timestamp

_DUTY_COLUMNS: Final = """
    SELECT handset_id, extract(epoch FROM started_at)::float8,
           extract(epoch FROM ended_at)::float8
    FROM duty_periods
    WHERE (ended_at IS NULL OR ended_at >= %(since)s)
"""
READ_DUTY: Final = _DUTY_COLUMNS + "ORDER BY handset_id, started_at"
READ_DUTY_OF: Final = (
    _DUTY_COLUMNS
    + """ AND worker_id = ANY(%(workers)s) AND handset_id = ANY(%(handsets)s)
    ORDER BY handset_id, started_at"""
)
REMOVE_DUTY: Final = """
    DELETE FROM duty_periods
    WHERE worker_id = %(worker)s AND handset_id = %(handset)s AND started_at = %(started)s
"""
WRITE_DUTY: Final = """
    INSERT INTO duty_periods (worker_id, handset_id, started_at, ended_at)
    VALUES (%(worker)s, %(handset)s, %(started)s, %(ended)s)
    ON CONFLICT (worker_id, started_at, handset_id) DO UPDATE SET ended_at = excluded.ended_at
"""
REMOVE_POSITIONS: Final = """
    DELETE FROM positions
    WHERE worker_id = %(worker)s AND handset_id = %(handset)s
      AND fixed_at >= %(since)s::timestamptz AND fixed_at < %(until)s::text::timestamptz
    RETURNING extract(epoch FROM fixed_at)::float8
"""
NEWEST: Final = """
    SELECT w.worker_id, extract(epoch FROM p.fixed_at)::float8, p.lon, p.lat, p.accuracy_m,
           p.speed_mps, p.course_deg, p.battery, p.grid_id, p.flags
    FROM unnest(%(workers)s::integer[]) AS w (worker_id)
    CROSS JOIN LATERAL (
        SELECT * FROM positions
        WHERE positions.worker_id = w.worker_id
        ORDER BY positions.worker_id, positions.fixed_at DESC
        LIMIT 1) AS p
"""
# What a message leaves unsaid stays as it was.
WRITE_HEALTH: Final = """
    INSERT INTO handset_status (handset_id, at, online, battery, network, permission, optimised)
    VALUES (%(handset)s, %(at)s, %(online)s, %(battery)s, %(network)s, %(permission)s,
            %(optimised)s)
    ON CONFLICT (handset_id) DO UPDATE SET
        at = excluded.at,
        online = excluded.online,
        battery = coalesce(excluded.battery, handset_status.battery),
        network = coalesce(excluded.network, handset_status.network),
        permission = coalesce(excluded.permission, handset_status.permission),
        optimised = coalesce(excluded.optimised, handset_status.optimised)
    WHERE excluded.at >= handset_status.at
"""
READ_HEALTH: Final = """
    SELECT handset_id, extract(epoch FROM at)::float8, online, battery, network, permission,
           optimised
    FROM handset_status
"""
# A message that the broker delivers again has the same body and is not long past.
WRITE_INBOX: Final = """
    INSERT INTO handset_inbox (handset_id, kind, received_at, body)
    SELECT %(handset)s, %(kind)s, %(received_at)s, %(body)s::jsonb
    WHERE NOT EXISTS (
        SELECT FROM handset_inbox
        WHERE message_id > (SELECT max(message_id) - 2000 FROM handset_inbox)
          AND handset_id = %(handset)s AND kind = %(kind)s AND body = %(body)s::jsonb)
"""


def read_duty(connection: Connection, since_us: int) -> dict[int, Periods]:
    """Each handset's rows that reach past an instant, in order of time."""
    return _by_handset(connection.execute(READ_DUTY, {"since": timestamp(since_us)}))


def read_duty_of(
    connection: Connection, handsets: Mapping[int, int], since_us: int
) -> dict[int, Periods]:
    """The same for some handsets (handset_id: worker_id); one without rows has an empty tuple."""
    sought = {
        "since": timestamp(max(since_us, 0)),
        "handsets": list(handsets),
        "workers": list(set(handsets.values())),
    }
    found = _by_handset(connection.execute(READ_DUTY_OF, sought))
    return {handset: found.get(handset, ()) for handset in handsets}


def write_duty(
    connection: Connection, worker: int, handset: int, before: Periods, after: Periods
) -> None:
    """Make the rows of a handset those of `after`."""
    whose = {"worker": worker, "handset": handset}
    kept = {period.started_us for period in after}
    for period in before:
        if period.started_us not in kept:
            connection.execute(REMOVE_DUTY, whose | {"started": timestamp(period.started_us)})
    for period in set(after) - set(before):
        times = {"started": timestamp(period.started_us), "ended": _end(period.ended_us)}
        connection.execute(WRITE_DUTY, whose | times)


def remove_positions(connection: Connection, worker: int, handset: int, gaps: Periods) -> Ints:
    """Delete what is stored of a time off duty; the instants that were."""
    removed: list[float] = []
    for since_us, until_us in gaps:
        until = _end(until_us)
        span = {"since": timestamp(since_us), "until": until.isoformat() if until else "infinity"}
        rows = connection.execute(REMOVE_POSITIONS, span | {"worker": worker, "handset": handset})
        removed.extend(row[0] for row in rows)
    return to_us(np.array(removed, dtype=np.float64))


def read_newest(connection: Connection, workers: Sequence[int]) -> dict[int, Sighting]:
    """The newest stored fix of each worker that has one."""
    rows = connection.execute(NEWEST, {"workers": list(workers)})
    return {row[0]: Sighting(instant_us(row[1]), *row[2:]) for row in rows}


def read_health(connection: Connection) -> dict[int, Health]:
    """What each handset last said of itself, by handset_id."""
    return {row[0]: Health(instant_us(row[1]), *row[2:]) for row in connection.execute(READ_HEALTH)}


def write_health(connection: Connection, health: Mapping[int, Health]) -> None:
    """Store what handsets said of themselves; an older message changes nothing."""
    rows = [
        {
            "handset": handset,
            "at": timestamp(said.at_us),
            "online": said.online,
            "battery": said.battery,
            "network": said.network,
            "permission": said.permission,
            "optimised": said.optimised,
        }
        for handset, said in sorted(health.items())
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(WRITE_HEALTH, rows)


def write_inbox(connection: Connection, entries: Iterable[InboxEntry]) -> int:
    """Hand messages to the control plane; how many were new."""
    written = 0
    for entry in entries:
        row = {
            "handset": entry.handset,
            "kind": entry.kind.value,
            "received_at": timestamp(entry.received_us),
            "body": entry.body.decode(),
        }
        written += connection.execute(WRITE_INBOX, row).rowcount
    return written


def _by_handset(rows: Iterable[tuple[Any, ...]]) -> dict[int, Periods]:
    found: dict[int, list[Period]] = defaultdict(list)
    for handset, started_at, ended_at in rows:
        ended_us = FOREVER_US if ended_at is None else instant_us(ended_at)
        found[handset].append(Period(instant_us(started_at), ended_us))
    return {handset: tuple(periods) for handset, periods in found.items()}


def _end(us: int) -> datetime | None:
    return None if us == FOREVER_US else timestamp(us)
