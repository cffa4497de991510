"""The figures of a period: in all, and by area, group, worker, class and source.

Owns adding up what `facts.py` defines; in one pass over the cases, so that rows of one kind always
add up to the total. Others who judge by these figures, such as an assessment, call `read_figures`
or `worker_figures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg.rows import dict_row

from console_server.database import Connection
from console_server.measures.facts import FACTS, Selection
from console_server.wire.measures import Figures, Rate, Rating, Spread

NO_RATE: Final = Rate(0, 0)
NO_SPREAD: Final = Spread(0, None, None)
NOTHING: Final = Figures(
    reported=0,
    accepted=0,
    rejected=0,
    waiting=0,
    merged=0,
    void=0,
    closed=0,
    closure=NO_RATE,
    on_time=NO_RATE,
    rework=NO_RATE,
    overdue_now=0,
    response=NO_SPREAD,
    arrival=NO_SPREAD,
    handling=NO_SPREAD,
    rating=Rating(0, None),
)
DIMENSIONS: Final = ("area", "group", "worker", "class", "source")
NOBODY: Final = ""  # the key of what belongs to no area, group or worker

# Rework counts against whoever's work was sent back, all else with whoever is credited.
_COUNTS: Final[LiteralString] = """
    count(*) FILTER (WHERE reported) AS reported, count(*) FILTER (WHERE accepted) AS accepted,
    count(*) FILTER (WHERE rejected) AS rejected, count(*) FILTER (WHERE waiting) AS waiting,
    count(*) FILTER (WHERE merged) AS merged, count(*) FILTER (WHERE void) AS void,
    count(*) FILTER (WHERE closed) AS closed, count(*) FILTER (WHERE unclosed) AS unclosed,
    count(*) FILTER (WHERE on_time) AS on_time, count(*) FILTER (WHERE late) AS late,
    count(*) FILTER (WHERE rework) AS rework, count(*) FILTER (WHERE handled) AS handled,
    count(*) FILTER (WHERE overdue_now) AS overdue_now,
    count(response_s) AS response_n, count(arrival_s) AS arrival_n, count(handling_s) AS handling_n,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY response_s) AS response,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY arrival_s) AS arrival,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY handling_s) AS handling,
    count(rating) AS rating_n, avg(rating)::float8 AS rating
"""
_PLACED: Final[LiteralString] = """
placed AS (
    SELECT f.*, a.row_id AS area_row, COALESCE(c.row_code, f.class_code) AS class_row
    FROM facts f
    LEFT JOIN unnest(%(area_ids)s::integer[], %(area_row_ids)s::integer[])
        AS a (area_id, row_id) USING (area_id)
    LEFT JOIN unnest(%(class_codes)s::text[], %(class_row_codes)s::text[])
        AS c (class_code, row_code) ON c.class_code = f.class_code
)
"""
_GROUPED: Final[LiteralString] = f"""
WITH {FACTS}, {_PLACED}
SELECT grouping(area_row, group_id, worker_id, class_row, source) AS level,
       area_row::text AS area, group_id::text AS "group", worker_id::text AS worker,
       class_row AS class, source, {_COUNTS}
FROM placed
GROUP BY GROUPING SETS ((), (area_row), (group_id), (worker_id), (class_row), (source))
"""  # noqa: S608 - made of constants
_REWORKED: Final[LiteralString] = f"""
WITH {FACTS}
SELECT rework_worker_id::text AS worker, count(*) FILTER (WHERE rework) AS rework,
       count(*) FILTER (WHERE handled) AS handled
FROM facts WHERE handled GROUP BY rework_worker_id
"""  # noqa: S608 - made of constants
_LEVELS: Final = {31: "total", 15: "area", 23: "group", 27: "worker", 29: "class", 30: "source"}


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures in all, and by dimension: of each its keys (ids and codes as text; "" is none)."""

    total: Figures
    rows: Mapping[str, Mapping[str, Figures]]


async def read_figures(connection: Connection, selection: Selection) -> FigureTable:
    """The figures of the cases selected, from the store as it stands."""
    values = selection.values()
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_GROUPED, values)
        found = await cursor.fetchall()
        await cursor.execute(_REWORKED, values)
        reworked = {row["worker"] or NOBODY: row for row in await cursor.fetchall()}
    total, rows = NOTHING, {name: dict[str, Figures]() for name in DIMENSIONS}
    for row in found:
        level = _LEVELS[row["level"]]
        if level == "total":
            total = _figures(row)
        else:
            rows[level][row[level] or NOBODY] = _figures(row)
    for key in rows["worker"].keys() | reworked.keys():
        rows["worker"][key] = _with_rework(rows["worker"].get(key, NOTHING), reworked.get(key))
    return FigureTable(total, rows)


async def worker_figures(connection: Connection, selection: Selection) -> dict[int, Figures]:
    """The figures of each worker by id, of whoever is credited with at least one case."""
    table = await read_figures(connection, selection)
    return {int(key): value for key, value in table.rows["worker"].items() if key != NOBODY}


async def area_figures(connection: Connection, selection: Selection) -> dict[int, Figures]:
    """The figures of each row of `selection.area_rows` by area id that has any case."""
    table = await read_figures(connection, selection)
    return {int(key): value for key, value in table.rows["area"].items() if key != NOBODY}


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(
        reported=row["reported"],
        accepted=row["accepted"],
        rejected=row["rejected"],
        waiting=row["waiting"],
        merged=row["merged"],
        void=row["void"],
        closed=row["closed"],
        closure=Rate(row["closed"], row["closed"] + row["unclosed"]),
        on_time=Rate(row["on_time"], row["on_time"] + row["late"]),
        rework=Rate(row["rework"], row["handled"]),
        overdue_now=row["overdue_now"],
        response=_spread(row, "response"),
        arrival=_spread(row, "arrival"),
        handling=_spread(row, "handling"),
        rating=Rating(row["rating_n"], row["rating"]),
    )


def _spread(row: Mapping[str, Any], name: str) -> Spread:
    median_s, p90_s = row[name] or (None, None)
    return Spread(row[f"{name}_n"], median_s, p90_s)


def _with_rework(figures: Figures, row: Mapping[str, Any] | None) -> Figures:
    rework = Rate(row["rework"], row["handled"]) if row else NO_RATE
    values = {name: getattr(figures, name) for name in figures.__struct_fields__}
    return Figures(**(values | {"rework": rework}))
