"""The server: wires routes, loops and parts together, and nothing else.

`make_app(settings)` is the ASGI application; `run(settings)` serves it until it is told to stop.
"""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
import uvicorn
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from console_server.access.middleware import SessionMiddleware
from console_server.areas.current import CurrentAreas
from console_server.background import Loop, running
from console_server.cache import make_valkey
from console_server.database import make_pool
from console_server.dependencies import DEPENDENCIES
from console_server.handsets.accounts import HandsetAccounts
from console_server.headers import security_headers
from console_server.health.routes import metrics
from console_server.health.watch import HealthWatch
from console_server.parts import Parts, utc_now
from console_server.problems import EXCEPTION_HANDLERS
from console_server.settings import Settings
from console_server.web_files import web_file

ROUTERS = (
    "console_server.access.routes",
    "console_server.installation",
    "console_server.areas.routes",
    "console_server.workers.routes",
    "console_server.handsets.routes",
    "console_server.imports.routes",
    "console_server.shifts.routes",
    "console_server.checkpoints.routes",
    "console_server.basemap.routes",
    "console_server.health.routes",
    "console_server.packs.routes",
    "console_server.incidents.routes",
    "console_server.dispatches.routes",
    "console_server.tracks.routes",
    "console_server.attendance.routes",
    "console_server.live.routes",
)
LOOPS = {
    "relay": "console_server.live.relay",
    "feed": "console_server.live.feed",
    "inbox": "console_server.dispatches.inbox",
    "timers": "console_server.dispatches.timers",
    "attendance": "console_server.attendance.recompute",
}
BODY_MAX_BYTES = 1 << 20  # imports allow more, each on its own route
STOP_WITHIN_S = 2
_log = structlog.get_logger(__name__)


def make_app(settings: Settings) -> Litestar:
    """The application. Parts are made when it starts and closed when it stops."""
    api = Router(
        path="/api",
        route_handlers=[module.router for module in _present(ROUTERS)],
        middleware=[SessionMiddleware()],
    )
    return Litestar(
        route_handlers=[api, metrics, web_file],
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
        openapi_config=OpenAPIConfig(
            title="Gridbeat",
            version=version("gridbeat"),
            path="/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        ),
        logging_config=None,
        debug=False,
    )


@asynccontextmanager
async def _parts(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    areas = CurrentAreas()
    async with make_pool(settings.database_url) as pool, make_valkey(settings.valkey_url) as valkey:
        await areas.reload(pool)
        pack = await _pack(settings, pool)
        parts = Parts(settings, pool, valkey, utc_now, areas, lambda: pack, _hub())
        app.state.parts = parts
        app.state.reload_areas = partial(areas.reload, pool)
        app.state.handset_accounts = HandsetAccounts(settings, pool)
        app.state.health = HealthWatch()
        async with running(_loops(areas, app.state), parts):
            yield


async def _pack(settings: Settings, pool: Any) -> Any:
    modules = list(_present(("console_server.packs.pack", "console_server.packs.store")))
    if len(modules) < 2:
        return None
    pack = modules[0].load_pack(settings.pack)
    async with pool.connection() as connection:
        await modules[1].ensure_pack(connection, pack)
    return pack


def _hub() -> Any:
    found = list(_present(("console_server.live.hub",)))
    return found[0].Hub() if found else None


def _loops(areas: CurrentAreas, state: State) -> dict[str, Loop]:
    loops: dict[str, Loop] = {
        "areas": areas.follow,
        "broker_accounts": state.handset_accounts.run,
        "health": state.health.run,
    }
    for name, module_name in LOOPS.items():
        for module in _present((module_name,)):
            loops[name] = module.run
    return loops


def _present(names: tuple[str, ...]) -> list[Any]:
    """The modules that are there already."""
    found = []
    for name in names:
        try:
            found.append(importlib.import_module(name))
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("console_server"):
                raise
            _log.warning("part_missing", module=name, missing=error.name)
    return found


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; open sockets are given two seconds."""
    uvicorn.run(
        make_app(settings),
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="h11",
        ws="websockets-sansio",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
