"""A real server over the real stack with the small district, and a record to replay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from replay_record import ReplayRecord
from small_district import PASSWORD, RunningServer, more_accounts, serving, write_district

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from console_server.settings import Settings


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A seeded, running server; one a module and edition of the store."""
    folder: Path = tmp_path_factory.mktemp("district")
    write_district(folder)
    ensure_demo_accounts(database.owner_url, PASSWORD)
    import_file(database.owner_url, "areas", folder / "areas.geojson")
    import_file(database.owner_url, "workers", folder / "workers.csv")
    more_accounts(database.owner_url)
    settings = Settings.from_environment(
        database.stack.server_environment() | {"GRIDBEAT_HTTP_PORT": str(free_port())}
    )
    with serving(settings):
        yield RunningServer(f"http://127.0.0.1:{settings.http_port}", settings, database.owner_url)


@pytest.fixture
def record(server: RunningServer) -> Iterator[ReplayRecord]:
    """What ingest and the dispatchers would write, for this test alone."""
    written = ReplayRecord(server)
    yield written
    written.erase()
