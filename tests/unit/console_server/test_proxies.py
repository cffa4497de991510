"""From which address a request counts as coming, with and without proxies in front."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, get

from console_server.proxies import forwarded, read_networks

PROXY, CALLER, LIE = "10.0.0.5", "203.0.113.7", "198.51.100.9"
TRUSTED = ("10.0.0.0/8", "2001:db8::/32")


@get("/")
async def who(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


async def seen(peer: str, *headers: str, trusted: Sequence[str] = TRUSTED) -> str:
    app = Litestar([who], middleware=forwarded(trusted), openapi_config=None)
    transport = httpx.ASGITransport(app, client=(peer, 1234))  # type: ignore[arg-type]
    sent = [("X-Forwarded-For", each) for each in headers]
    async with httpx.AsyncClient(transport=transport, base_url="http://gridbeat") as client:
        return (await client.get("/", headers=sent)).text


@pytest.mark.parametrize(
    ("peer", "headers", "counts_as"),
    [
        (PROXY, [CALLER], CALLER),
        (PROXY, [], PROXY),
        # What the caller wrote stands to the left of what the proxy added.
        (PROXY, [f"{LIE}, {CALLER}"], CALLER),
        (PROXY, [LIE, CALLER], CALLER),
        (PROXY, [f"10.9.9.9, {CALLER}"], CALLER),
        # Through two proxies of our own.
        (PROXY, [f"{LIE}, {CALLER}, 10.0.0.9"], CALLER),
        ("2001:db8::1", ["2001:db8:ffff::1, 2001:dead::2"], "2001:dead::2"),
        # Whoever is no proxy may write what they like.
        (CALLER, [LIE], CALLER),
        (CALLER, [f"{LIE}, 10.0.0.5"], CALLER),
        ("127.0.0.1", [LIE], "127.0.0.1"),
    ],
)
async def test_the_nearest_address_that_no_proxy_of_ours_has_counts(
    peer: str, headers: list[str], counts_as: str
) -> None:
    assert await seen(peer, *headers) == counts_as


@pytest.mark.parametrize("peer", [PROXY, "127.0.0.1", "::1"])
async def test_without_proxies_the_header_is_ignored(peer: str) -> None:
    assert await seen(peer, LIE, trusted=()) == peer


def test_addresses_and_networks_are_read() -> None:
    assert read_networks(" 127.0.0.1, 10.0.0.0/8 ,::1") == ("127.0.0.1/32", "10.0.0.0/8", "::1/128")
    assert read_networks("") == ()


@pytest.mark.parametrize(
    "given", ["*", "proxy.example", "10.0.0.1/8", "0.0.0.0/0", "::/0", "1.2.3"]
)
def test_what_names_no_network_of_proxies_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"network|everybody|bits"):
        read_networks(given)
