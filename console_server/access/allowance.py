"""How often a caller may use a route that asks for no account.

Owns the counting, in Valkey, so that it holds over several servers; what is counted, and by what,
is the route's. Signing in has rules of its own (`throttle.py`).
"""

from dataclasses import dataclass

from console_server.cache import Valkey
from console_server.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Allowance:
    """Uses within a window that begins with the first: of one caller, and of all together."""

    name: str
    each: int
    together: int | None
    window_s: int


async def count_use(valkey: Valkey, allowance: Allowance, caller: str) -> None:
    """Count one use; who is refused is told when it makes sense to come again.

    Raises:
        TooManyRequests: the caller's share, or everybody's, is used up.
    """
    limits = {f"gb:uses:{allowance.name}:{caller}": allowance.each}
    if allowance.together is not None:
        limits[f"gb:uses:{allowance.name}"] = allowance.together
    async with valkey.pipeline() as pipe:
        for key in limits:
            pipe.set(key, 0, ex=allowance.window_s, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
        answers = await pipe.execute()
    counts = zip(answers[1::3], answers[2::3], limits.values(), strict=True)
    waits_s = [int(left_s) for count, left_s, limit in counts if count > limit]
    if waits_s:
        raise TooManyRequests("Too many calls. Try again later.", max(1, *waits_s))
