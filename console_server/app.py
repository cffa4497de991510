"""The server: wires routes, loops and parts together, and nothing else.

`make_app(settings)` is the ASGI application; `run(settings)` serves it until it is told to stop.
"""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State

from console_server import installation, retention
from console_server.access import routes as access
from console_server.access.middleware import SessionMiddleware
from console_server.alerts import routes as alerts
from console_server.alerts import watching
from console_server.areas import routes as areas
from console_server.areas.current import CurrentAreas
from console_server.assessment import routes as assessment
from console_server.attendance import appeal_routes, recompute
from console_server.attendance import routes as attendance
from console_server.background import Loop, running
from console_server.basemap import routes as basemap
from console_server.cache import make_valkey
from console_server.checkpoints import label_routes as labels
from console_server.checkpoints import routes as checkpoints
from console_server.database import make_pool
from console_server.dependencies import DEPENDENCIES
from console_server.described import description
from console_server.dispatches import inbox, timers
from console_server.dispatches import routes as dispatches
from console_server.field import routes as field
from console_server.field.session import FieldMiddleware
from console_server.handsets import routes as handsets
from console_server.handsets.accounts import HandsetAccounts
from console_server.headers import security_headers
from console_server.health import ingest_routes
from console_server.health import routes as health
from console_server.health.backlog import BrokerBacklog
from console_server.health.watch import HealthWatch
from console_server.imports import routes as imports
from console_server.incidents import help_routes as incident_help
from console_server.incidents import routes as incidents
from console_server.live import feed, relay
from console_server.live import routes as live
from console_server.live.hub import Hub
from console_server.measures import routes as measures
from console_server.packs import routes as packs
from console_server.packs.pack import load_pack
from console_server.packs.store import ensure_pack
from console_server.parts import Parts, utc_now
from console_server.photos import field_routes as field_photos
from console_server.photos import routes as photos
from console_server.problems import EXCEPTION_HANDLERS
from console_server.proxies import forwarded
from console_server.replay import routes as replay
from console_server.residents import routes as residents
from console_server.settings import Settings
from console_server.shifts import routes as shifts
from console_server.streets.current import CurrentStreets
from console_server.tracks import routes as tracks
from console_server.web_files import web_file
from console_server.workers import routes as workers

ROUTERS = [
    access.router,
    installation.router,
    packs.router,
    areas.router,
    basemap.router,
    checkpoints.router,
    labels.router,
    workers.router,
    handsets.router,
    shifts.router,
    imports.router,
    incidents.router,
    incident_help.router,
    photos.router,
    residents.router,
    dispatches.router,
    alerts.router,
    live.router,
    tracks.router,
    replay.router,
    attendance.router,
    appeal_routes.router,
    assessment.router,
    measures.router,
    health.router,
    ingest_routes.router,
]
FIELD_ROUTERS = [*field.ROUTERS, field_photos.router]  # below /api/field: for handsets alone
LOOPS: Mapping[str, Loop] = {
    "relay": relay.run,
    "feed": feed.run,
    "inbox": inbox.run,
    "timers": timers.run,
    "attendance": recompute.run,
    "alerts": watching.run,
    "retention": retention.run,
}
BODY_MAX_BYTES = 1 << 20  # imports allow more, each on its own route
STOP_WITHIN_S = 2


def make_app(settings: Settings) -> Litestar:
    """The application. Parts are made when it starts and closed when it stops."""
    return Litestar(
        route_handlers=[
            Router(path="/api", route_handlers=ROUTERS, middleware=[SessionMiddleware()]),
            Router(path="/api/field", route_handlers=FIELD_ROUTERS, middleware=[FieldMiddleware()]),
            health.metrics,
            web_file,
        ],
        middleware=forwarded(settings.trusted_proxies),
        dependencies=DEPENDENCIES,
        lifespan=[_parts],
        state=State({"settings": settings}),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[security_headers(settings.tile_url)],
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=5,
            minimum_size=1024,
            exclude_opt_key="no_compression",
        ),
        request_max_body_size=BODY_MAX_BYTES,
        openapi_config=description(installation.VERSION),
        logging_config=None,
        debug=False,
    )


@asynccontextmanager
async def _parts(app: Litestar) -> AsyncIterator[None]:
    """What handlers and loops work with, for as long as the application runs."""
    settings: Settings = app.state.settings
    areas_in_force, pack = CurrentAreas(), load_pack(settings.pack)
    async with make_pool(settings.database_url) as pool, make_valkey(settings.valkey_url) as valkey:
        async with pool.connection() as connection:
            await ensure_pack(connection, pack)
        await areas_in_force.reload(pool)
        accounts, watch = HandsetAccounts(settings, pool), HealthWatch()
        backlog, streets = BrokerBacklog(), CurrentStreets()
        parts = Parts(settings, pool, valkey, utc_now, areas_in_force, lambda: pack, Hub())
        app.state.update(
            parts=parts,
            reload_areas=partial(areas_in_force.reload, pool),
            handset_accounts=accounts,
            health=watch,
            broker_backlog=backlog,
            streets=streets,
        )
        own = {
            "areas": areas_in_force.follow,
            "accounts": accounts.run,
            "health": watch.run,
            "backlog": backlog.run,
            "streets": streets.follow,
        }
        async with running({**LOOPS, **own}, parts):
            yield


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; open sockets are given two seconds."""
    app = make_app(settings)
    gc.freeze()  # what was imported is never garbage: no search goes through it while serving
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="h11",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # a frame is encoded once for many; not packed for each
        lifespan="on",
        access_log=False,
        proxy_headers=False,  # `proxies.py` alone says whose word is believed
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
