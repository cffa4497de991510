"""Changing the area tree: who belongs to whom, and borders by the time from which they hold.

Owns the writes; the checks of an imported file come before (`imports/areas.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import shapely
from psycopg.rows import TupleRow
from shapely.geometry.base import BaseGeometry

from console_server.areas.tree import AreaKind
from console_server.database import Connection

# The beginning of what was never otherwise: a first border holds for late data too.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
ORDER: Final[dict[AreaKind, int]] = {"district": 0, "subdistrict": 1, "community": 2, "grid": 3}


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area as a file has it. `border` None: none of its own, or the present one stays.

    `since`: when the border came to hold; None: now.
    """

    code: str
    name: str
    kind: AreaKind
    parent_code: str | None
    households: int | None
    border: BaseGeometry | None
    since: datetime | None = None


async def put_areas(connection: Connection, areas: Sequence[NewArea], now: datetime) -> list[str]:
    """Create or change these areas, parents first; each `created`, `updated` or `unchanged`.

    A changed border ends the one before, takes the place of all since, and begins at `now` if the
    area does not say when; the first one holds for ever.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gridbeat areas'))")
    ordered = sorted(areas, key=lambda area: ORDER[area.kind])
    outcomes = [await _put(connection, area, now) for area in ordered]
    await _restate_lineages(connection)
    return outcomes


async def _put(connection: Connection, area: NewArea, now: datetime) -> str:
    present = await _one(
        connection,
        "SELECT area_id, a.name, p.code, a.households, a.retired_at IS NULL FROM areas a"
        " LEFT JOIN (SELECT area_id AS above, code FROM areas) p ON p.above = a.parent_id"
        " WHERE a.code = %(code)s",
        {"code": area.code},
    )
    wanted = (area.name, area.parent_code, area.households, True)
    if present is not None and present[1:] == wanted:
        area_id = int(present[0])
        moved = await _put_border(connection, area_id, area.border, area.since or now)
        return "updated" if moved else "unchanged"
    row = await _one(
        connection,
        "INSERT INTO areas (code, name, kind, parent_id, lineage, households)"
        " VALUES (%(code)s, %(name)s, %(kind)s,"
        " (SELECT area_id FROM areas WHERE code = %(parent)s), '{}', %(households)s)"
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id,"
        " households = excluded.households, retired_at = NULL RETURNING area_id",
        {
            "code": area.code,
            "name": area.name,
            "kind": area.kind,
            "parent": area.parent_code,
            "households": area.households,
        },
    )
    area_id = int(row[0]) if row else 0
    await _put_border(connection, area_id, area.border, area.since or now)
    return "created" if present is None else "updated"


async def _put_border(
    connection: Connection, area_id: int, border: BaseGeometry | None, since: datetime
) -> bool:
    """Whether the border changed for any time since then."""
    if border is None:
        return False
    wkb = shapely.to_wkb(shapely.normalize(border))
    values = {"area_id": area_id, "wkb": wkb, "since": since}
    known = await _one(connection, _KNOWN_SINCE, values)
    is_first, is_known = known or (True, False)
    if is_known:
        return False
    await connection.execute(
        "DELETE FROM area_boundaries WHERE area_id = %(area_id)s AND valid_from >= %(since)s",
        values,
    )
    await connection.execute(
        "UPDATE area_boundaries SET valid_to = %(since)s"
        " WHERE area_id = %(area_id)s AND (valid_to IS NULL OR valid_to > %(since)s)",
        values,
    )
    await connection.execute(
        "INSERT INTO area_boundaries (area_id, valid_from, wkb)"
        " VALUES (%(area_id)s, %(from)s, %(wkb)s)",
        values | {"from": EVER if is_first else since},
    )
    return True


# Whether the area never had a border, and whether nothing but this one held since then.
_KNOWN_SINCE: Final = """
    SELECT count(*) = 0,
           bool_and(wkb = %(wkb)s) FILTER (WHERE valid_to IS NULL OR valid_to > %(since)s)
    FROM area_boundaries WHERE area_id = %(area_id)s
"""


async def _restate_lineages(connection: Connection) -> None:
    """Lineages follow from parents; only those that differ are written."""
    await connection.execute(
        "WITH RECURSIVE line AS ("
        " SELECT area_id, ARRAY[area_id] AS lineage FROM areas WHERE parent_id IS NULL"
        " UNION ALL SELECT a.area_id, line.lineage || a.area_id"
        " FROM areas a JOIN line ON a.parent_id = line.area_id)"
        " UPDATE areas SET lineage = line.lineage FROM line"
        " WHERE areas.area_id = line.area_id AND areas.lineage <> line.lineage"
    )


async def _one(connection: Connection, query: str, values: Mapping[str, object]) -> TupleRow | None:
    cursor = await connection.execute(query, values)
    return await cursor.fetchone()
