"""Accounts of an installation from the command line: made, or given another role, area or group."""

import os
from typing import cast

import click
import psycopg

from console_server.wire.access import Role


def exists(database_url: str, username: str) -> bool:
    """Whether there is an account of this name."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT FROM accounts WHERE username = %(username)s", {"username": username}
        )
        return found.fetchone() is not None


def asked_password() -> str:
    """GRIDBEAT_ACCOUNT_PASSWORD where it is set, else what is typed twice."""
    given = os.environ.get("GRIDBEAT_ACCOUNT_PASSWORD")
    return given or str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def set_account(  # noqa: PLR0913, PLR0917 - what an account is
    database_url: str,
    username: str,
    role: str,
    name: str,
    area: str | None,
    group: str | None,
    password: str | None,
) -> bool:
    """Make or change the account; True when it was made."""
    from console_server.access import commands

    position = commands.Position(username, cast("Role", role), name, area, group)
    return commands.set_account(database_url, position, password)
