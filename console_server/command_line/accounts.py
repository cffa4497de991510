"""Accounts of an installation from the command line: made, or given another role, area or group."""

import asyncio
import os
from typing import cast

import click
import psycopg

from console_server.command_line.speaking import Failure, say
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


def sign_out(database_url: str, valkey_url: str | None, username: str) -> None:
    """End the account's sessions, so that none keeps the rights or the password of before.

    Raises:
        Failure: the live store, which holds them, does not answer.
    """
    from console_server.access import commands

    if valkey_url is None:
        say(f"{username} keeps the open sessions: set GRIDBEAT_VALKEY_URL to end them")
        return
    asyncio.run(_end_sessions(valkey_url, commands.account_id_of(database_url, username)))
    say(f"{username} is signed out everywhere")


async def _end_sessions(valkey_url: str, account_id: int) -> None:
    from redis.exceptions import RedisError

    from console_server.access.sessions import close_all
    from console_server.cache import make_valkey

    valkey = make_valkey(valkey_url)
    try:
        await close_all(valkey, account_id)
    except RedisError as error:
        raise Failure(f"Open sessions go on: the live store does not answer: {error}") from error
    finally:
        await valkey.aclose()
