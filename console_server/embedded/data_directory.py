"""The data directory of one installation: its lock, its secrets, where everything lies.

Owns the layout and the credentials made at first start; not what the parts store there.
"""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from console_server.embedded.errors import DataDirectoryInUse, StackError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of the parts, one per role, random and made once."""

    postgres_superuser: str
    database_owner: str
    database_server: str
    database_ingest: str
    valkey: str
    broker_admin: str
    broker_server: str
    broker_ingest: str


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Paths under one data directory (absolute)."""

    root: Path

    @property
    def logs(self) -> Path:
        """One log file per child."""
        return self.root / "logs"

    @property
    def addresses_file(self) -> Path:
        """Where the running stack can be reached; only there while it runs."""
        return self.root / "running.json"

    @property
    def ports_file(self) -> Path:
        """Ports of the last start, so that addresses stay the same."""
        return self.root / "ports.json"

    @property
    def demo_marker(self) -> Path:
        """Its presence says: demonstration data, demo accounts allowed on loopback."""
        return self.root / "demo.json"

    @property
    def administrator_file(self) -> Path:
        """Name and first password of the administrator that `gridbeat up` made."""
        return self.root / "administrator.txt"

    @property
    def district(self) -> Path:
        """The import files of the seeded district."""
        return self.root / "district"

    @property
    def http_url_file(self) -> Path:
        """Where the console answers; only there while it runs."""
        return self.root / "http-url"


def open_data_directory(root: Path) -> DataDirectory:
    """Make the directory if needed.

    Raises:
        StackError: it cannot be made or written.
    """
    root = root.expanduser().absolute()
    try:
        root.mkdir(parents=True, exist_ok=True)
        for private in ("logs", "nats", "valkey"):  # they hold places and secrets
            (root / private).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StackError(f"The data directory {root} cannot be used: {error}") from error
    return DataDirectory(root)


def lock(directory: DataDirectory) -> IO[str]:
    """Hold the directory for this process until the returned file is closed.

    Raises:
        DataDirectoryInUse: another process holds it.
    """
    held = (directory.root / "lock").open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.seek(0)
        holder = held.read().strip() or "unknown"
        held.close()
        raise DataDirectoryInUse(
            f"The data directory {directory.root} is in use by process {holder}. "
            "Stop that one first, or give this one another --data-dir."
        ) from error
    held.seek(0)
    held.truncate()
    held.write(str(os.getpid()))
    held.flush()
    return held


def credentials(directory: DataDirectory) -> Credentials:
    """The secrets of this data directory, made on the first call."""
    path = directory.root / "credentials.json"
    if not path.exists():
        made = Credentials(*(secrets.token_urlsafe(24) for _ in fields(Credentials)))
        write_private(path, json.dumps(asdict(made), indent=1))
    return Credentials(**json.loads(path.read_text()))


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
