"""Headers that tell a browser what the console may do, and nothing more.

The policy lets the console's own scripts, WebAssembly and the map's blob workers run, and
reaches outside only for the configured tile host.
"""

import re
from urllib.parse import urlsplit

from litestar.datastructures import MutableScopeHeaders
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

_TEMPLATE_LABEL = re.compile(r"[^.]*\{[^}]*\}[^.]*")


def tile_source(tile_url: str | None) -> str:
    """Scheme and host of the tile server for a policy: `https://{s}.x.cn/…` → `https://*.x.cn`."""
    if not tile_url:
        return ""
    parts = urlsplit(tile_url)
    if not parts.netloc:
        return ""
    return f"{parts.scheme}://{_TEMPLATE_LABEL.sub('*', parts.netloc)}"


def content_policy(tile_url: str | None) -> str:
    """The Content-Security-Policy for this installation."""
    tiles = tile_source(tile_url)
    directives = {
        "default-src": "'none'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "worker-src": "'self' blob:",
        "child-src": "'self' blob:",
        "style-src": "'self' 'unsafe-inline'",  # component libraries place styles on elements
        "img-src": f"'self' data: blob: {tiles}",
        "font-src": "'self' data:",
        "connect-src": f"'self' data: blob: {tiles}",
        "manifest-src": "'self'",
        "media-src": "'self' data:",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value.strip()}" for name, value in directives.items())


def security_headers(tile_url: str | None) -> BeforeMessageSendHookHandler:
    """A hook that puts the headers on every response, and `no-store` where none was chosen."""
    fixed = {
        "Content-Security-Policy": content_policy(tile_url),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Tile servers check their keys by the page's origin; without one nobody needs to know.
        "Referrer-Policy": "strict-origin-when-cross-origin" if tile_url else "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self)",
    }

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in fixed.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")

    return add
