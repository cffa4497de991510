"""Who looked at a worker's own track: whoever is watched may know by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.wire.access import Role


@dataclass(frozen=True, slots=True)
class OwnLook:
    """Somebody looked at the worker's track of this time."""

    looked_at: datetime
    display_name: str
    role: Role
    from_at: datetime
    to_at: datetime
    via: str


async def looks_at(connection: Connection, worker_id: int, limit: int) -> Sequence[OwnLook]:
    """The latest looks at one worker's track, newest first."""
    async with connection.cursor(row_factory=class_row(OwnLook)) as cursor:
        await cursor.execute(
            """
            SELECT l.looked_at, a.display_name, a.role, l.from_at, l.to_at, l.via
            FROM track_looks l JOIN accounts a USING (account_id)
            WHERE l.worker_id = %(worker)s OR l.worker_ids @> ARRAY[%(worker)s::integer]
            ORDER BY l.looked_at DESC, l.look_id DESC LIMIT %(limit)s
            """,
            {"worker": worker_id, "limit": limit},
        )
        return await cursor.fetchall()
