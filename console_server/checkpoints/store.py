"""Checkpoints in the store."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A checkpoint as a file has it; lon/lat degrees WGS-84."""

    code: str
    name: str
    area_id: int
    lon: float
    lat: float
    radius_m: float
    visit_list: str | None  # code of the must-visit list that names it


@dataclass(frozen=True, slots=True)
class CheckpointRow(NewCheckpoint):
    """A stored checkpoint."""

    checkpoint_id: int
    area_code: str

    def planned(self) -> NewCheckpoint:
        """The same without what the store adds, to compare."""
        return NewCheckpoint(
            self.code,
            self.name,
            self.area_id,
            self.lon,
            self.lat,
            self.radius_m,
            self.visit_list,
        )


async def list_checkpoints(
    connection: Connection, visible: Collection[int] | None = None
) -> list[CheckpointRow]:
    """Checkpoints in use within these areas (None: all), by code."""
    async with connection.cursor(row_factory=class_row(CheckpointRow)) as cursor:
        await cursor.execute(
            "SELECT c.checkpoint_id, c.code, c.name, c.area_id, a.code AS area_code,"
            " c.lon, c.lat, c.radius_m, c.visit_list"
            " FROM checkpoints c JOIN areas a USING (area_id)"
            " WHERE c.retired_at IS NULL"
            " AND (%(visible)s::int[] IS NULL OR c.area_id = ANY(%(visible)s)) ORDER BY c.code",
            {"visible": None if visible is None else list(visible)},
        )
        return await cursor.fetchall()


async def write_checkpoints(connection: Connection, checkpoints: Sequence[NewCheckpoint]) -> None:
    """Insert, or overwrite the checkpoint of the same code."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO checkpoints (code, name, area_id, lon, lat, radius_m, visit_list)"
            " VALUES (%(code)s, %(name)s, %(area_id)s, %(lon)s, %(lat)s, %(radius_m)s,"
            " %(visit_list)s)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, area_id = excluded.area_id,"
            " lon = excluded.lon, lat = excluded.lat, radius_m = excluded.radius_m,"
            " visit_list = excluded.visit_list, retired_at = NULL",
            [asdict(checkpoint) for checkpoint in checkpoints],
        )
