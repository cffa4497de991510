# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/attendance/appeals`: objections to verdicts and the rulings on them.

Whoever may read a verdict may take down a worker's objection, and take back what they took down
until somebody rules; supervisors rule.
"""

from datetime import date as Date  # noqa: N812 - `date` is the parameter's name on the wire
from typing import Annotated, Literal

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.attendance.appeals import appeals_of, file_appeal, rule_on, withdraw_filed
from console_server.attendance.board import visible_person
from console_server.database import Pool
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.attendance import Appeals, NewAppeal, Ruling, Withdrawal

READERS = requires("supervisor", "duty_leader", "dispatcher")


@get("/attendance/appeals", guards=[READERS])
async def list_appeals(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    chosen: Annotated[Literal["open", "all"], QueryParameter(name="state")] = "open",
    area: FromQuery[str | None] = None,
    worker: Annotated[int | None, QueryParameter(name="workerId")] = None,
    date: FromQuery[Date | None] = None,
) -> Appeals:
    """Open appeals by deadline, then the ones that were ruled on."""
    visible = areas.within(request.user, area)
    async with pool.connection() as connection:
        found = await appeals_of(
            connection, visible, open_only=chosen == "open", worker_id=worker, day=date
        )
    return Appeals(appeals=found)


@post("/attendance/{worker_id:int}/{day:date}/appeals", guards=[READERS])
async def object_to(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    worker_id: FromPath[int],
    day: FromPath[Date],
    data: JSONBody[NewAppeal],
) -> Appeals:
    """Take down a worker's objection to the verdict of a day."""
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        person = await visible_person(connection, visible, worker_id)
        await file_appeal(connection, pack, request.user, person, day, data, clock())
        found = await appeals_of(connection, visible, open_only=True, worker_id=worker_id, day=day)
    return Appeals(appeals=found)


@post("/attendance/appeals/{appeal_id:int}/ruling", guards=[requires("supervisor")])
async def rule(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    appeal_id: FromPath[int],
    data: JSONBody[Ruling],
) -> None:
    """Rule on an appeal; a grant has the day scored anew within seconds."""
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        await rule_on(connection, pack, request.user, appeal_id, visible, data, clock())


@post("/attendance/appeals/{appeal_id:int}/withdrawal", guards=[READERS])
async def withdrawal(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    appeal_id: FromPath[int],
    data: JSONBody[Withdrawal],
) -> None:
    """Take back an appeal that one took down for a worker, while nobody has ruled on it."""
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        await withdraw_filed(connection, request.user, appeal_id, visible, data.reason, clock())


router = Router(
    path="/", route_handlers=[list_appeals, object_to, rule, withdrawal], tags=["attendance"]
)
