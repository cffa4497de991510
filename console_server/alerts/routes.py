# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/alerts`: what ran and runs, and taking notice of it. Live ones come by the socket."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.alerts import store
from console_server.alerts.commands import acknowledge
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.errors import NotFound
from console_server.incidents.actor import Act, acting_account
from console_server.parts import Clock
from console_server.wire.alerts import Alert, Alerts

PAGE_MAX = 500
READERS = requires("dispatcher", "duty_leader", "supervisor")
COMMANDERS = requires("dispatcher", "duty_leader")
State = Annotated[Literal["running", "all"], QueryParameter(name="state")]


@get("/alerts", guards=[READERS])
async def list_alerts(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    which: State = "running",
    area: FromQuery[str | None] = None,
    before: FromQuery[datetime | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)] = 100,
) -> Alerts:
    """Alerts of the areas one may see."""
    within = areas.within(request.user, area)
    async with pool.connection() as connection:
        if which == "running":
            return Alerts(await store.read_running(connection, within))
        return Alerts(await store.read_page(connection, within, before, limit))


@post("/alerts/{alert_id:uuid}/acknowledge", guards=[COMMANDERS], status_code=200)
async def take_notice(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    alert_id: FromPath[UUID],
) -> Alert:
    """Take notice of an alert, for all consoles; it ends by itself."""
    async with pool.connection() as connection:
        row = await store.lock_alert(connection, alert_id)
        if row is None or not areas.may_see(request.user, row.area_id):
            raise NotFound("alert", str(alert_id))
        return await acknowledge(connection, alert_id, Act(acting_account(request.user), clock()))


router = Router(path="/", route_handlers=[list_alerts, take_notice], tags=["alerts"])
