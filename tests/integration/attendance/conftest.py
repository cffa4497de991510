"""A real server over the real stack with a small district, whose record the tests write."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attendance_record import Record
from small_district import PASSWORD, RunningServer, more_accounts, serving, write_district

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from console_server.packs.pack import load_pack
from console_server.settings import Settings


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A seeded, running server; one a module and edition of the store."""
    folder = tmp_path_factory.mktemp("district")
    write_district(folder)
    ensure_demo_accounts(database.owner_url, PASSWORD)
    import_file(database.owner_url, "areas", folder / "areas.geojson")
    import_file(database.owner_url, "workers", folder / "workers.csv")
    more_accounts(database.owner_url)
    settings = Settings.from_environment(
        database.stack.server_environment()
        | {"GRIDBEAT_HTTP_PORT": str(free_port()), "GRIDBEAT_PACK": str(hasty_pack(folder))}
    )
    with serving(settings):
        yield RunningServer(f"http://127.0.0.1:{settings.http_port}", settings, database.owner_url)


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
