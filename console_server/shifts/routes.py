# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/shifts`: the plan of a day or of a worker, and planning one more."""

from datetime import date as Date  # noqa: N812 - `date` is the parameter's name on the wire
from datetime import datetime, time, timedelta
from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.audit import record_act
from console_server.access.guards import requires
from console_server.areas.reference import reference_changed
from console_server.areas.tree import AreaTree
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.shifts.commands import plan_shift
from console_server.shifts.store import PlannedShift, ShiftRow, list_shifts
from console_server.wire.field import NewShift, Shift
from console_server.workers.commands import find_worker

WORKER_PLAN_DAYS = 31  # before and after today, when a worker is named but no date


@get("/shifts", guards=[requires("dispatcher", "supervisor", "duty_leader")])
async def shifts(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    date: FromQuery[Date | None] = None,
    worker: Annotated[int | None, QueryParameter(name="workerId")] = None,
) -> list[Shift]:
    """Shifts of a day of the pack's time zone (today if nothing is named), or of a worker."""
    today = clock().astimezone(pack.zone).date()
    around = timedelta(days=WORKER_PLAN_DAYS if worker is not None and date is None else 0)
    first, last = (date or today) - around, (date or today) + around
    async with pool.connection() as connection:
        rows = await list_shifts(
            connection,
            datetime.combine(first, time.min, pack.zone),
            datetime.combine(last + timedelta(days=1), time.min, pack.zone),
            None if worker is None else [worker],
            areas.visible(request.user),
        )
    return [_to_wire(row) for row in rows]


@post("/shifts", guards=[requires("supervisor", "duty_leader")])
async def plan(
    request: AccountRequest,
    data: JSONBody[NewShift],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
) -> Shift:
    """Plan one shift for a worker."""
    wanted = PlannedShift(data.worker_id, data.starts_at, data.ends_at, data.kind)
    async with pool.connection() as connection:
        await find_worker(connection, areas, request.user, data.worker_id)
        row = await plan_shift(connection, wanted, pack.zone)
        await record_act(connection, request.user.username, "shift_planned", _to_wire(row))
    await reference_changed(valkey)
    return _to_wire(row)


def _to_wire(row: ShiftRow) -> Shift:
    return Shift(row.shift_id, row.worker_id, row.starts_at, row.ends_at, row.kind)


router = Router(path="/", route_handlers=[shifts, plan], tags=["shifts"])
