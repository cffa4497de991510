"""Who is on the case already, who has just come from an order, whose shift is about to end.

Owns this look into the store, bounded to the few minutes that matter; what it is worth is
`circumstances.py`. Every other column comes from the hub's memory.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from console_server.database import Connection
from console_server.dispatches.circumstances import SHIFT_NEEDED_S


@dataclass(frozen=True, slots=True)
class Readiness:
    """Who is on the incident already; what is left of rests and of shifts that end soon.

    By worker, in seconds.
    """

    on_it: AbstractSet[int] = frozenset()
    rests_left_s: Mapping[int, float] = field(default_factory=dict)
    shifts_left_s: Mapping[int, float] = field(default_factory=dict)


async def read_readiness(
    connection: Connection, incident_id: UUID, now: datetime, rest_s: float
) -> Readiness:
    """As the store knows it now; a shift that another one goes on from does not end."""
    cursor = await connection.execute(
        """SELECT 'on_it', worker_id, 0::float8 FROM dispatches
           WHERE incident_id = %(incident_id)s AND ended_at IS NULL
           UNION ALL
           SELECT 'rest', worker_id, extract(epoch FROM max(cleared_at) - %(since)s)::float8
           FROM dispatches WHERE status = 'cleared' AND cleared_at > %(since)s
           GROUP BY worker_id
           UNION ALL
           SELECT 'shift', s.worker_id, extract(epoch FROM s.ends_at - %(now)s)::float8
           FROM shifts s
           WHERE s.ends_at > %(now)s AND s.ends_at <= %(soon)s AND s.starts_at <= %(now)s
             AND NOT EXISTS (SELECT FROM shifts n
                             WHERE n.worker_id = s.worker_id AND n.starts_at <= s.ends_at
                               AND n.ends_at > s.ends_at)""",
        {
            "incident_id": incident_id,
            "since": now - timedelta(seconds=rest_s),
            "now": now,
            "soon": now + timedelta(seconds=SHIFT_NEEDED_S),
        },
        binary=True,
    )
    found: dict[str, dict[int, float]] = {"on_it": {}, "rest": {}, "shift": {}}
    for what, worker_id, value_s in await cursor.fetchall():
        found[what][worker_id] = value_s
    return Readiness(frozenset(found["on_it"]), found["rest"], found["shift"])
