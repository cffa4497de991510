"""A real server over the real stack with a small district, whose record the tests write."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attendance_record import Record
from small_district import RunningServer, seeded_server

from console_server.packs.pack import load_pack


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A seeded, running server; one a module and edition of the store."""
    folder = tmp_path_factory.mktemp("district")
    with seeded_server(database, folder, hasty_pack(folder)) as running:
        yield running


def hasty_pack(folder: Path) -> Path:
    """The usual pack, but verdicts become final at once."""
    text = load_pack("xingdian").text
    for key in ("final_after_s", "quiet_s"):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = 0", text)
    path = folder / "hasty.toml"
    path.write_text(text.replace('code = "xingdian"', 'code = "hasty"'))
    return path


@pytest.fixture
def record(server: RunningServer) -> Iterator[Record]:
    """What ingest and the roster would write, for this test alone."""
    written = Record(server)
    yield written
    written.erase()
