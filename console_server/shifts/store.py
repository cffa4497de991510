"""Shifts in the store."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from console_server.database import Connection

ShiftKind = Literal["patrol", "standby", "night"]


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A duty period that is planned; `worker_id` and `starts_at` identify it."""

    worker_id: int
    starts_at: datetime
    ends_at: datetime
    kind: ShiftKind

    def overlaps(self, other: "PlannedShift") -> bool:
        """Whether one worker would be on both at once."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class ShiftRow(PlannedShift):
    """A stored shift with the names that people know."""

    shift_id: int
    worker_code: str
    worker_name: str

    def planned(self) -> PlannedShift:
        """The same without its id, to compare."""
        return PlannedShift(self.worker_id, self.starts_at, self.ends_at, self.kind)


async def list_shifts(
    connection: Connection,
    from_at: datetime,
    to_at: datetime,
    worker_ids: Collection[int] | None = None,
    visible: Collection[int] | None = None,
) -> list[ShiftRow]:
    """Shifts that touch [from_at, to_at), by worker and start; None: of all workers, all areas."""
    async with connection.cursor(row_factory=class_row(ShiftRow)) as cursor:
        await cursor.execute(
            "SELECT s.shift_id, s.worker_id, s.starts_at, s.ends_at, s.kind,"
            " w.code AS worker_code, w.name AS worker_name"
            " FROM shifts s JOIN workers w USING (worker_id)"
            " WHERE s.starts_at < %(to_at)s AND s.ends_at > %(from_at)s"
            " AND (%(workers)s::int[] IS NULL OR s.worker_id = ANY(%(workers)s))"
            " AND (%(visible)s::int[] IS NULL OR w.area_id = ANY(%(visible)s)"
            "   OR EXISTS (SELECT FROM worker_grids g WHERE g.worker_id = w.worker_id"
            "     AND g.valid_to IS NULL AND g.area_id = ANY(%(visible)s)))"
            " ORDER BY w.code, s.starts_at",
            {
                "from_at": from_at,
                "to_at": to_at,
                "workers": None if worker_ids is None else list(worker_ids),
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()


async def write_shifts(connection: Connection, shifts: Sequence[PlannedShift]) -> None:
    """Insert, or overwrite the shift of the same worker and start."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO shifts (worker_id, starts_at, ends_at, kind)"
            " VALUES (%(worker_id)s, %(starts_at)s, %(ends_at)s, %(kind)s)"
            " ON CONFLICT (worker_id, starts_at)"
            " DO UPDATE SET ends_at = excluded.ends_at, kind = excluded.kind",
            [
                {
                    "worker_id": shift.worker_id,
                    "starts_at": shift.starts_at,
                    "ends_at": shift.ends_at,
                    "kind": shift.kind,
                }
                for shift in shifts
            ],
        )
