"""A simulated town under measurement: stack, imported district, server, a dispatcher signed in.

Owns these parts for benchmarks of the control plane; the figures are their users'. What is said to
be stored is on disk (fsync is on), as in production.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.addresses import StackAddresses
from console_server.embedded.ports import free_port
from console_server.embedded.stack import StackOptions, running_stack
from console_server.imports.commands import import_file
from console_server.schema.migrate import migrate
from simulators.district_files import write_district

WITHIN_S: Final = 60.0
PASSWORD: Final = "gridbeat-bench"


@contextmanager
def town(workers: int) -> Iterator[tuple[StackAddresses, Path]]:
    """A stack with the simulated town imported; the folder of its files."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        write_district(folder / "town", workers, 1, datetime.now(UTC))
        with running_stack(folder / "stack", StackOptions(durable=True)) as stack:
            url = stack.database_owner_url
            migrate(url)
            for kind, name in (
                ("areas", "areas.geojson"),
                ("workers", "workers.xlsx"),
                ("shifts", "shifts.csv"),
                ("streets", "streets.geojson"),
            ):
                import_file(url, kind, folder / "town" / name)  # type: ignore[arg-type]
            ensure_demo_accounts(url, PASSWORD)
            yield stack, folder / "town"


@dataclass(frozen=True)
class Serving:
    """A running server."""

    url: str
    pid: int

    @contextmanager
    def signed_in(self, username: str) -> Iterator[httpx.Client]:
        """A client of this account, as soon as the server answers."""
        with httpx.Client(base_url=f"{self.url}/api/", trust_env=False) as console:
            answer = _session(console, username)
            answer.raise_for_status()
            console.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
            yield console

    def cpu_s(self) -> float:
        """CPU time that it has used."""
        said = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def _session(console: httpx.Client, username: str) -> httpx.Response:
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return console.post("session", json={"username": username, "password": PASSWORD})
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@contextmanager
def serving(stack: StackAddresses) -> Iterator[Serving]:
    """The server as a process, until the block ends."""
    port = free_port()
    given = stack.server_environment() | {
        "GRIDBEAT_HTTP_PORT": str(port),
        "GRIDBEAT_HTTP_HOST": "127.0.0.1",
        "GRIDBEAT_DEMO": "1",
    }
    with Path(stack.broker_users_file).with_name("server.log").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "console_server", "serve"],
            env=os.environ | given,
            stdout=said,
            stderr=said,
        )
    try:
        yield Serving(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()
