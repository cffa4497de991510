"""Fixtures of every kind of test: real parts, started once a session, a fresh database a module.

`stack` runs on TimescaleDB and on bare PostgreSQL: a test that uses it (or `database`) runs
twice. `timescale_stack` is for tests where the difference does not matter.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings
from psycopg import sql

from console_server.embedded.addresses import StackAddresses
from console_server.embedded.postgres import create_database
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import StackOptions, running_stack

HERE = Path(__file__).parent
WAITING_KINDS = ("integration", "scenario", "browser")

# How long an example takes says how busy the machine is, not whether the code is right. A run asks
# whether a change broke something, so it has the same examples every time; the long tests and
# `make fuzz` look for new ones.
settings.register_profile(
    "gridbeat",
    deadline=None,
    derandomize="GRIDBEAT_LONG_TESTS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gridbeat")


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One empty, migrated database of a running stack."""

    __test__ = False

    stack: StackAddresses  # its database URLs lead to this database
    name: str

    @property
    def owner_url(self) -> str:
        return self.stack.database_owner_url

    @property
    def server_url(self) -> str:
        return self.stack.database_server_url

    @property
    def ingest_url(self) -> str:
        return self.stack.database_ingest_url


@pytest.fixture(scope="session")
def open_tmp() -> Iterator[Path]:
    """A folder that the unprivileged account of PostgreSQL may enter (pytest's own is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="gridbeat-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _run(edition: Edition, folder: Path) -> Iterator[StackAddresses]:
    options = StackOptions(edition=edition, durable=False)
    with running_stack(folder / f"{edition}-{secrets.token_hex(4)}", options) as addresses:
        yield addresses


@pytest.fixture(scope="session", params=[Edition.TIMESCALE, Edition.PLAIN], ids=str)
def stack(request: pytest.FixtureRequest, open_tmp: Path) -> Iterator[StackAddresses]:
    """PostgreSQL, NATS and Valkey; its `gridbeat` database is empty."""
    yield from _run(request.param, open_tmp)


@pytest.fixture(scope="session")
def timescale_stack(open_tmp: Path) -> Iterator[StackAddresses]:
    """The same, on TimescaleDB only."""
    yield from _run(Edition.TIMESCALE, open_tmp)


@pytest.fixture(scope="module")
def empty_database(stack: StackAddresses) -> Iterator[TestDatabase]:
    """A new database without tables, dropped after the module."""
    yield from _new_database(stack)


@pytest.fixture(scope="module")
def database(stack: StackAddresses) -> Iterator[TestDatabase]:
    """A new, migrated database, dropped after the module; Valkey is empty."""
    yield from _migrated(stack)


@pytest.fixture(scope="module")
def timescale_database(timescale_stack: StackAddresses) -> Iterator[TestDatabase]:
    """The same, on TimescaleDB only."""
    yield from _migrated(timescale_stack)


def _migrated(stack: StackAddresses) -> Iterator[TestDatabase]:
    from console_server.schema.migrate import migrate  # not all tests need it

    with redis.Redis.from_url(stack.valkey_url) as valkey:
        valkey.flushdb()
    for made in _new_database(stack):
        migrate(made.owner_url)
        yield made


def _new_database(stack: StackAddresses) -> Iterator[TestDatabase]:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(stack.database_superuser_url, autocommit=True) as connection:
        create_database(connection, name)
    urls = {
        field: _in_database(getattr(stack, field), name)
        for field in (
            "database_superuser_url",
            "database_owner_url",
            "database_server_url",
            "database_ingest_url",
        )
    }
    made = TestDatabase(replace(stack, **urls), name)
    if stack.timescale:
        with psycopg.connect(made.stack.database_superuser_url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
    yield made
    with psycopg.connect(stack.database_superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class WholeClasses:
    """Fails a run in which every test of one kind was skipped: such a run proves nothing of it."""

    def __init__(self) -> None:
        self.ran: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kinds = [report.nodeid.split("/")[1]] if report.nodeid.startswith("tests/") else []
        kinds += [f"edition {e}" for e in Edition if f"[{e}" in report.nodeid]
        for kind in kinds:
            happened = report.when == "call" and not report.skipped
            self.ran[kind] = self.ran.get(kind, False) or happened

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for kind in self.skipped():
            terminalreporter.write_line(f"every test of kind {kind!r} was skipped", red=True)

    def skipped(self) -> list[str]:
        return sorted(kind for kind, ran in self.ran.items() if not ran)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A second try for tests that wait for real programs, since the machine may be busy.

    The run lists whoever needed it (RERUN), and that is a fault to look into. Never for rules,
    and never for faults: a fix that is lost once in a hundred kills is lost.
    """
    for item in items:
        if item.path.relative_to(HERE).parts[0] in WAITING_KINDS:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # under xdist the reports come together in one place
        config.pluginmanager.register(WholeClasses(), "whole-classes")
