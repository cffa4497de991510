"""Handsets, their workers' accounts and grids, as the handset's page needs them, in the store."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.errors import Conflict

NO_PASSWORD = "!"  # noqa: S105  # no hash: nobody can sign in to the console with such an account


@dataclass(frozen=True, slots=True)
class EnrolledWorker:
    """A native handset, in force or not, with its worker."""

    handset_code: str
    password_hash: str
    topic_area: str
    revoked_at: datetime | None
    worker_id: int
    worker_code: str
    worker_name: str
    retired_at: datetime | None
    area_id: int
    area_code: str


async def find_handset(connection: Connection, username: str) -> EnrolledWorker | None:
    """The native handset of this name, whether it is in force or not."""
    async with connection.cursor(row_factory=class_row(EnrolledWorker)) as cursor:
        await cursor.execute(
            """
            SELECT h.code AS handset_code, h.password_hash, h.area_code AS topic_area, h.revoked_at,
                   w.worker_id, w.code AS worker_code, w.name AS worker_name, w.retired_at,
                   w.area_id, a.code AS area_code
            FROM handsets h JOIN workers w USING (worker_id) JOIN areas a ON a.area_id = w.area_id
            WHERE h.username = %(username)s AND h.kind = 'native'
            """,
            {"username": username},
        )
        return await cursor.fetchone()


async def is_enrolled(connection: Connection, handset_code: str) -> bool:
    """Whether the handset is in force and its worker in service."""
    cursor = await connection.execute(
        """
        SELECT EXISTS (SELECT FROM handsets h JOIN workers w USING (worker_id)
                       WHERE h.code = %(code)s AND h.revoked_at IS NULL AND w.retired_at IS NULL)
        """,
        {"code": handset_code},
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def ensure_account(connection: Connection, handset: EnrolledWorker) -> int:
    """The account under which the worker's own acts are kept; made at the first sign-in.

    Raises:
        Conflict: somebody else's account has that name.
    """
    cursor = await connection.execute(
        """
        INSERT INTO accounts (username, display_name, password_hash, role, area_id, worker_id)
        VALUES (%(username)s, %(name)s, %(no_password)s, 'worker', %(area)s, %(worker)s)
        ON CONFLICT (username) DO UPDATE
            SET display_name = excluded.display_name, area_id = excluded.area_id
            WHERE accounts.worker_id = excluded.worker_id
        RETURNING account_id
        """,
        {
            "username": account_name(handset.worker_code),
            "name": handset.worker_name,
            "no_password": NO_PASSWORD,
            "area": handset.area_id,
            "worker": handset.worker_id,
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise Conflict(f"The account {account_name(handset.worker_code)} belongs to somebody else.")
    return int(row[0])


async def own_grid_ids(connection: Connection, worker_id: int) -> list[int]:
    """The worker's grids of this moment, by code."""
    cursor = await connection.execute(
        """
        SELECT g.area_id FROM worker_grids g JOIN areas a USING (area_id)
        WHERE g.worker_id = %(worker)s AND g.valid_from <= now()
          AND (g.valid_to IS NULL OR g.valid_to > now())
        ORDER BY a.code
        """,
        {"worker": worker_id},
    )
    return [row[0] for row in await cursor.fetchall()]


def account_name(worker_code: str) -> str:
    """What the account of a worker is called."""
    return f"worker:{worker_code}"
