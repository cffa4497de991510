"""How often somebody may try to sign in.

Counts are per (username, address) and per address, in Valkey, so that they hold over several
servers. An attempt is counted before it is judged: many at once gain nothing.
"""

import hashlib
from typing import Final

from console_server.cache import Valkey
from console_server.errors import TooManyAttempts

WINDOW_S: Final = 15 * 60
PER_NAME_AND_ADDRESS: Final = 10
PER_ADDRESS: Final = 100  # a command centre's consoles may share one address


async def count_attempt(valkey: Valkey, username: str, address: str) -> None:
    """Count one attempt.

    Raises:
        TooManyAttempts: the limit of this window is used up.
    """
    limits = {_pair(username, address): PER_NAME_AND_ADDRESS, _single(address): PER_ADDRESS}
    async with valkey.pipeline() as pipe:
        for key in limits:
            pipe.set(key, 0, ex=WINDOW_S, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
        answers = await pipe.execute()
    for (_, count, left_s), limit in zip((answers[:3], answers[3:]), limits.values(), strict=True):
        if count > limit:
            raise TooManyAttempts("Too many attempts to sign in.", max(int(left_s), 1))


async def forget_attempts(valkey: Valkey, username: str, address: str) -> None:
    """A good sign-in clears the counter of this name at this address."""
    await valkey.delete(_pair(username, address))


async def give_back_attempt(valkey: Valkey, address: str) -> None:
    """A good sign-in does not count against its address: many may share one at a shift's start."""
    async with valkey.pipeline() as pipe:
        pipe.set(_single(address), 1, ex=WINDOW_S, nx=True)
        pipe.decr(_single(address))
        await pipe.execute()


def _pair(username: str, address: str) -> str:
    name = hashlib.sha256(username.casefold().encode()).hexdigest()[:32]
    return f"gb:attempts:{address}:{name}"


def _single(address: str) -> str:
    return f"gb:attempts:{address}"
