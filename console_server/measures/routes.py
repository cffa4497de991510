# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/measures`: figures of a period, the cases behind each, early warnings, the workbook.

Owns HTTP and who may ask; everything is computed from the store at the moment of asking. The query
is read in `query.py`.
"""

import asyncio
from datetime import date
from typing import Annotated

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from console_server.access.guards import requires
from console_server.database import Pool
from console_server.downloads import XLSX, download
from console_server.incidents.visible import areas_asked
from console_server.measures.asked import Asked, Asker, select, until_asked
from console_server.measures.cases import SHOWN_MAX, Behind, read_cases
from console_server.measures.early_warnings import read_warnings
from console_server.measures.query import QUERY
from console_server.measures.report import read_measures
from console_server.measures.sheet import Printed, workbook
from console_server.wire.measures import EarlyWarnings, FigureName, MeasuredCases, Measures

READERS = requires("supervisor", "duty_leader", "dispatcher")


@get("/measures", guards=[READERS])
async def show_measures(
    pool: NamedDependency[Pool], asked: NamedDependency[Asked], asker: NamedDependency[Asker]
) -> Measures:
    """Figures of the cases reported in a period, in all and by area, group, worker and class."""
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        return await read_measures(connection, selection, asker.areas, asker.pack)


@get("/measures/cases", guards=[READERS])
async def list_cases(
    pool: NamedDependency[Pool],
    asked: NamedDependency[Asked],
    asker: NamedDependency[Asker],
    figure: FromQuery[FigureName],
    worker: FromQuery[int | None] = None,
    nobody: FromQuery[list[str] | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=SHOWN_MAX)] = 100,
) -> MeasuredCases:
    """The cases that make a figure, by the same query; `nobody=area|group|worker`: of none."""
    behind = Behind(figure, worker, frozenset(nobody or ()), limit)
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        return await read_cases(connection, selection, behind)


@get("/measures/warnings", guards=[READERS])
async def show_warnings(
    pool: NamedDependency[Pool],
    asker: NamedDependency[Asker],
    until: FromQuery[date | None] = None,
    area: FromQuery[str | None] = None,
) -> EarlyWarnings:
    """Classes with clearly more cases in the last seven days than in the weeks before, by area."""
    areas, pack = asker.areas, asker.pack
    within = areas_asked(areas, asker.account, area)
    ends_at = until_asked(until, asker)
    async with pool.connection() as connection:
        return await read_warnings(connection, areas, pack, within, ends_at)


@get("/measures/export.xlsx", guards=[READERS], media_type=XLSX)
async def export_measures(
    pool: NamedDependency[Pool], asked: NamedDependency[Asked], asker: NamedDependency[Asker]
) -> Response[bytes]:
    """The same figures and the warnings as a workbook."""
    areas, pack = asker.areas, asker.pack
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        measures = await read_measures(connection, selection, areas, pack)
        until = until_asked(measures.last_day, asker)
        warnings = await read_warnings(connection, areas, pack, selection.areas, until)
    node = areas.by_code(asked.area) if asked.area else None
    printed = Printed(measures, warnings, pack, node.name if node else "")
    content = await asyncio.to_thread(workbook, printed)
    title = f"{pack.name} 指标 {measures.first_day} {measures.last_day}"
    return download(content, XLSX, "measures.xlsx", title)


router = Router(
    path="/",
    route_handlers=[show_measures, list_cases, show_warnings, export_measures],
    dependencies=QUERY,
    tags=["measures"],
)
