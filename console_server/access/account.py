"""An account as the rest of the server sees it: who acts, in which role, within which area."""

from dataclasses import dataclass, field
from typing import Any

from litestar import Request

from console_server.wire.access import Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in. `area_id` None: sees the whole installation."""

    account_id: int
    username: str
    display_name: str
    role: Role
    area_id: int | None
    area_code: str | None
    group_code: str | None = field(default=None, kw_only=True)  # that a department speaks for


AccountRequest = Request[Account, Any, Any]
