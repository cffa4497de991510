"""`/api/field/dispatches`, `/reports`, `/visits`: a worker's own orders, reports and scans."""

from datetime import timedelta
from typing import Final

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from console_server.attendance.commands import mark_dirty
from console_server.checkpoints.commands import Scan, record_visit
from console_server.database import Pool
from console_server.dispatches.own_orders import ENDED_WITHIN, OwnOrder, orders_of
from console_server.field.session import FieldRequest, requires_worker
from console_server.incidents.own_reports import reports_of
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.settings import Settings
from console_server.wire.handset import FieldOrder, FieldReport, NewVisit, Visit

REPORTED_WITHIN: Final = timedelta(days=14)


@get("/dispatches", guards=[requires_worker])
async def dispatches(
    request: FieldRequest, pool: NamedDependency[Pool], clock: NamedDependency[Clock]
) -> list[FieldOrder]:
    """Own orders: those that are open, and those of the last hours that have ended."""
    async with pool.connection() as connection:
        rows = await orders_of(connection, request.user.worker_id, clock() - ENDED_WITHIN)
    return [_order(row) for row in rows]


@get("/reports", guards=[requires_worker])
async def reports(
    request: FieldRequest, pool: NamedDependency[Pool], clock: NamedDependency[Clock]
) -> list[FieldReport]:
    """What became of what was reported with this handset in the last two weeks."""
    account = request.user
    async with pool.connection() as connection:
        rows = await reports_of(
            connection, account.worker_id, account.handset_code, clock() - REPORTED_WITHIN
        )
    return [msgspec.convert(row, FieldReport, from_attributes=True) for row in rows]


@post("/visits", guards=[requires_worker])
async def visit(  # noqa: PLR0913, PLR0917 - a handler is given its parts by name
    request: FieldRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    data: JSONBody[NewVisit],
) -> Visit:
    """A scanned label; it may come late and more than once."""
    scan = Scan(data.client_id, data.label, data.at, data.lon, data.lat, data.accuracy_m)
    async with pool.connection() as connection:
        kept = await record_visit(
            connection,
            request.user.worker_id,
            request.user.handset_code,
            scan,
            now=clock(),
            keep=timedelta(days=settings.retention_days),
        )
        if kept.counts:  # a scan may be all that there is of a day
            await mark_dirty(
                connection, request.user.worker_id, kept.visited_at, kept.visited_at, pack.zone
            )
    return msgspec.convert(kept, Visit, from_attributes=True)


def _order(row: OwnOrder) -> FieldOrder:
    return FieldOrder(
        dispatch=str(row.dispatch_id),
        version=row.version,
        status=row.status,
        incident=str(row.incident_id),
        code=row.code,
        title=row.title,
        ordered_at=row.ordered_at,
        ended_at=row.ended_at,
        lon=row.lon,
        lat=row.lat,
        text=row.description or None,
        place=row.place or None,
        due_at=row.due_at,
        acknowledge_by=row.acknowledge_by,
    )


router = Router(path="/", route_handlers=[dispatches, reports, visit], tags=["field"])
