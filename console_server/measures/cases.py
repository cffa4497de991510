"""The cases behind a figure: by the very conditions that count them.

Owns this list; what the conditions say is `facts.py`.
"""

from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg.rows import dict_row

from console_server.database import Connection
from console_server.measures.facts import CONDITIONS, FACTS, Selection
from console_server.wire.measures import FigureName, MeasuredCase, MeasuredCases

SHOWN_MAX: Final = 500
BY_WHOSE_WORK: Final = frozenset({"rework", "handled"})  # sent back: counts against who did it


@dataclass(frozen=True, slots=True)
class Behind:
    """Which figure, of whom; `nobody`: only of cases without an area, a group or a worker."""

    figure: FigureName
    worker_id: int | None = None
    nobody: frozenset[str] = frozenset()  # any of "area", "group", "worker"
    limit: int = SHOWN_MAX


_DURATIONS: Final[dict[str, LiteralString]] = {
    "response": "response_s",
    "arrival": "arrival_s",
    "handling": "handling_s",
}
_SELECT: Final[LiteralString] = """
SELECT f.incident_id::text AS id, f.code, i.title, i.status, f.class_code, f.source,
       COALESCE(a.name, '') AS area_name, g.code AS group_code, w.name AS worker_name,
       f.reported_at, i.due_at, f.handled_at, i.closed_at, count(*) OVER () AS total,
"""
_FROM: Final[LiteralString] = """ AS duration_s
FROM facts f JOIN incidents i USING (incident_id)
LEFT JOIN areas a ON a.area_id = f.area_id
LEFT JOIN functional_groups g ON g.group_id = f.group_id
LEFT JOIN workers w ON w.worker_id = f.worker_id
WHERE (%(no_area)s = false OR f.area_id IS NULL OR f.area_id <> ALL(%(area_ids)s))
  AND (%(no_group)s = false OR f.group_id IS NULL)
"""
_CREDITED: Final[LiteralString] = """
  AND (%(no_worker)s = false OR f.worker_id IS NULL)
  AND (%(worker_id)s::integer IS NULL OR f.worker_id = %(worker_id)s) AND """
_REWORKED: Final[LiteralString] = """
  AND (%(no_worker)s = false OR f.rework_worker_id IS NULL)
  AND (%(worker_id)s::integer IS NULL OR f.rework_worker_id = %(worker_id)s) AND """
_ORDER: Final[LiteralString] = """
ORDER BY duration_s DESC NULLS LAST, f.reported_at DESC, f.code DESC LIMIT %(limit)s
"""


async def read_cases(connection: Connection, selection: Selection, behind: Behind) -> MeasuredCases:
    """How many cases make the figure, and the newest of them; of durations the longest."""
    whose = _REWORKED if behind.figure in BY_WHOSE_WORK and not _plain(behind) else _CREDITED
    duration = _DURATIONS.get(behind.figure, "NULL::float8")
    asked = {
        "worker_id": behind.worker_id,
        "limit": behind.limit,
        **{f"no_{what}": what in behind.nobody for what in ("area", "group", "worker")},
    }
    async with connection.cursor(row_factory=dict_row) as cursor:
        condition = "f." + CONDITIONS[behind.figure]
        query = "WITH " + FACTS + _SELECT + duration + _FROM + whose + condition + _ORDER
        await cursor.execute(query, selection.values() | asked)
        rows = await cursor.fetchall()
    total = rows[0]["total"] if rows else 0
    fields = MeasuredCase.__struct_fields__
    return MeasuredCases(
        total, [MeasuredCase(**{name: row[name] for name in fields}) for row in rows]
    )


def _plain(behind: Behind) -> bool:
    return behind.worker_id is None and "worker" not in behind.nobody
