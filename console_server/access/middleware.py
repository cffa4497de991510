"""Every request under `/api` passes here: session cookie, Origin, CSRF token.

Owns the cookie and the refusals; a route is open to everybody only with `opt={"public": True}`.
For a socket the browser's Origin is what keeps other sites out, as it sends no CSRF header.
"""

import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import WebSocketException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from console_server.access.sessions import SessionRecord, read_session
from console_server.errors import Forbidden, GridbeatError, Unauthenticated

COOKIE = "gb_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CLOSE_UNAUTHENTICATED = 4401
CLOSE_FORBIDDEN = 4403


class SessionMiddleware(ASGIMiddleware):
    """Puts the account into `request.user` and the session into `request.auth`, or refuses."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Refuse, or let pass with the account attached."""
        try:
            record = await self._record(scope)
        except GridbeatError as error:
            if scope["type"] != ScopeType.WEBSOCKET:
                raise
            code = CLOSE_FORBIDDEN if isinstance(error, Forbidden) else CLOSE_UNAUTHENTICATED
            raise WebSocketException(detail=error.detail, code=code) from error
        scope["user"] = record.account if record else None
        scope["auth"] = record
        await next_app(scope, receive, send)

    async def _record(self, scope: Scope) -> SessionRecord | None:
        headers = Headers.from_scope(scope)
        is_command = scope["type"] == ScopeType.WEBSOCKET or scope["method"] not in SAFE_METHODS
        if is_command:
            check_origin(headers.get("origin"), headers.get("host"))
        if scope["route_handler"].opt.get("public"):
            return None
        record = await self._session(scope)
        if is_command and scope["type"] == ScopeType.HTTP:
            check_csrf(record.csrf_token, headers.get(CSRF_HEADER))
        return record

    async def _session(self, scope: Scope) -> SessionRecord:
        connection = ASGIConnection[Any, Any, Any, Any](scope)
        session_id = connection.cookies.get(COOKIE)
        valkey = connection.app.state.parts.valkey
        record = await read_session(valkey, session_id) if session_id else None
        if record is None:
            raise Unauthenticated("Nobody is signed in, or the session has ended.")
        return record


def check_origin(origin: str | None, host: str | None) -> None:
    """Refuse what another site makes a browser send; programs send no Origin at all.

    Raises:
        Forbidden: the Origin is not the host that was addressed.
    """
    if origin is not None and urlsplit(origin).netloc.lower() != (host or "").lower():
        raise Forbidden("The request comes from another site.")


def check_csrf(expected: str, given: str | None) -> None:
    """Refuse a command without the token that the session was given.

    Raises:
        Forbidden: the header X-CSRF-Token is missing or wrong.
    """
    if given is None or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Forbidden("The header X-CSRF-Token is missing or does not fit the session.")
