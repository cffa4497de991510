"""Workers and their grids in the store."""

from collections.abc import Collection
from dataclasses import dataclass

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.workers.worker import WorkerKind, WorkerRecord


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker with the codes that people know instead of ids."""

    worker_id: int
    code: str
    name: str
    kind: WorkerKind
    phone: str | None
    area_id: int
    area_code: str
    group_id: int | None
    group_code: str | None
    skills: list[str]
    grid_ids: list[int]
    grid_codes: list[str]
    post: str

    def record(self) -> WorkerRecord:
        """The same without derived values, to compare."""
        return WorkerRecord(
            self.code,
            self.name,
            self.kind,
            self.phone,
            self.area_id,
            self.group_id,
            tuple(self.skills),
            frozenset(self.grid_ids),
            self.post,
        )


async def list_workers(
    connection: Connection,
    visible: Collection[int] | None = None,
    worker_id: int | None = None,
    *,
    at_cases_of: str | None = None,
) -> list[WorkerRow]:
    """Workers in service, by code; `visible` None: all, else those of these areas or grids.

    `at_cases_of`: only the people of this functional group, and who reported or was sent to a case
    that was given to it.
    """
    async with connection.cursor(row_factory=class_row(WorkerRow)) as cursor:
        await cursor.execute(
            "SELECT w.worker_id, w.code, w.name, w.kind, w.phone, w.area_id, a.code AS area_code,"
            " w.group_id, g.code AS group_code, w.skills,"
            " coalesce(array_agg(grid.area_id ORDER BY grid.code)"
            "   FILTER (WHERE grid.area_id IS NOT NULL), '{}') AS grid_ids,"
            " coalesce(array_agg(grid.code ORDER BY grid.code)"
            "   FILTER (WHERE grid.area_id IS NOT NULL), '{}') AS grid_codes,"
            " coalesce(p.post, '') AS post"
            " FROM workers w JOIN areas a USING (area_id)"
            " LEFT JOIN functional_groups g USING (group_id)"
            " LEFT JOIN worker_posts p ON p.worker_id = w.worker_id AND p.valid_to IS NULL"
            " LEFT JOIN worker_grids wg ON wg.worker_id = w.worker_id AND wg.valid_to IS NULL"
            " LEFT JOIN areas grid ON grid.area_id = wg.area_id"
            " WHERE w.retired_at IS NULL"
            " AND (%(worker_id)s::int IS NULL OR w.worker_id = %(worker_id)s)"
            " AND (%(group)s::text IS NULL OR g.code = %(group)s OR w.worker_id IN ("
            "   SELECT person FROM group_orders o JOIN functional_groups f USING (group_id)"
            "   JOIN incidents i USING (incident_id) LEFT JOIN dispatches d USING (incident_id)"
            "   CROSS JOIN LATERAL (VALUES (i.reporter_worker_id), (d.worker_id)) AS p (person)"
            "   WHERE f.code = %(group)s AND person IS NOT NULL))"
            " GROUP BY w.worker_id, a.code, g.code, p.post"
            " HAVING %(visible)s::int[] IS NULL OR w.area_id = ANY(%(visible)s)"
            "   OR array_agg(grid.area_id) && %(visible)s::int[]"
            " ORDER BY w.code",
            {
                "worker_id": worker_id,
                "visible": None if visible is None else list(visible),
                "group": at_cases_of,
            },
        )
        return await cursor.fetchall()


async def groups_by_name(connection: Connection) -> dict[str, int]:
    """Functional groups by code and by name."""
    cursor = await connection.execute("SELECT group_id, code, name FROM functional_groups")
    return {key: row[0] for row in await cursor.fetchall() for key in (row[2], row[1])}


async def insert_worker(connection: Connection, record: WorkerRecord) -> int | None:
    """Take on a worker, or one of this code who had left; None when the code is in service."""
    cursor = await connection.execute(
        "INSERT INTO workers (code, name, kind, phone, area_id, group_id, skills) VALUES"
        " (%(code)s, %(name)s, %(kind)s, %(phone)s, %(area_id)s, %(group_id)s, %(skills)s)"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
        " phone = excluded.phone, area_id = excluded.area_id, group_id = excluded.group_id,"
        " skills = excluded.skills, retired_at = NULL WHERE workers.retired_at IS NOT NULL"
        " RETURNING worker_id",
        _values(record),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else None


async def update_worker(connection: Connection, worker_id: int, record: WorkerRecord) -> None:
    """Overwrite what is known of a worker, without the grids."""
    await connection.execute(
        "UPDATE workers SET name = %(name)s, kind = %(kind)s, phone = %(phone)s,"
        " area_id = %(area_id)s, group_id = %(group_id)s, skills = %(skills)s"
        " WHERE worker_id = %(worker_id)s",
        _values(record) | {"worker_id": worker_id},
    )


def _values(record: WorkerRecord) -> dict[str, object]:
    return {
        "code": record.code,
        "name": record.name,
        "kind": record.kind,
        "phone": record.phone,
        "area_id": record.area_id,
        "group_id": record.group_id,
        "skills": list(record.skills),
    }
