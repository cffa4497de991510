"""`GET /api/health`, for everybody; `GET /metrics`, from this host or for an administrator."""

import ipaddress
from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from console_server.access.middleware import COOKIE
from console_server.access.sessions import read_session
from console_server.cache import Valkey
from console_server.errors import Forbidden
from console_server.health.watch import HealthWatch
from console_server.wire.live import Health


@get(
    "/health",
    opt={"public": True},
    responses={
        503: ResponseSpec(Health, description="A part is not well", generate_examples=False)
    },
)
async def health(state: State) -> Response[Health]:
    """200 when a fix goes around the whole loop, 503 otherwise; which part is not well."""
    watch: HealthWatch = state.health
    return Response(watch.latest, status_code=200 if watch.latest.ready else 503)


@get("/metrics", include_in_schema=False)
async def metrics(
    request: Request[Any, Any, Any], valkey: NamedDependency[Valkey]
) -> Response[bytes]:
    """Counters for Prometheus."""
    if not _is_local(request):
        session_id = request.cookies.get(COOKIE)
        record = await read_session(valkey, session_id) if session_id else None
        if record is None or record.account.role != "administrator":
            raise Forbidden("Metrics are for this host and for administrators.")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request[Any, Any, Any]) -> bool:
    """Asked from this host, not through a proxy on it."""
    if request.client is None or "x-forwarded-for" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


router = Router(path="/", route_handlers=[health], tags=["health"])
