# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/measures`: figures of a period, the cases behind each, early warnings, the workbook.

Owns HTTP and who may ask; everything is computed from the store at the moment of asking.
"""

import asyncio
from datetime import date
from typing import Annotated
from urllib.parse import quote

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.incidents.visible import areas_asked
from console_server.measures.asked import Asked, Asker, select, until_asked
from console_server.measures.cases import SHOWN_MAX, Behind, read_cases
from console_server.measures.early_warnings import read_warnings
from console_server.measures.report import read_measures
from console_server.measures.sheet import Printed, workbook
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.measures import EarlyWarnings, FigureName, MeasuredCases, Measures

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = requires("supervisor", "duty_leader", "dispatcher")
PeriodKind = Annotated[str, QueryParameter(name="period")]
FromDay = Annotated[date | None, QueryParameter(name="from")]
ToDay = Annotated[date | None, QueryParameter(name="to")]
ClassCode = Annotated[str | None, QueryParameter(name="class")]


@get("/measures", guards=[READERS])
async def show_measures(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    period: PeriodKind = "week",
    on: FromQuery[date | None] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    area: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    class_code: ClassCode = None,
    source: FromQuery[str | None] = None,
) -> Measures:
    """Figures of the cases reported in a period, in all and by area, group, worker and class."""
    asked = Asked(period, on, from_day, to_day, area, group, class_code, source)
    asker = Asker(request.user, areas, pack, clock())
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        return await read_measures(connection, selection, areas, pack)


@get("/measures/cases", guards=[READERS])
async def list_cases(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    figure: FromQuery[FigureName],
    period: PeriodKind = "week",
    on: FromQuery[date | None] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    area: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    class_code: ClassCode = None,
    source: FromQuery[str | None] = None,
    worker: FromQuery[int | None] = None,
    nobody: FromQuery[list[str] | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=SHOWN_MAX)] = 100,
) -> MeasuredCases:
    """The cases that make a figure, by the same query; `nobody=area|group|worker`: of none."""
    asked = Asked(period, on, from_day, to_day, area, group, class_code, source)
    asker = Asker(request.user, areas, pack, clock())
    behind = Behind(figure, worker, frozenset(nobody or ()), limit)
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        return await read_cases(connection, selection, behind)


@get("/measures/warnings", guards=[READERS])
async def show_warnings(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    until: FromQuery[date | None] = None,
    area: FromQuery[str | None] = None,
) -> EarlyWarnings:
    """Classes with clearly more cases in the last seven days than in the weeks before, by area."""
    within = areas_asked(areas, request.user, area)
    ends_at = until_asked(until, Asker(request.user, areas, pack, clock()))
    async with pool.connection() as connection:
        return await read_warnings(connection, areas, pack, within, ends_at)


@get("/measures/export.xlsx", guards=[READERS], media_type=XLSX)
async def export_measures(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    period: PeriodKind = "week",
    on: FromQuery[date | None] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    area: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    class_code: ClassCode = None,
    source: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The same figures and the warnings as a workbook."""
    asked = Asked(period, on, from_day, to_day, area, group, class_code, source)
    asker = Asker(request.user, areas, pack, clock())
    async with pool.connection() as connection:
        selection = await select(connection, asked, asker)
        measures = await read_measures(connection, selection, areas, pack)
        until = until_asked(measures.last_day, asker)
        warnings = await read_warnings(connection, areas, pack, selection.areas, until)
    node = areas.by_code(area) if area else None
    printed = Printed(measures, warnings, pack, node.name if node else "")
    content = await asyncio.to_thread(workbook, printed)
    title = f"{pack.name} 指标 {measures.first_day} {measures.last_day}"
    name = f"attachment; filename=\"measures.xlsx\"; filename*=UTF-8''{quote(f'{title}.xlsx')}"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


router = Router(
    path="/",
    route_handlers=[show_measures, list_cases, show_warnings, export_measures],
    tags=["measures"],
)
