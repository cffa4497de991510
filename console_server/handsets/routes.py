# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/handsets`: enrol, list, revoke."""

from typing import Annotated

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.reference import reference_changed
from console_server.areas.tree import AreaTree
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.errors import Invalid
from console_server.handsets.accounts import HandsetAccounts
from console_server.handsets.commands import Enroller
from console_server.handsets.enrolment import report_url, topic_prefix
from console_server.handsets.store import HandsetRow, list_handsets
from console_server.parts import Clock
from console_server.settings import Settings
from console_server.wire.field import Handset, HandsetCredentials, NewHandset


@post("/handsets", guards=[requires()])
async def enrol(
    request: AccountRequest,
    data: JSONBody[NewHandset],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    areas: NamedDependency[AreaTree],
    handset_accounts: NamedDependency[HandsetAccounts],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> HandsetCredentials:
    """Enrol a handset. Its password is shown this once and works when the answer arrives."""
    reports_to = settings.ingest_public_url
    if data.kind == "traccar" and reports_to is None:
        raise Invalid(
            "This server does not know where telemetry ingest takes reports by HTTP: "
            "GRIDBEAT_INGEST_PUBLIC_URL is not set."
        )
    enroller = Enroller(pool, handset_accounts, areas, request.user, clock())
    handset, password = await enroller.enrol(data.worker_id, data.kind)
    await reference_changed(valkey)
    return HandsetCredentials(
        handset_id=handset.code,
        username=handset.username,
        password=password,
        host=settings.mqtt_public_host,
        port=settings.mqtt_public_port,
        topic_prefix=topic_prefix(handset.kind, handset.area_code, handset.code, handset.username),
        url=report_url(reports_to, password) if reports_to and data.kind == "traccar" else None,
        account_is_yours=data.kind != "traccar" and not handset_accounts.are_ours,
    )


@get("/handsets", guards=[requires("supervisor", "duty_leader")])
async def handsets(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    worker: Annotated[int | None, QueryParameter(name="workerId")] = None,
) -> list[Handset]:
    """Enrolled and revoked handsets, the newest first."""
    async with pool.connection() as connection:
        rows = await list_handsets(connection, areas.visible(request.user), worker)
    return [_to_wire(row) for row in rows]


@delete("/handsets/{code:str}", guards=[requires()], status_code=204)
async def revoke(
    request: AccountRequest,
    code: FromPath[str],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    areas: NamedDependency[AreaTree],
    handset_accounts: NamedDependency[HandsetAccounts],
    clock: NamedDependency[Clock],
) -> None:
    """Revoke a handset: the broker has cut it off when the answer arrives."""
    await Enroller(pool, handset_accounts, areas, request.user, clock()).revoke(code)
    await reference_changed(valkey)


def _to_wire(row: HandsetRow) -> Handset:
    return Handset(
        handset_id=row.code,
        worker_id=row.worker_id,
        kind=row.kind,
        username=row.username,
        topic_prefix=topic_prefix(row.kind, row.area_code, row.code, row.username),
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
    )


router = Router(path="/", route_handlers=[enrol, handsets, revoke], tags=["handsets"])
