"""Who is let through: Origin, CSRF token, cookie, roles, passwords, throttling."""

from typing import Any

import pytest
from litestar.connection import ASGIConnection

from console_server.access.account import Account
from console_server.access.guards import requires
from console_server.access.middleware import check_csrf, check_origin
from console_server.access.passwords import hash_password, matches
from console_server.errors import Forbidden, Unauthenticated
from console_server.wire.access import Role


def account(role: Role = "dispatcher", area_id: int | None = None) -> Account:
    return Account(1, "x", "X", role, area_id, None)


def connection(user: Account | None) -> ASGIConnection[Any, Any, Any, Any]:
    scope: Any = {"type": "http", "user": user, "headers": []}
    return ASGIConnection(scope)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "grid.example"),
        ("https://grid.example", "grid.example"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("https://GRID.example", "grid.example"),
    ],
)
def test_programs_and_the_own_console_are_let_through(origin: str | None, host: str) -> None:
    check_origin(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "grid.example"),
        ("https://grid.example.evil.example", "grid.example"),
        ("https://grid.example:8443", "grid.example"),
        ("null", "grid.example"),
    ],
)
def test_other_sites_are_refused(origin: str, host: str) -> None:
    with pytest.raises(Forbidden):
        check_origin(origin, host)


@pytest.mark.parametrize("given", [None, "", "tok", "tokens", "TOKEN", "令牌"])
def test_only_the_right_token_passes(given: str | None) -> None:
    check_csrf("token", "token")
    with pytest.raises(Forbidden):
        check_csrf("token", given)


def test_an_administrator_passes_every_guard_and_others_only_theirs() -> None:
    guard: Any = requires("supervisor")
    guard(connection(account("administrator")), None)
    guard(connection(account("supervisor")), None)
    with pytest.raises(Forbidden):
        guard(connection(account("dispatcher")), None)
    with pytest.raises(Unauthenticated):
        guard(connection(None), None)


def test_a_password_matches_its_hash_and_nothing_matches_nobody() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert matches(stored, "correct horse")
    assert not matches(stored, "wrong horse")
    assert not matches(None, "correct horse")
    assert not matches("damaged", "correct horse")
