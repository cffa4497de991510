"""Making accounts from the command line: demonstration accounts, administrators, any other."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.errors import UniqueViolation

from console_server.access.passwords import hash_password, matches
from console_server.errors import Conflict, Invalid, NotFound
from console_server.wire.access import Role

PASSWORD_MIN_LENGTH: Final = 10
DEMO_ACCOUNTS: Final[dict[str, tuple[str, Role]]] = {
    "admin": ("管理员", "administrator"),
    "dispatcher": ("调度员", "dispatcher"),
    "leader": ("值班长", "duty_leader"),
    "supervisor": ("督查员", "supervisor"),
    "department": ("职能组", "department"),
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
        connection.execute(
            """UPDATE accounts SET group_id = (SELECT min(group_id) FROM functional_groups)
               WHERE username = 'department' AND demo AND group_id IS NULL"""
        )


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


@dataclass(frozen=True, slots=True)
class Position:
    """What an account is: its role, the area it looks after, the group it speaks for; by code."""

    username: str
    role: Role
    display_name: str
    area_code: str | None = None
    group_code: str | None = None


def set_account(database_url: str, position: Position, password: str | None) -> bool:
    """Make an account, or change one; True when it was made. None: the password stays.

    Sessions that are open keep what they were opened with; whoever changes an account ends them.

    Raises:
        NotFound: there is no such area or group.
        Invalid: a group for another role than a department, or none for one; a short password.
    """
    _expect_fitting(position, password)
    with psycopg.connect(database_url) as connection:
        values = {
            "username": position.username.strip(),
            "display_name": position.display_name.strip() or position.username.strip(),
            "role": position.role,
            "area_id": _id_of(connection, "area", position.area_code),
            "group_id": _id_of(connection, "group", position.group_code),
            "hash": None if password is None else hash_password(password),
        }
        changed = connection.execute(
            """UPDATE accounts SET display_name = %(display_name)s, role = %(role)s,
                      area_id = %(area_id)s, group_id = %(group_id)s, disabled_at = NULL,
                      password_hash = COALESCE(%(hash)s, password_hash)
               WHERE username = %(username)s AND NOT demo""",
            values,
        )
        if not changed.rowcount:
            _insert(connection, values)
        connection.execute(
            "INSERT INTO audit_log (actor, act, body) VALUES ('command line', 'account_set',"
            " jsonb_build_object('username', %(username)s::text, 'role', %(role)s::text))",
            values,
        )
        return not changed.rowcount


def close_account(database_url: str, username: str) -> None:
    """Let nobody sign in with it any more; in files and looks its name stays.

    Raises:
        NotFound: there is no such account.
    """
    with psycopg.connect(database_url) as connection:
        closed = connection.execute(
            """UPDATE accounts SET disabled_at = COALESCE(disabled_at, now())
               WHERE username = %(username)s""",
            {"username": username},
        )
        if not closed.rowcount:
            raise NotFound("account", username)
        connection.execute(
            "INSERT INTO audit_log (actor, act, body) VALUES ('command line', 'account_closed',"
            " jsonb_build_object('username', %(username)s::text))",
            {"username": username},
        )


def account_id_of(database_url: str, username: str) -> int:
    """The number of an account.

    Raises:
        NotFound: there is no such account.
    """
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT account_id FROM accounts WHERE username = %(username)s", {"username": username}
        ).fetchone()
    if row is None:
        raise NotFound("account", username)
    return int(row[0])


def _expect_fitting(position: Position, password: str | None) -> None:
    if not position.username.strip():
        raise Invalid("The name must not be empty.")
    if (position.role == "department") != (position.group_code is not None):
        raise Invalid("A department needs the group that it speaks for; other roles have none.")
    if password is not None and len(password) < PASSWORD_MIN_LENGTH:
        raise Invalid(f"The password needs at least {PASSWORD_MIN_LENGTH} characters.")


def _insert(connection: psycopg.Connection, values: dict[str, Any]) -> None:
    if values["hash"] is None:
        raise Invalid("A new account needs a password.")
    try:
        connection.execute(
            """INSERT INTO accounts (username, display_name, password_hash, role, area_id, group_id)
               VALUES (%(username)s, %(display_name)s, %(hash)s, %(role)s, %(area_id)s,
                       %(group_id)s)""",
            values,
        )
    except UniqueViolation as error:
        raise Conflict(f"{values['username']} is an account of the demonstration.") from error


_BY_CODE: Final = {
    "area": "SELECT area_id FROM areas WHERE code = %(code)s",
    "group": "SELECT group_id FROM functional_groups WHERE code = %(code)s",
}


def _id_of(connection: psycopg.Connection, what: str, code: str | None) -> int | None:
    if code is None:
        return None
    row = connection.execute(_BY_CODE[what], {"code": code}).fetchone()
    if row is None:
        raise NotFound(what, code)
    return int(row[0])


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
