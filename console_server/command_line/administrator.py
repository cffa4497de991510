"""The first administrator of an installation: made once, with a random password.

Whoever installs learns the password from the command that made it; it is kept nowhere else but
where that command says.
"""

import os
import secrets

import psycopg


def first_administrator(database_url: str, username: str) -> str | None:
    """Make an administrator if there are no accounts; the password, None if there are some.

    GRIDBEAT_ADMINISTRATOR_PASSWORD, where it is set, is the password.
    """
    from console_server.access.commands import ensure_administrator

    with psycopg.connect(database_url) as connection:
        if connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is not None:
            return None
    password = os.environ.get("GRIDBEAT_ADMINISTRATOR_PASSWORD") or secrets.token_urlsafe(12)
    ensure_administrator(database_url, username, password)
    return password
