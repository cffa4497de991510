"""The embedded stack alone, for tests by hand: `python -m console_server.embedded --data-dir D`.

Writes `server.env`, `ingest.env` and `owner.env` into the data directory: the variables that
each role is started with.
"""

import argparse
import shlex
from pathlib import Path

import click

from console_server.embedded.addresses import StackAddresses
from console_server.embedded.data_directory import DataDirectory, write_private
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import EmbeddedStack, StackOptions
from console_server.embedded.supervise import (
    LONGEST_DELAY_S,
    Supervisor,
    run_until_stopped,
    stopping_on_signals,
)


def write_environments(directory: DataDirectory, addresses: StackAddresses) -> None:
    """The variables of each role as files that a shell can read."""
    roles = {
        "server": addresses.server_environment(),
        "ingest": addresses.ingest_environment(),
        "owner": addresses.owner_environment(),
    }
    for role, variables in roles.items():
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
        write_private(directory.root / f"{role}.env", "".join(lines))


def main() -> None:
    """Run the stack until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m console_server.embedded")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--mqtt-port", type=int, default=0)
    parser.add_argument("--postgres", type=Edition, default=Edition.AUTO)
    parser.add_argument("--longest-delay-s", type=float, default=LONGEST_DELAY_S)
    asked = parser.parse_args()
    supervisor = Supervisor(longest_delay_s=asked.longest_delay_s)
    options = StackOptions(mqtt_port=asked.mqtt_port, edition=asked.postgres)
    stack = EmbeddedStack(asked.data_dir, options, supervisor, click.echo)
    with stopping_on_signals(stack.stop):
        write_environments(stack.directory, stack.start())
        click.echo(f"running; variables of each role in {stack.directory.root}/*.env")
        run_until_stopped(supervisor)


if __name__ == "__main__":
    main()
