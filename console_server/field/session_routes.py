"""`/api/field/session`: a handset signs in with what it got at its enrolment, asks, signs out."""

import asyncio
from typing import Any

import bcrypt
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from console_server.access.cookie import session_cookie
from console_server.access.throttle import count_attempt, forget_attempts, give_back_attempt
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.errors import HandsetRevoked, Unauthenticated
from console_server.field.session import (
    COOKIE,
    COOKIE_PATH,
    LIVES_S,
    FieldAccount,
    FieldRequest,
    FieldSession,
    close_session,
    open_session,
    requires_worker,
)
from console_server.field.store import EnrolledWorker, ensure_account, find_handset
from console_server.settings import Settings
from console_server.wire.access import SignIn
from console_server.wire.handset import HandsetSession

_stand_in = bcrypt.hashpw(b"a handset that does not exist", bcrypt.gensalt(4))


@post("/session", opt={"public": True}, status_code=201)
async def sign_in(
    request: Request[Any, Any, State],
    data: JSONBody[SignIn],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    settings: NamedDependency[Settings],
) -> Response[HandsetSession]:
    """Sign in: the answer sets the handset's cookie and carries the CSRF token."""
    # Counted apart from people's: a whole shift of phones may share one address with a console.
    address = f"handset:{request.client.host if request.client else 'unknown'}"
    await count_attempt(valkey, data.username, address)
    async with pool.connection() as connection:
        handset = await find_handset(connection, data.username)
        if not await _fits(handset, data.password) or handset is None:
            raise Unauthenticated("The name and the password do not match.")
        if handset.revoked_at is not None or handset.retired_at is not None:
            raise HandsetRevoked("This handset is no longer enrolled.")
        account = _account(handset, await ensure_account(connection, handset))
    await forget_attempts(valkey, data.username, address)
    await give_back_attempt(valkey, address)
    session_id, session = await open_session(valkey, account)
    return Response(_to_wire(session), cookies=[_cookie(session_id, settings, LIVES_S)])


@get("/session", guards=[requires_worker])
async def who(request: FieldRequest) -> HandsetSession:
    """Which handset is signed in, with the token that its commands need."""
    return _to_wire(request.auth)


@delete("/session", guards=[requires_worker], status_code=204)
async def sign_out(
    request: FieldRequest, valkey: NamedDependency[Valkey], settings: NamedDependency[Settings]
) -> Response[None]:
    """Sign out: the session ends; the enrolment stays."""
    await close_session(valkey, request.auth)
    return Response(None, status_code=204, cookies=[_cookie("", settings, 0)])


async def _fits(handset: EnrolledWorker | None, password: str) -> bool:
    """Whether it is the handset's password; as long for one that does not exist."""
    stored = handset.password_hash.encode() if handset else _stand_in
    try:
        return await asyncio.to_thread(bcrypt.checkpw, password.encode(), stored)
    except ValueError:  # longer than bcrypt reads, so it cannot be one that we made
        return False


def _account(handset: EnrolledWorker, account_id: int) -> FieldAccount:
    return FieldAccount(
        account_id=account_id,
        username=f"worker:{handset.worker_code}",
        display_name=handset.worker_name,
        role="worker",
        area_id=handset.area_id,
        area_code=handset.area_code,
        worker_id=handset.worker_id,
        worker_code=handset.worker_code,
        handset_code=handset.handset_code,
        topic_area=handset.topic_area,
    )


def _to_wire(session: FieldSession) -> HandsetSession:
    account = session.account
    return HandsetSession(
        worker_id=account.worker_id,
        worker_code=account.worker_code,
        worker_name=account.display_name,
        handset_id=account.handset_code,
        csrf_token=session.csrf_token,
    )


def _cookie(value: str, settings: Settings, max_age_s: int) -> Cookie:
    return session_cookie(COOKIE, value, settings, path=COOKIE_PATH, lives_s=max_age_s)


router = Router(path="/", route_handlers=[sign_in, who, sign_out], tags=["field"])
