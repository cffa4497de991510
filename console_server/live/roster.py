"""Who the slots speak of: the workers with their grids, and the lineage of every area.

Owns the reading and the slot table; not where anybody is (`fleet.py`). Read when the server starts
and whenever somebody says that reference values changed.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One worker in service. `reachable`: has an enrolled handset that understands orders."""

    worker_id: int
    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"]
    area_id: int
    grid_ids: list[int]
    group_code: str | None
    reachable: bool
    skills: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area with the areas it lies in, from the root down to itself."""

    area_id: int
    code: str
    lineage: list[int]


@dataclass(frozen=True, slots=True)
class Roster:
    """All workers in service by slot, and all areas by id."""

    rows: tuple[RosterRow, ...] = ()
    areas: tuple[AreaRow, ...] = ()

    def shown(self) -> "Roster":
        """As far as consoles are told of it: without who has a handset."""
        return replace(self, rows=tuple(replace(row, reachable=False) for row in self.rows))

    def lineages(self) -> dict[int, frozenset[int]]:
        """Area id → itself and all areas it lies in."""
        return {area.area_id: frozenset(area.lineage) for area in self.areas}

    def area_codes(self) -> dict[int, str]:
        """Area id → code."""
        return {area.area_id: area.code for area in self.areas}


async def read_roster(connection: Connection) -> Roster:
    """The workers in service, in the order of their ids, and the areas in force."""
    async with connection.cursor(row_factory=class_row(RosterRow)) as cursor:
        await cursor.execute(
            """SELECT w.worker_id, w.code, w.name, w.kind, w.area_id, g.code AS group_code,
                      w.skills,
                      ARRAY(SELECT wg.area_id FROM worker_grids wg
                            WHERE wg.worker_id = w.worker_id AND wg.valid_from <= now()
                              AND (wg.valid_to IS NULL OR wg.valid_to > now())
                            ORDER BY wg.area_id) AS grid_ids,
                      EXISTS (SELECT FROM handsets h
                              WHERE h.worker_id = w.worker_id AND h.kind = 'native'
                                AND h.revoked_at IS NULL) AS reachable
               FROM workers w LEFT JOIN functional_groups g USING (group_id)
               WHERE w.retired_at IS NULL ORDER BY w.worker_id"""
        )
        rows = tuple(await cursor.fetchall())
    async with connection.cursor(row_factory=class_row(AreaRow)) as cursor:
        await cursor.execute(
            "SELECT area_id, code, lineage FROM areas WHERE retired_at IS NULL ORDER BY area_id"
        )
        return Roster(rows, tuple(await cursor.fetchall()))
