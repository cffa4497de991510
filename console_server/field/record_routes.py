# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/field/today`, `/days`, `/looks`: a worker's own record, and objections to it.

Nothing but the own: the worker is taken from the session, never from the request.
"""

import re
from calendar import monthrange
from datetime import date as Date  # noqa: N812 - as in the other routes of records
from datetime import datetime, time, timedelta
from typing import Final

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from console_server.attendance.appeals import appeals_of, file_appeal, withdraw
from console_server.attendance.board import day_of, visible_person
from console_server.attendance.own_record import missing_today, own_month
from console_server.checkpoints.commands import visits_between
from console_server.database import Connection, Pool
from console_server.errors import Invalid
from console_server.field.session import FieldRequest, requires_worker
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.tracks.own_looks import looks_at
from console_server.wire.attendance import Appeals, NewAppeal, Withdrawal
from console_server.wire.handset import (
    FieldDay,
    FieldMonth,
    FieldToday,
    OwnLook,
    StillMissing,
    Visit,
)

YEARS: Final = (2000, 2199)
LOOKS_MAX: Final = 200


@get("/today", guards=[requires_worker])
async def today(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
) -> FieldToday:
    """The running day as it stands this moment, and what would meet the rules that lack."""
    now = clock()
    day = now.astimezone(pack.zone).date()
    async with pool.connection() as connection:
        person = await visible_person(connection, None, request.user.worker_id)
        found = await day_of(connection, pack, day, person, now)
        missing = await missing_today(connection, pack, day, person.worker_id, now)
        visits = await _visits(connection, pack, person.worker_id, day)
    return FieldToday(
        day=found,
        missing=[msgspec.convert(each, StillMissing, from_attributes=True) for each in missing],
        visits=visits,
    )


@get("/days", guards=[requires_worker])
async def days(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    month: FromQuery[str | None] = None,
) -> FieldMonth:
    """The own record of a month such as `2026-11`; of this one if none is named."""
    chosen = month or f"{clock().astimezone(pack.zone):%Y-%m}"
    first, last = _month(chosen)
    async with pool.connection() as connection:
        person = await visible_person(connection, None, request.user.worker_id)
        rows = await own_month(connection, first, last, person)
    return FieldMonth(month=chosen, days=rows)


@get("/days/{day:date}", guards=[requires_worker])
async def one_day(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    day: FromPath[Date],
) -> FieldDay:
    """A day of the own record with its evidence and the objections to it."""
    _check_day(day)
    worker_id = request.user.worker_id
    async with pool.connection() as connection:
        person = await visible_person(connection, None, worker_id)
        return FieldDay(
            day=await day_of(connection, pack, day, person, clock()),
            visits=await _visits(connection, pack, worker_id, day),
            appeals=await appeals_of(
                connection, None, open_only=False, worker_id=worker_id, day=day
            ),
        )


@post("/days/{day:date}/appeals", guards=[requires_worker])
async def appeal(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    day: FromPath[Date],
    data: JSONBody[NewAppeal],
) -> Appeals:
    """Object to the verdict of an own day; a supervisor rules on it."""
    _check_day(day)
    worker_id = request.user.worker_id
    async with pool.connection() as connection:
        person = await visible_person(connection, None, worker_id)
        await file_appeal(connection, pack, request.user, person, day, data, clock())
        found = await appeals_of(connection, None, open_only=False, worker_id=worker_id, day=day)
    return Appeals(appeals=found)


@post("/appeals/{appeal_id:int}/withdrawal", guards=[requires_worker])
async def withdrawal(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    clock: NamedDependency[Clock],
    appeal_id: FromPath[int],
    data: JSONBody[Withdrawal],
) -> Appeals:
    """Take back an own objection that nobody has ruled on; all objections to its day."""
    worker_id = request.user.worker_id
    async with pool.connection() as connection:
        day = await withdraw(connection, request.user, worker_id, appeal_id, data.reason, clock())
        found = await appeals_of(connection, None, open_only=False, worker_id=worker_id, day=day)
    return Appeals(appeals=found)


@get("/looks", guards=[requires_worker])
async def looks(request: FieldRequest, pool: NamedDependency[Pool]) -> list[OwnLook]:
    """Who looked at the own track, when, and at which time of it."""
    async with pool.connection() as connection:
        rows = await looks_at(connection, request.user.worker_id, LOOKS_MAX)
    return [msgspec.convert(row, OwnLook, from_attributes=True) for row in rows]


async def _visits(connection: Connection, pack: RulePack, worker_id: int, day: Date) -> list[Visit]:
    start = datetime.combine(day, time.min, pack.zone)
    end = datetime.combine(day + timedelta(days=1), time.min, pack.zone)
    rows = await visits_between(connection, worker_id, start, end)
    return [msgspec.convert(row, Visit, from_attributes=True) for row in rows]


def _check_day(day: Date) -> None:
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Invalid(f"{day} is no day on record.", ["date"])


def _month(text: str) -> tuple[Date, Date]:
    found = re.fullmatch(r"(2[01]\d{2})-(0[1-9]|1[0-2])", text)
    if found is None:
        raise Invalid(f"{text} is not a month such as 2026-11.", ["month"])
    year, month = int(found[1]), int(found[2])
    return Date(year, month, 1), Date(year, month, monthrange(year, month)[1])


router = Router(
    path="/",
    route_handlers=[today, days, one_day, appeal, withdrawal, looks],
    tags=["field"],
)
