"""The client of Valkey: sessions, counters, live state. Never the only copy of anything."""

from redis.asyncio import Redis

Valkey = Redis
CONNECT_WITHIN_S = 3.0


def make_valkey(valkey_url: str) -> Valkey:
    """A client that connects at first use. Readers that block set their own time limits."""
    return Redis.from_url(
        valkey_url, socket_connect_timeout=CONNECT_WITHIN_S, health_check_interval=30
    )
