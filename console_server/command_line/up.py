"""`gridbeat up`: a working installation on this host, without demonstration data."""

import secrets

import click
import psycopg

from console_server.command_line.installation import Choices, Installation
from console_server.embedded.data_directory import write_private
from console_server.embedded.errors import StackError
from console_server.embedded.supervise import run_until_stopped, stopping_on_signals

ADMINISTRATOR = "admin"


def up(choices: Choices) -> None:
    """Start everything and keep it running until SIGINT or SIGTERM.

    Raises:
        StackError: a part cannot start, or the data directory is a demonstration's.
    """
    installation = Installation(choices)
    with stopping_on_signals(installation.stack.stop):
        if installation.directory.demo_marker.exists():
            raise StackError(
                f"{installation.directory.root} holds a demonstration, whose accounts everybody "
                "knows. Give another --data-dir, or run gridbeat demo on it."
            )
        addresses = installation.start_stack()
        made = _first_administrator(installation, addresses.database_owner_url)
        installation.start_roles(addresses, {})
        click.echo(f"ready: {installation.url}")
        if made:
            click.echo(
                f"log in as {ADMINISTRATOR} with password {made} "
                f"(shown once; kept in {installation.directory.administrator_file})"
            )
        click.echo(f"handsets connect to {choices.listen}:{addresses.mqtt_port} (MQTT)")
        run_until_stopped(installation.supervisor)


def _first_administrator(installation: Installation, database_url: str) -> str | None:
    """Make the administrator of a new installation; the password, None if there are accounts."""
    from console_server.access.commands import ensure_administrator

    with psycopg.connect(database_url) as connection:
        if connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is not None:
            return None
    password = secrets.token_urlsafe(12)
    ensure_administrator(database_url, ADMINISTRATOR, password)
    write_private(installation.directory.administrator_file, f"{ADMINISTRATOR}\n{password}\n")
    return password
