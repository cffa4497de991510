"""Which roles a route is for. Areas are not decided here: every query filters by subtree."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from console_server.access.account import Account
from console_server.errors import Forbidden, Unauthenticated
from console_server.wire.access import Role


def requires(*roles: Role) -> Guard:
    """A guard that lets these roles pass. An administrator always does."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        account = connection.scope.get("user")
        if not isinstance(account, Account):
            raise Unauthenticated("Nobody is signed in.")
        if account.role != "administrator" and account.role not in roles:
            raise Forbidden(f"The role {account.role} does not allow this.")

    return guard
