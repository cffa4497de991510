"""A real server over the real stack, with a small district; one a module and edition."""

from collections.abc import Iterator
from typing import Any

import pytest
from small_district import RunningServer, seeded_server


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A seeded, running server; one a module and edition of the store."""
    folder = tmp_path_factory.mktemp("district")
    with seeded_server(database, folder) as running:
        yield running
