"""`/api/session`: sign in, ask who is signed in, sign out."""

from typing import Any

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from console_server.access.account import Account
from console_server.access.cookie import session_cookie
from console_server.access.middleware import COOKIE
from console_server.access.passwords import check_password
from console_server.access.sessions import LIVES_S, SessionRecord, close_session, open_session
from console_server.access.store import find_account
from console_server.access.throttle import count_attempt, forget_attempts
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.errors import Unauthenticated
from console_server.settings import Settings
from console_server.wire.access import Session, SignIn

SessionRequest = Request[Account, SessionRecord, Any]


@post("/session", opt={"public": True}, status_code=201)
async def sign_in(
    request: Request[Any, Any, State],
    data: JSONBody[SignIn],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    settings: NamedDependency[Settings],
) -> Response[Session]:
    """Sign in: the answer sets the session cookie and carries the CSRF token."""
    address = request.client.host if request.client else "unknown"
    await count_attempt(valkey, data.username, address)
    async with pool.connection() as connection:
        stored = await find_account(connection, data.username)
    fits = await check_password(stored.password_hash if stored else None, data.password)
    if stored is None or not fits:
        raise Unauthenticated("The name and the password do not match.")
    await forget_attempts(valkey, data.username, address)
    session_id, record = await open_session(valkey, stored.without_secret())
    return Response(_session(record), cookies=[_cookie(session_id, settings, LIVES_S)])


@get("/session")
async def who(request: SessionRequest) -> Session:
    """Who is signed in."""
    return _session(request.auth)


@delete("/session", status_code=204)
async def sign_out(
    request: SessionRequest, valkey: NamedDependency[Valkey], settings: NamedDependency[Settings]
) -> Response[None]:
    """Sign out: the session ends here, whatever becomes of the cookie."""
    await close_session(valkey, request.auth)
    return Response(None, status_code=204, cookies=[_cookie("", settings, 0)])


def _session(record: SessionRecord) -> Session:
    account = record.account
    return Session(
        username=account.username,
        display_name=account.display_name,
        role=account.role,
        area_code=account.area_code,
        csrf_token=record.csrf_token,
        group_code=account.group_code,
    )


def _cookie(value: str, settings: Settings, max_age_s: int) -> Cookie:
    return session_cookie(COOKIE, value, settings, path="/", lives_s=max_age_s)


router = Router(path="/", route_handlers=[sign_in, who, sign_out], tags=["access"])
