"""All measures of a selection as a console shows them: figures with names, days, reasons.

Owns the wire value and the two small queries that only it needs; the figures are `figures.py`.
"""

from collections.abc import Callable, Mapping
from typing import Final, LiteralString

from psycopg.rows import kwargs_row

from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.measures.early_warnings import class_name
from console_server.measures.facts import FACTS, Selection
from console_server.measures.figures import NOBODY, NOTHING, FigureTable, read_figures
from console_server.packs.pack import RulePack
from console_server.wire.measures import DayCounts, FigureRow, Figures, Measures, ReasonCount

_REASONS: Final[LiteralString] = f"""
WITH {FACTS}
SELECT COALESCE(reject_reason, '') AS reason, count(*) AS count
FROM facts WHERE rejected GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50
"""  # noqa: S608 - made of constants


async def read_measures(
    connection: Connection, selection: Selection, areas: AreaTree, pack: RulePack
) -> Measures:
    """Everything that is measured of the cases selected."""
    table = await read_figures(connection, selection)
    groups, workers = await _group_names(connection), await _worker_names(connection)
    return Measures(
        first_day=selection.period.first,
        last_day=selection.period.last,
        as_of=selection.now,
        total=table.total,
        by_area=_area_rows(table, areas),
        by_group=_rows(table.rows["group"], lambda key: groups.get(key, (key, key))),
        by_worker=_rows(table.rows["worker"], lambda key: (key, workers.get(key, key))),
        by_class=_rows(table.rows["class"], lambda key: (key, class_name(pack, key))),
        by_source=_rows(table.rows["source"], lambda key: (key, key)),
        days=await _days(connection, selection),
        reject_reasons=await _reject_reasons(connection, selection),
    )


def _rows(found: Mapping[str, Figures], named: Callable[[str], tuple[str, str]]) -> list[FigureRow]:
    rows = [
        FigureRow(*((NOBODY, "") if key == NOBODY else named(key)), figures)
        for key, figures in found.items()
        if figures != NOTHING
    ]
    return sorted(rows, key=lambda row: (row.key == NOBODY, row.key))


def _area_rows(table: FigureTable, areas: AreaTree) -> list[FigureRow]:
    def named(key: str) -> tuple[str, str]:
        node = areas.by_id(int(key))
        return (node.code, node.name) if node else (key, key)

    return _rows(table.rows["area"], named)


async def _group_names(connection: Connection) -> dict[str, tuple[str, str]]:
    """Code and name of every functional group, by its id as text."""
    cursor = await connection.execute("SELECT group_id::text, code, name FROM functional_groups")
    return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def _worker_names(connection: Connection) -> dict[str, str]:
    cursor = await connection.execute("SELECT worker_id::text, name FROM workers")
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def _days(connection: Connection, selection: Selection) -> list[DayCounts]:
    """Every day of the period: cases reported on it, and cases closed on it whenever reported."""
    async with connection.cursor(row_factory=kwargs_row(DayCounts)) as cursor:
        await cursor.execute(
            """
            WITH chosen AS (
                SELECT * FROM incidents i
                WHERE status NOT IN ('void', 'merged')
                  AND (%(areas)s::integer[] IS NULL OR area_id = ANY(%(areas)s))
                  AND (%(group_id)s::integer IS NULL OR group_id = %(group_id)s)
                  AND (%(classes)s::text[] IS NULL OR class_code = ANY(%(classes)s))
                  AND (%(source)s::text IS NULL OR source = %(source)s)
            ),
            reported AS (
                SELECT (reported_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS n FROM chosen
                WHERE reported_at >= %(from_at)s AND reported_at < %(to_at)s GROUP BY 1
            ),
            closed AS (
                SELECT (closed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS n FROM chosen
                WHERE closed_at >= %(from_at)s AND closed_at < %(to_at)s
                  AND status IN ('closed', 'evaluated') GROUP BY 1
            )
            SELECT d.day::date AS day, COALESCE(r.n, 0) AS reported, COALESCE(c.n, 0) AS closed
            FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS d (day)
            LEFT JOIN reported r ON r.day = d.day LEFT JOIN closed c ON c.day = d.day
            ORDER BY d.day
            """,
            selection.values() | {"first": selection.period.first, "last": selection.period.last},
        )
        return await cursor.fetchall()


async def _reject_reasons(connection: Connection, selection: Selection) -> list[ReasonCount]:
    async with connection.cursor(row_factory=kwargs_row(ReasonCount)) as cursor:
        await cursor.execute(_REASONS, selection.values())
        return await cursor.fetchall()
