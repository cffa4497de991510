"""Server-side sessions in Valkey: who is signed in, until when.

Owns the keys `gb:session:*`; not passwords (`passwords.py`) nor cookies (`middleware.py`). The
key is a hash of the id, so that a look into Valkey shows no id that could be used.
"""

import hashlib
import secrets
from dataclasses import dataclass

import msgspec

from console_server.access.account import Account
from console_server.cache import Valkey

LIVES_S = 12 * 3600  # a shift at the command centre; every request starts it anew
ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session. `csrf_token` must come back in the header of every command."""

    key: str
    csrf_token: str
    account: Account


async def open_session(valkey: Valkey, account: Account) -> tuple[str, SessionRecord]:
    """Begin a session: its id, for the cookie alone, and the record."""
    session_id = secrets.token_urlsafe(ID_BYTES)
    record = SessionRecord(_key(session_id), secrets.token_urlsafe(ID_BYTES), account)
    of_account = _account_key(account.account_id)
    earlier = await valkey.smembers(of_account)
    ended = [key for key in earlier if not await valkey.exists(key)]
    async with valkey.pipeline() as pipe:
        if ended:
            pipe.srem(of_account, *ended)
        pipe.set(record.key, msgspec.json.encode(record), ex=LIVES_S)
        pipe.sadd(of_account, record.key)
        await pipe.execute()
    return session_id, record


async def read_session(valkey: Valkey, session_id: str) -> SessionRecord | None:
    """The session with this id, its time to live started anew; None when there is none."""
    found = await valkey.getex(_key(session_id), ex=LIVES_S)
    return msgspec.json.decode(found, type=SessionRecord) if found else None


async def is_open(valkey: Valkey, record: SessionRecord) -> bool:
    """Whether the session still stands: long-lived sockets ask this now and then."""
    return bool(await valkey.exists(record.key))


async def close_session(valkey: Valkey, record: SessionRecord) -> None:
    """End one session at once."""
    async with valkey.pipeline() as pipe:
        pipe.delete(record.key)
        pipe.srem(_account_key(record.account.account_id), record.key)
        await pipe.execute()


async def close_all(valkey: Valkey, account_id: int) -> None:
    """End every session of an account: its password or its rights changed."""
    keys = await valkey.smembers(_account_key(account_id))
    await valkey.delete(_account_key(account_id), *keys)


def _key(session_id: str) -> str:
    return f"gb:session:{hashlib.sha256(session_id.encode()).hexdigest()}"


def _account_key(account_id: int) -> str:
    return f"gb:sessions-of:{account_id}"
