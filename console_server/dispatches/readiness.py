"""Who is on the case already or refused it, who has just come from an order, whose shift ends.

Owns this look into the store, bounded to the few minutes that matter; what it is worth is
`circumstances.py`. Every other column comes from the hub's memory.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from console_server.database import Connection
from console_server.dispatches.circumstances import SHIFT_NEEDED_S
from console_server.dispatches.field import Floats


@dataclass(frozen=True, eq=False, slots=True)
class ByWorker:
    """Seconds by worker id, as two columns: half of all shifts may end in the same minute."""

    worker_ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    left_s: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False, slots=True)
class Readiness:
    """Who is on the incident already; what is left of rests and of shifts that end soon.

    `refused`: who declined an order for this incident, or let it lapse.
    """

    on_it: AbstractSet[int] = frozenset()
    refused: AbstractSet[int] = frozenset()
    rests: ByWorker = field(default_factory=ByWorker)
    shifts: ByWorker = field(default_factory=ByWorker)


async def read_readiness(
    connection: Connection, incident_id: UUID, now: datetime, rest_s: float
) -> Readiness:
    """As the store knows it now; a shift that another one goes on from does not end."""
    cursor = await connection.execute(
        """SELECT 'on_it', array_agg(worker_id), array_agg(0::float8) FROM dispatches
           WHERE incident_id = %(incident_id)s AND ended_at IS NULL
           UNION ALL
           SELECT 'refused', array_agg(worker_id), array_agg(0::float8) FROM dispatches
           WHERE incident_id = %(incident_id)s AND status IN ('declined', 'lapsed')
           UNION ALL
           SELECT 'rest', array_agg(worker_id),
                  array_agg(extract(epoch FROM last_at - %(since)s)::float8)
           FROM (SELECT worker_id, max(cleared_at) AS last_at FROM dispatches
                 WHERE status = 'cleared' AND cleared_at > %(since)s GROUP BY worker_id) r
           UNION ALL
           SELECT 'shift', array_agg(worker_id),
                  array_agg(extract(epoch FROM ends_at - %(now)s)::float8)
           FROM (SELECT worker_id,
                        max(ends_at) FILTER (WHERE starts_at <= %(now)s) AS ends_at,
                        min(starts_at) FILTER (WHERE starts_at > %(now)s) AS next_at
                 FROM shifts WHERE ends_at > %(now)s AND starts_at <= %(soon)s
                 GROUP BY worker_id) s
           WHERE ends_at <= %(soon)s AND (next_at IS NULL OR next_at > ends_at)""",
        {
            "incident_id": incident_id,
            "since": now - timedelta(seconds=rest_s),
            "now": now,
            "soon": now + timedelta(seconds=SHIFT_NEEDED_S),
        },
        binary=True,
    )
    found = {row[0]: row[1:] for row in await cursor.fetchall()}
    return Readiness(
        frozenset(found["on_it"][0] or ()),
        frozenset(found["refused"][0] or ()),
        _columns(*found["rest"]),
        _columns(*found["shift"]),
    )


def _columns(worker_ids: list[int] | None, left_s: list[float] | None) -> ByWorker:
    return ByWorker(np.array(worker_ids or [], dtype=np.int64), np.array(left_s or []))
