"""Sessions of handsets: which worker asks, with which handset.

Owns the cookie `gb_field` and the keys `gb:field-session:*` in Valkey; not how a handset signs in
(`session_routes.py`). Everything below `/api/field` passes `FieldMiddleware` and nothing else does,
so that a console's session opens no handset's route, and a handset's none of the console's. Whether
the handset is still enrolled is asked of the store on every request: a revoked one is out at once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from console_server.access.account import Account
from console_server.access.middleware import SessionMiddleware
from console_server.access.sessions import ID_BYTES, SessionRecord
from console_server.cache import Valkey
from console_server.errors import HandsetRevoked, Unauthenticated
from console_server.field.store import is_enrolled
from console_server.parts import Parts
from telemetry_ingest.wire.topics import handset_prefix

COOKIE = "gb_field"
COOKIE_PATH = "/api/field"
LIVES_S = 30 * 24 * 3600  # of silence; a phone must not ask its worker to sign in every morning


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAccount(Account):
    """A worker with the handset in hand; its role is `worker`, its area the worker's subdistrict.

    `topic_area`: the area code in the handset's topics, as it was at enrolment.
    """

    worker_id: int
    worker_code: str
    handset_code: str
    topic_area: str

    @property
    def topic_prefix(self) -> str:
        """Where the handset publishes and listens."""
        return handset_prefix(self.topic_area, self.handset_code)


@dataclass(frozen=True, slots=True)
class FieldSession(SessionRecord):
    """One session of a handset. `csrf_token` must come back in the header of every command."""

    account: FieldAccount


FieldRequest = Request[FieldAccount, FieldSession, Any]


class FieldMiddleware(SessionMiddleware):
    """As the console's: Origin, CSRF, but for the sessions of handsets."""

    async def _session(self, scope: Scope) -> FieldSession:
        connection = ASGIConnection[Any, Any, Any, Any](scope)
        parts: Parts = connection.app.state.parts
        session_id = connection.cookies.get(COOKIE)
        session = await read_session(parts.valkey, session_id) if session_id else None
        if session is None:
            raise Unauthenticated("This handset is not signed in, or its session has ended.")
        async with parts.pool.connection() as store:
            enrolled = await is_enrolled(store, session.account.handset_code)
        if not enrolled:
            await close_session(parts.valkey, session)
            raise HandsetRevoked("This handset is no longer enrolled.")
        return session


def requires_worker(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """A guard: a handset is signed in. `request.user` is its `FieldAccount` then.

    Raises:
        Unauthenticated: none is.
    """
    if not isinstance(connection.scope.get("user"), FieldAccount):
        raise Unauthenticated("No handset is signed in.")


async def open_session(valkey: Valkey, account: FieldAccount) -> tuple[str, FieldSession]:
    """Begin a session: its id, for the cookie alone, and the session."""
    session_id = secrets.token_urlsafe(ID_BYTES)
    session = FieldSession(
        key=_key(session_id), csrf_token=secrets.token_urlsafe(ID_BYTES), account=account
    )
    await valkey.set(session.key, msgspec.json.encode(session), ex=LIVES_S)
    return session_id, session


async def read_session(valkey: Valkey, session_id: str) -> FieldSession | None:
    """The session with this id, its time to live started anew; None when there is none."""
    found = await valkey.getex(_key(session_id), ex=LIVES_S)
    return msgspec.json.decode(found, type=FieldSession) if found else None


async def close_session(valkey: Valkey, session: FieldSession) -> None:
    """End one session at once."""
    await valkey.delete(session.key)


def _key(session_id: str) -> str:
    return f"gb:field-session:{hashlib.sha256(session_id.encode()).hexdigest()}"
