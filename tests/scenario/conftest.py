"""One running demo without its fleet: the whole product, and nobody in the field yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from outsider import Console, Demo, running_demo


@pytest.fixture(scope="session")
def demo(open_tmp: Path) -> Iterator[Demo]:
    with running_demo(open_tmp / "scenario", "--no-fleet", "--workers", "295") as running:
        yield running


@pytest.fixture(scope="session")
def admin(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "admin") as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def dispatcher(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "dispatcher") as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def supervisor(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "supervisor") as signed_in:
        yield signed_in
