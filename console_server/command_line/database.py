"""Which database a command works on: the configured one, or that of a running installation."""

import os
from pathlib import Path

from console_server.embedded.addresses import StackAddresses, read_addresses
from console_server.embedded.data_directory import DataDirectory
from console_server.embedded.errors import StackError

UP_FOLDER = Path("var/gridbeat")
DEMO_FOLDER = Path("var/demo")


def running_directory(data_dir: Path | None) -> tuple[DataDirectory, StackAddresses] | None:
    """The named data directory if a stack runs on it; unnamed, the first usual one that has one."""
    for folder in [data_dir] if data_dir else [UP_FOLDER, DEMO_FOLDER]:
        directory = DataDirectory(folder.expanduser().absolute())
        addresses = read_addresses(directory)
        if addresses is not None:
            return directory, addresses
    return None


def owner_url(data_dir: Path | None) -> str:
    """Address of the role that owns the tables.

    Raises:
        StackError: nothing is configured and nothing runs.
    """
    configured = os.environ.get("GRIDBEAT_DATABASE_URL")
    if configured and data_dir is None:
        return configured
    found = running_directory(data_dir)
    if found is None:
        raise StackError(
            "There is no database to work on. Set GRIDBEAT_DATABASE_URL, or start gridbeat up and "
            "name its --data-dir here."
        )
    return found[1].database_owner_url


def live_store_url(data_dir: Path | None) -> str | None:
    """Address of the live store, through which running servers hear of a change at once."""
    configured = os.environ.get("GRIDBEAT_VALKEY_URL")
    if configured and data_dir is None:
        return configured
    found = running_directory(data_dir)
    return found[1].valkey_url if found else None
