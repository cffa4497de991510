"""Passwords of accounts: argon2id, hashed away from the event loop.

Owns hashing and its cost; not who may try how often (`throttle.py`).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4  # 64 MiB each: sign-ins queue rather than exhaust the memory
# RFC 9106's second choice (64 MiB, 3 passes) is the library's default.
_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")


def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt in it. Takes some 50 ms."""
    return _hasher.hash(password)


async def check_password(stored: str | None, password: str) -> bool:
    """`matches` in a thread, a few at once, without holding up the loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, matches, stored, password)


def matches(stored: str | None, password: str) -> bool:
    """Compare; None (no such account) takes as long and is False."""
    try:
        _hasher.verify(stored or _stand_in(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _stand_in() -> str:
    """What an unknown name is compared with, so that it takes as long as a known one."""
    return _hasher.hash("an account that does not exist")
