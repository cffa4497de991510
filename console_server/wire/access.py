"""Errors, sessions, and what a console needs before anybody signs in."""

from typing import Literal

import msgspec

from console_server.wire.base import Body


class Problem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`application/problem+json` (RFC 9457). `code` is stable; `errors` names fields or rows."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    errors: tuple[str, ...] = ()


class SignIn(Body, frozen=True):
    """POST /api/session."""

    username: str
    password: str


Role = Literal[
    "administrator", "dispatcher", "supervisor", "duty_leader", "department", "wall", "worker"
]


class Session(Body, frozen=True):
    """Who is signed in. `csrf_token` goes back in the header `X-CSRF-Token` of every command."""

    username: str
    display_name: str
    role: Role
    area_code: str | None
    csrf_token: str
    group_code: str | None = None  # of a department: the group that it speaks for


class Installation(Body, frozen=True):
    """GET /api/installation, public: what a console needs before anybody signs in."""

    pack_code: str
    pack_name: str
    time_zone: str
    tile_url: str | None
    tile_datum: Literal["wgs84", "gcj02", "bd09"]
    demo: bool
    version: str
