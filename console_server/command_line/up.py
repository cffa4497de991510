"""`gridbeat up`: a working installation on this host, without demonstration data."""

import click

from console_server.command_line.administrator import first_administrator
from console_server.command_line.installation import Choices, Installation, address_for_phones
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
        made = first_administrator(addresses.database_owner_url, ADMINISTRATOR)
        if made:
            kept = installation.directory.administrator_file
            write_private(kept, f"{ADMINISTRATOR}\n{made}\n")
        installation.start_roles(addresses, {})
        click.echo(f"ready: {installation.url}")
        if made:
            click.echo(
                f"log in as {ADMINISTRATOR} with password {made} "
                f"(shown once; kept in {installation.directory.administrator_file})"
            )
        phones = address_for_phones(choices.listen)
        click.echo(f"handsets connect to {phones}:{addresses.mqtt_port} (MQTT)")
        run_until_stopped(installation.supervisor)
