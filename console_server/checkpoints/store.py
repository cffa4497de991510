"""Checkpoints in the store: what never changes, and versions by the time for which they hold.

Owns the tables `checkpoints` and `checkpoint_versions`; when a version begins is decided by
`commands.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

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
    """A checkpoint in use, as it is now and since when."""

    checkpoint_id: int
    area_code: str
    valid_from: datetime

    def planned(self) -> NewCheckpoint:
        """The same without what the store adds, to compare."""
        return NewCheckpoint(
            self.code,
            self.name,
            self.area_id,
            self.lon,
            self.lat,
            round(self.radius_m, 3),
            self.visit_list,
        )


async def list_checkpoints(
    connection: Connection, visible: Collection[int] | None = None
) -> list[CheckpointRow]:
    """Checkpoints in use within these areas (None: all), by code."""
    async with connection.cursor(row_factory=class_row(CheckpointRow)) as cursor:
        await cursor.execute(
            "SELECT c.checkpoint_id, c.code, c.name, v.area_id, a.code AS area_code,"
            " v.lon, v.lat, v.radius_m, v.visit_list, v.valid_from"
            " FROM checkpoints c JOIN checkpoint_versions v USING (checkpoint_id)"
            " JOIN areas a USING (area_id)"
            " WHERE v.valid_to IS NULL"
            " AND (%(visible)s::int[] IS NULL OR v.area_id = ANY(%(visible)s)) ORDER BY c.code",
            {"visible": None if visible is None else list(visible)},
        )
        return await cursor.fetchall()


async def write_names(connection: Connection, checkpoints: Sequence[NewCheckpoint]) -> None:
    """Have these codes under these names; what was put up at a place keeps its label."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO checkpoints (code, name) VALUES (%(code)s, %(name)s)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            [{"code": each.code, "name": each.name} for each in checkpoints],
        )


async def grids_with_tracks(connection: Connection, grid_ids: Collection[int]) -> set[int]:
    """Those of these grids that were somebody's from whom a position was recorded."""
    cursor = await connection.execute(
        "SELECT grid FROM unnest(%(grids)s::int[]) AS grid WHERE EXISTS ("
        " SELECT FROM worker_grids h WHERE h.area_id = grid"
        " AND EXISTS (SELECT FROM positions p WHERE p.worker_id = h.worker_id))",
        {"grids": sorted(set(grid_ids))},
    )
    return {row[0] for row in await cursor.fetchall()}


async def end_versions(connection: Connection, code: str, since: datetime) -> None:
    """From `since` on nothing holds for this code any more."""
    values = {"code": code, "since": since}
    await connection.execute(
        "DELETE FROM checkpoint_versions v USING checkpoints c"
        " WHERE c.checkpoint_id = v.checkpoint_id AND c.code = %(code)s"
        " AND v.valid_from >= %(since)s",
        values,
    )
    await connection.execute(
        "UPDATE checkpoint_versions v SET valid_to = %(since)s FROM checkpoints c"
        " WHERE c.checkpoint_id = v.checkpoint_id AND c.code = %(code)s"
        " AND (v.valid_to IS NULL OR v.valid_to > %(since)s)",
        values,
    )


async def begin_version(connection: Connection, checkpoint: NewCheckpoint, since: datetime) -> None:
    """This holds from `since` on; a version that ended just then and says the same goes on."""
    values = asdict(checkpoint) | {"since": since}
    resumed = await connection.execute(
        "UPDATE checkpoint_versions v SET valid_to = NULL FROM checkpoints c"
        " WHERE c.checkpoint_id = v.checkpoint_id AND c.code = %(code)s AND v.valid_to = %(since)s"
        " AND (v.area_id, v.lon, v.lat, round(v.radius_m::numeric, 3))"
        "   = (%(area_id)s, %(lon)s, %(lat)s, round(%(radius_m)s::numeric, 3))"
        " AND v.visit_list IS NOT DISTINCT FROM %(visit_list)s",
        values,
    )
    if resumed.rowcount:
        return
    await connection.execute(
        "INSERT INTO checkpoint_versions (checkpoint_id, valid_from, area_id, lon, lat, radius_m,"
        " visit_list) SELECT checkpoint_id, %(since)s, %(area_id)s, %(lon)s, %(lat)s,"
        " %(radius_m)s, %(visit_list)s FROM checkpoints WHERE code = %(code)s",
        values,
    )
