"""What is around the workers of a replay: outages, shifts, how much is recorded, the borders then.

Owns these queries; changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import shapely
from psycopg.rows import class_row

from console_server.areas.tree import AreaNode, AreaTree
from console_server.database import Connection
from console_server.replay.period import Period

SAMPLE_HOURS: Final = 800  # hours of workers that are counted for the timeline: a third of a second
SAMPLE_MIN: Final = 20  # workers, however long the period is


async def read_outages(connection: Connection, period: Period) -> Sequence[Period]:
    """When the system itself failed, cut to the period."""
    async with connection.cursor(row_factory=class_row(Period)) as cursor:
        await cursor.execute(
            """
            SELECT greatest(started_at, %(from_at)s) AS from_at,
                   least(ended_at, %(to_at)s) AS to_at
            FROM outages WHERE started_at < %(to_at)s AND ended_at > %(from_at)s
            ORDER BY started_at
            """,
            {"from_at": period.from_at, "to_at": period.to_at},
        )
        return await cursor.fetchall()


async def shifts_between(
    connection: Connection, from_at: datetime, to_at: datetime, visible: Collection[int] | None
) -> Period | None:
    """From the start of the first shift that begins in that time to the end of the last one.

    Of patrols: night watches and standby would make every day one of 24 hours.
    """
    cursor = await connection.execute(
        """
        SELECT min(s.starts_at), max(s.ends_at) FROM shifts s JOIN workers w USING (worker_id)
        WHERE s.starts_at >= %(from_at)s AND s.starts_at < %(to_at)s AND s.kind = 'patrol'
          AND (%(visible)s::integer[] IS NULL OR w.area_id = ANY(%(visible)s)
               OR EXISTS (SELECT FROM worker_grids h WHERE h.worker_id = w.worker_id
                          AND h.valid_to IS NULL AND h.area_id = ANY(%(visible)s)))
        """,
        {
            "from_at": from_at,
            "to_at": to_at,
            "visible": None if visible is None else sorted(visible),
        },
    )
    row = await cursor.fetchone()
    return Period(*row) if row and row[0] else None


async def count_fixes(
    connection: Connection, worker_ids: Sequence[int], period: Period
) -> tuple[list[int], int]:
    """Fixes in each bin of the period, of a sample of the workers; and of how many.

    Where the sample has none all are counted, so that none means none.
    """
    sample = max(SAMPLE_MIN, SAMPLE_HOURS * 3600 // period.length_s)
    every = max(1, -(-len(worker_ids) // sample))
    counted = await _count_of(connection, worker_ids[::every], period)
    if every > 1 and not any(counted):
        return await _count_of(connection, worker_ids, period), len(worker_ids)
    return counted, len(worker_ids[::every])


async def _count_of(connection: Connection, worker_ids: Sequence[int], period: Period) -> list[int]:
    cursor = await connection.execute(
        """
        SELECT floor(extract(epoch FROM fixed_at - %(from_at)s) / %(bin_s)s)::integer, count(*)
        FROM positions
        WHERE worker_id = ANY(%(workers)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
        GROUP BY 1
        """,
        {
            "workers": list(worker_ids),
            "from_at": period.from_at,
            "to_at": period.to_at,
            "bin_s": period.bin_s,
        },
    )
    bins = [0] * -(-period.length_s // period.bin_s)
    for index, count in await cursor.fetchall():
        bins[index] = count
    return bins


async def read_border_changes(connection: Connection, period: Period) -> Sequence[datetime]:
    """The instants within the period at which a border changed."""
    cursor = await connection.execute(
        """
        SELECT DISTINCT valid_from FROM area_boundaries
        WHERE valid_from > %(from_at)s AND valid_from < %(to_at)s
        UNION
        SELECT DISTINCT valid_to FROM area_boundaries
        WHERE valid_to > %(from_at)s AND valid_to < %(to_at)s
        ORDER BY 1
        """,
        {"from_at": period.from_at, "to_at": period.to_at},
    )
    return [at for (at,) in await cursor.fetchall()]


async def read_tree_then(connection: Connection, at: datetime) -> AreaTree:
    """The areas with the borders that were in force at that instant."""
    found = await connection.execute(
        """
        SELECT area_id, code, name, kind, parent_id, lineage, households FROM areas
        WHERE retired_at IS NULL OR retired_at > %(at)s ORDER BY code
        """,
        {"at": at},
    )
    nodes = [
        AreaNode(area_id, code, name, kind, parent_id, tuple(lineage), households)
        for area_id, code, name, kind, parent_id, lineage, households in await found.fetchall()
    ]
    borders = await connection.execute(
        """
        SELECT area_id, wkb FROM area_boundaries
        WHERE valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s)
        """,
        {"at": at},
    )
    rows = await borders.fetchall()
    return AreaTree(nodes, {area_id: shapely.from_wkb(bytes(wkb)) for area_id, wkb in rows})
