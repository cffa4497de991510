"""Whose word is believed about the address that a request came from.

Owns this for every route, so that limits per address (sign-ins, residents' reports) count callers
and not the proxy in front; who is counted how is theirs. `X-Forwarded-For` of anybody else is
ignored: it is written by whoever sends the request. Of a chain of proxies the right-most address
counts that is none of the trusted.
"""

import ipaddress
from collections.abc import Sequence

from litestar.middleware import DefineMiddleware
from litestar.types import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


def forwarded(proxies: Sequence[str]) -> list[Middleware]:
    """The middleware that reads the header of these proxies; none where there are none."""
    if not proxies:
        return []
    # The two libraries write the same ASGI callables down as different types.
    return [DefineMiddleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))]  # type: ignore[arg-type]


def read_networks(given: str) -> tuple[str, ...]:
    """Addresses and networks (CIDR) with commas between.

    Raises:
        ValueError: one is neither, has bits beyond its prefix, or is the whole internet.
    """
    found = [ipaddress.ip_network(each.strip()) for each in given.split(",") if each.strip()]
    for network in found:
        if network.prefixlen == 0:
            raise ValueError(f"{network} would have everybody choose an address")
    return tuple(str(each) for each in found)
