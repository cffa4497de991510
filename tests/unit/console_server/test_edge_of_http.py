"""What a browser is told and given: the policy, the console's files."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Request
from litestar.exceptions import NotFoundException

from console_server.headers import content_policy, tile_source
from console_server.web_files import answer


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "dist" / "index.html").write_text("<title>index</title>")
    (tmp_path / "dist" / "favicon.svg").write_text("<svg/>")
    (tmp_path / "dist" / "assets" / "app-1a2b.js").write_text("x = 1;" * 500)
    return tmp_path / "dist"


def request(**headers: str) -> Request[Any, Any, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {"type": "http", "method": "GET", "path": "/", "headers": pairs}
    return Request(scope)


@pytest.mark.parametrize("page", ["", "wall", "attendance/3/2026-11-21", "incidents"])
def test_every_page_is_the_index_and_is_asked_for_anew(dist: Path, page: str) -> None:
    found = answer(request(), dist, page)
    assert found.content == b"<title>index</title>"
    assert found.headers["Cache-Control"] == "no-cache"


def test_hashed_assets_are_kept_for_ever_and_sent_compressed(dist: Path) -> None:
    plain = answer(request(), dist, "assets/app-1a2b.js")
    packed = answer(request(accept_encoding="gzip, br"), dist, "assets/app-1a2b.js")
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 5


def test_a_file_that_is_known_is_not_sent_again(dist: Path) -> None:
    etag = answer(request(), dist, "favicon.svg").headers["ETag"]
    again = answer(request(if_none_match=etag), dist, "favicon.svg")
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name",
    ["assets/gone.js", "gone.png", "../secret.txt", "assets/../../secret.txt", "api/x"],
)
def test_what_the_build_does_not_have_is_not_there(dist: Path, name: str) -> None:
    with pytest.raises(NotFoundException):
        answer(request(), dist, name)


def test_without_a_build_a_plain_page_says_what_to_do(tmp_path: Path) -> None:
    found = answer(request(), tmp_path, "")
    assert found.status_code == 503
    assert b"make setup" in found.content


@pytest.mark.parametrize(
    ("tile_url", "source"),
    [
        (None, ""),
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("https://webrd0{s}.is.example.cn/tile?x={x}", "https://*.is.example.cn"),
        ("https://{a-d}.tiles.example:8443/{z}", "https://*.tiles.example:8443"),
        ("/tiles/{z}/{x}/{y}.png", ""),
    ],
)
def test_only_the_tile_host_is_reachable_outside(tile_url: str | None, source: str) -> None:
    assert tile_source(tile_url) == source
    policy = content_policy(tile_url)
    assert policy.count("https://") == (2 if source else 0)
    assert "unsafe-eval'" in policy
    assert "'unsafe-eval'" not in policy
