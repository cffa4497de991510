# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/attendance/months`, `exceptions`, `month-changes`: a month, what is odd, what changed."""

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.attendance.board import visible_person
from console_server.attendance.exceptions import exceptions_of
from console_server.attendance.heat_map import heat_map
from console_server.attendance.month_changes import month_changes_of
from console_server.attendance.monthly import first_of
from console_server.attendance.worker_month import worker_month
from console_server.database import Pool
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.months import (
    ExceptionKind,
    Exceptions,
    MonthBoard,
    MonthChanges,
    WorkerMonth,
)

READERS = requires("supervisor", "duty_leader", "dispatcher")


@get("/attendance/months", guards=[READERS])
async def month_board(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    month: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
) -> MonthBoard:
    """How each day of a month came out, by area and by worker."""
    first = first_of(month, clock().astimezone(pack.zone).date())
    visible = areas.within(request.user, area)
    node = areas.by_code(area) if area else None
    async with pool.connection() as connection:
        return await heat_map(connection, areas, first, visible, node)


@get("/attendance/exceptions", guards=[READERS])
async def exceptions(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    month: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
    kind: FromQuery[ExceptionKind | None] = None,
) -> Exceptions:
    """Worker days of a month to look at first."""
    first = first_of(month, clock().astimezone(pack.zone).date())
    async with pool.connection() as connection:
        return await exceptions_of(connection, first, areas.within(request.user, area), kind)


@get("/attendance/month-changes", guards=[READERS])
async def month_changes(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    first: Annotated[str | None, QueryParameter(name="from")] = None,
    last: Annotated[str | None, QueryParameter(name="to")] = None,
    area: FromQuery[str | None] = None,
) -> MonthChanges:
    """Final months that came out otherwise, from `from` to `to`; else of a year."""
    to = first_of(last, clock().astimezone(pack.zone).date())
    begin = first_of(first, to.replace(year=to.year - 1))
    async with pool.connection() as connection:
        visible = areas.within(request.user, area)
        return await month_changes_of(connection, pack, begin, to, visible)


@get("/attendance/{worker_id:int}/months/{month:str}", guards=[READERS])
async def one_month(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    worker_id: FromPath[int],
    month: FromPath[str],
) -> WorkerMonth:
    """One worker's month, to be looked at, printed and signed."""
    first = first_of(month, clock().astimezone(pack.zone).date())
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        person = await visible_person(connection, visible, worker_id)
        return await worker_month(connection, pack, person, first, visible)


router = Router(
    path="/",
    route_handlers=[month_board, exceptions, month_changes, one_month],
    tags=["attendance"],
)
