"""The built console: `web_console/dist` at `/`, every page of it being `index.html`.

A folder with an index of its own, such as `handset/`, is a page of its own.

Owns files, caching and compression of what the build made. Hashed assets never change; the
index is asked for anew each time, so that an update reaches open consoles.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

DIST = Path(__file__).parent.parent / "web_console" / "dist"
IMMUTABLE = "public, max-age=31536000, immutable"
WORTH_COMPRESSING_BYTES = 1024
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/wasm")
NOT_BUILT = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>Gridbeat</title>
<h1>Gridbeat</h1><p>服务器正在运行，但控制台页面尚未构建。请运行 <code>make setup</code>。</p>
<p>The server runs, but the console's pages are not built. Run <code>make setup</code>.</p></html>
"""


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file of the build, in memory. `compressed` None: not worth it."""

    body: bytes
    compressed: bytes | None
    etag: str
    media_type: str


@get(["/", "/{path:path}"], opt={"no_compression": True}, include_in_schema=False)
async def web_file(request: Request[Any, Any, Any], path: FromPath[str] = "") -> Response[bytes]:
    """A file of the console, or its index for every page of the application."""
    return answer(request, DIST, path.strip("/"))


def answer(request: Request[Any, Any, Any], dist: Path, name: str) -> Response[bytes]:
    """The response for one path below the build folder."""
    if name.startswith(("api/", "schema/")) or name in {"api", "schema", "metrics"}:
        raise NotFoundException(detail=f"There is no route /{name}.")
    chosen = _file_for(dist, name)
    if chosen is None:
        return Response(
            NOT_BUILT.encode(),
            media_type="text/html",  # the framework adds the charset to every text
            status_code=HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"Cache-Control": "no-store"},
        )
    file = _load(chosen, chosen.stat().st_mtime_ns)
    hashed = name.startswith("assets/")
    headers = {
        "Cache-Control": IMMUTABLE if hashed else "no-cache",
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.body
    if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = file.compressed, "gzip"
    return Response(body, media_type=file.media_type, headers=headers)


def _file_for(dist: Path, name: str) -> Path | None:
    """The file to send; None when the console is not built.

    Raises:
        NotFoundException: an asset that the build does not have.
    """
    index = dist / "index.html"
    wanted = (dist / name).resolve() if "\x00" not in name else index
    if name and wanted.is_relative_to(dist.resolve()):
        page = wanted / "index.html"  # such as the handset's, which is small and on its own
        if wanted.is_file() or page.is_file():
            return wanted if wanted.is_file() else page
    if "." in name.rsplit("/", 1)[-1] or name.startswith("assets/"):
        raise NotFoundException(detail=f"There is no file /{name}.")
    return index if index.is_file() else None


@lru_cache(maxsize=512)
def _load(path: Path, _changed_ns: int) -> WebFile:
    body = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compress = len(body) >= WORTH_COMPRESSING_BYTES and media_type.startswith(
        (*COMPRESSIBLE, "image/svg")
    )
    return WebFile(
        body,
        gzip.compress(body, 6) if compress else None,
        f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        media_type,
    )
