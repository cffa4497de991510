"""Replay over HTTP: the period's roster, incidents and borders as JSON, its positions in chunks.

No replay without its record: opening one writes down who looks at whom, at which time, in the
transaction in which it is read. Its id is the ticket for everything that follows, and nothing can
be read that the record does not name.
"""
# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name

import gzip
from datetime import datetime, time, timedelta
from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.routes import grids_geojson
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.errors import Invalid, NotFound
from console_server.geojson import GEOJSON, geojson_response
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.replay import store, surroundings
from console_server.replay.cases import INCIDENTS_MAX, read_incidents
from console_server.replay.chunk import CHUNK_S
from console_server.replay.chunks import make_chunk
from console_server.replay.period import PERIOD_MAX, period_asked
from console_server.replay.roster import roster_then
from console_server.settings import Settings
from console_server.wire.replay import Replay, ReplayDensity, ReplayHorizon, ReplaySpan

GUARDS: Final = [requires("supervisor", "duty_leader")]
CHUNK_TYPE: Final = "application/vnd.gridbeat.replay"
PRIVATE: Final = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}


@get("/horizon", guards=GUARDS)
async def horizon(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> ReplayHorizon:
    """What can be replayed: how far back, and when the shifts of today and yesterday are."""
    now, visible = clock(), areas.visible(request.user)
    today = datetime.combine(now.astimezone(pack.zone).date(), time.min, pack.zone)
    days = (today, today - timedelta(days=1))
    async with pool.connection() as connection:
        shifts = [
            await surroundings.shifts_between(connection, day, day + timedelta(days=1), visible)
            for day in days
        ]
    spans = [ReplaySpan(each.from_at, each.to_at) if each else None for each in shifts]
    return ReplayHorizon(
        now=now,
        kept_from=now - timedelta(days=settings.retention_days),
        period_max_s=int(PERIOD_MAX.total_seconds()),
        today=spans[0],
        yesterday=spans[1],
    )


@get("/", guards=GUARDS)
async def replay(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    from_at: Annotated[datetime, QueryParameter(name="from")],
    to_at: Annotated[datetime, QueryParameter(name="to")],
    area: FromQuery[str | None] = None,
) -> Replay:
    """Open a replay of all workers and incidents of an area, and write that down."""
    kept_from = clock() - timedelta(days=settings.retention_days)
    period = period_asked(from_at, to_at, clock(), kept_from)
    asked = areas.within(request.user, area)
    node = areas.by_code(area) if area else None
    area_id = node.area_id if node else request.user.area_id
    scope = store.Scope(areas.visible(request.user), asked if area else None)
    async with pool.connection() as connection:
        rows = await store.read_roster(connection, period, scope)
        if len(rows) > store.WORKERS_MAX:
            raise Invalid(f"More than {store.WORKERS_MAX} workers: name a smaller area.", ["area"])
        worker_ids = [row.worker_id for row in rows]
        replay_id = await store.record_replay(
            connection, request.user.account_id, worker_ids, area_id, period
        )
        workers = await roster_then(connection, rows, period)
        incidents = await read_incidents(connection, period, asked)
        outages = await surroundings.read_outages(connection, period)
        changes = await surroundings.read_border_changes(connection, period)
    return Replay(
        replay_id=replay_id,
        from_at=period.from_at,
        to_at=period.to_at,
        kept_from=kept_from,
        area_code=area,
        chunk_s=CHUNK_S,
        chunks=period.chunks,
        workers=workers,
        incidents=incidents,
        incidents_cut=len(incidents) >= INCIDENTS_MAX,
        outages=[ReplaySpan(each.from_at, each.to_at) for each in outages],
        borders_changed_at=list(changes),
    )


@get(
    "/{replay_id:int}/chunks/{index:int}",
    guards=GUARDS,
    media_type=CHUNK_TYPE,
    opt={"no_compression": True},
)
async def chunk(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    replay_id: FromPath[int],
    index: FromPath[int],
) -> Response[bytes]:
    """Positions of one chunk, in the layout of `replay/chunk.py`."""
    ticket = await _ticket(request, pool, areas, replay_id, clock())
    body = await make_chunk(pool, ticket.worker_ids, ticket.period.chunk(index))
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(body), media_type=CHUNK_TYPE, headers=PRIVATE)
    return Response(body, media_type=CHUNK_TYPE, headers=PRIVATE | {"Content-Encoding": "gzip"})


@get("/{replay_id:int}/density", guards=GUARDS)
async def density(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    replay_id: FromPath[int],
) -> ReplayDensity:
    """How many fixes there are along the period, for its timeline."""
    ticket = await _ticket(request, pool, areas, replay_id, clock())
    async with pool.connection() as connection:
        fixes, sampled = await surroundings.count_fixes(
            connection, ticket.worker_ids, ticket.period
        )
    return ReplayDensity(ticket.period.bin_s, fixes, sampled, len(ticket.worker_ids))


@get(
    "/{replay_id:int}/grids.geojson",
    guards=GUARDS,
    media_type=GEOJSON,
    opt={"no_compression": True},
)
async def grids_then(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    replay_id: FromPath[int],
    at: FromQuery[datetime],
) -> Response[bytes]:
    """The borders of all grids one may see, as they were in force at an instant of the replay.

    Raises:
        Invalid: the instant lies outside of the replay.
    """
    ticket = await _ticket(request, pool, areas, replay_id, clock())
    if at.tzinfo is None or not ticket.from_at <= at <= ticket.to_at:
        raise Invalid("That instant lies outside of the replay.", ["at"])
    async with pool.connection() as connection:
        then = await surroundings.read_tree_then(connection, at)
    seen = then.visible(request.user)
    nodes = [
        node
        for node in then.nodes
        if node.kind == "grid" and (seen is None or node.area_id in seen)
    ]
    version = f"replay-{then.version}-{request.user.area_id or 'all'}"
    return await geojson_response(request, version, lambda: grids_geojson(nodes, then))


async def _ticket(
    request: AccountRequest, pool: Pool, areas: AreaTree, replay_id: int, now: datetime
) -> store.Ticket:
    """The replay that this account opened.

    Raises:
        NotFound: it opened none of this id within the last day, or may no longer see its area.
    """
    async with pool.connection() as connection:
        ticket = await store.find_ticket(connection, replay_id, request.user.account_id, now)
    if ticket is None or not areas.may_see(request.user, ticket.area_id):
        raise NotFound("replay", replay_id)
    return ticket


router = Router(
    path="/replay", route_handlers=[horizon, replay, chunk, density, grids_then], tags=["replay"]
)
