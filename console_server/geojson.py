"""GeoJSON answers: sent again only when they changed, compressed once a version.

Owns the conditional request; the body is made by the caller, in a thread, when it is needed.
"""

import asyncio
import gzip
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from litestar import Request, Response

GEOJSON = "application/geo+json"
LEVEL = 6


async def geojson_response(
    request: Request[Any, Any, Any], version: str, make: Callable[[], bytes]
) -> Response[bytes]:
    """The answer for this version of a collection, `304` when the caller has it.

    `version` must name content and filter; it becomes the ETag.
    """
    etag = f'"{version}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body, compressed = await asyncio.to_thread(_bodies, version, _Maker(make))
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = compressed
    return Response(body, media_type=GEOJSON, headers=headers)


class _Maker:
    """A function that takes no part in the cache's key: the version says it all."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self.make = make

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Maker)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=16)
def _bodies(_version: str, maker: _Maker) -> tuple[bytes, bytes]:
    body = maker.make()
    return body, gzip.compress(body, LEVEL)
