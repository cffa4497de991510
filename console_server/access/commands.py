"""Making accounts from the command line: demonstration accounts and administrators."""

from typing import Final

import psycopg

from console_server.access.passwords import hash_password, matches
from console_server.errors import Conflict, Invalid
from console_server.wire.access import Role

PASSWORD_MIN_LENGTH: Final = 10
DEMO_ACCOUNTS: Final[dict[str, tuple[str, Role]]] = {
    "admin": ("管理员", "administrator"),
    "dispatcher": ("调度员", "dispatcher"),
    "supervisor": ("督查员", "supervisor"),
    "wall": ("指挥大屏", "wall"),
}


def ensure_demo_accounts(database_url: str, password: str) -> None:
    """The accounts of a demonstration, with this password; calling it again changes nothing.

    Raises:
        Conflict: one of the names belongs to a real account.
    """
    with psycopg.connect(database_url) as connection:
        for username, (display_name, role) in DEMO_ACCOUNTS.items():
            _ensure(connection, username, display_name, role, password, demo=True)


def ensure_administrator(database_url: str, username: str, password: str) -> None:
    """An administrator of the whole installation with this password.

    Raises:
        Conflict: the name belongs to an account with another role.
        Invalid: the password is too short or the name is empty.
    """
    if len(password) < PASSWORD_MIN_LENGTH:
        raise Invalid(f"The password needs at least {PASSWORD_MIN_LENGTH} characters.")
    if not username.strip():
        raise Invalid("The name must not be empty.")
    with psycopg.connect(database_url) as connection:
        _ensure(connection, username.strip(), username.strip(), "administrator", password)


def _ensure(  # noqa: PLR0913 - the columns of an account
    connection: psycopg.Connection,
    username: str,
    display_name: str,
    role: Role,
    password: str,
    *,
    demo: bool = False,
) -> None:
    row = connection.execute(
        "SELECT role, demo, password_hash FROM accounts WHERE username = %(username)s FOR UPDATE",
        {"username": username},
    ).fetchone()
    if row is not None and row[:2] != (role, demo):
        raise Conflict(f"There is an account {username} of another kind.")
    if row is not None and matches(row[2], password):
        return
    connection.execute(
        "INSERT INTO accounts (username, display_name, password_hash, role, demo)"
        " VALUES (%(username)s, %(display_name)s, %(hash)s, %(role)s, %(demo)s)"
        " ON CONFLICT (username) DO UPDATE SET password_hash = excluded.password_hash",
        {
            "username": username,
            "display_name": display_name,
            "hash": hash_password(password),
            "role": role,
            "demo": demo,
        },
    )
    connection.execute(
        "INSERT INTO audit_log (actor, act, body) VALUES ('command line',"
        " 'account_password_set', jsonb_build_object('username', %(username)s::text))",
        {"username": username},
    )
