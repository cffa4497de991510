"""A real server over the real stack with the small district, and a record to replay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from replay_record import ReplayRecord
from small_district import RunningServer, seeded_server


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A seeded, running server; one a module and edition of the store."""
    folder: Path = tmp_path_factory.mktemp("district")
    with seeded_server(database, folder) as running:
        yield running


@pytest.fixture
def record(server: RunningServer) -> Iterator[ReplayRecord]:
    """What ingest and the dispatchers would write, for this test alone."""
    written = ReplayRecord(server)
    yield written
    written.erase()
