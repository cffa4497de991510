"""Accounts in the store."""

from dataclasses import dataclass

from psycopg.rows import class_row

from console_server.access.account import Account
from console_server.database import Connection
from console_server.wire.access import Role


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account with the hash of its password."""

    account_id: int
    username: str
    display_name: str
    role: Role
    area_id: int | None
    area_code: str | None
    password_hash: str
    group_code: str | None = None

    def without_secret(self) -> Account:
        """The account as the rest of the server sees it."""
        return Account(
            self.account_id,
            self.username,
            self.display_name,
            self.role,
            self.area_id,
            self.area_code,
            group_code=self.group_code,
        )


async def find_account(connection: Connection, username: str) -> StoredAccount | None:
    """The account of this name, unless it is disabled."""
    async with connection.cursor(row_factory=class_row(StoredAccount)) as cursor:
        await cursor.execute(
            "SELECT account_id, username, display_name, role, accounts.area_id,"
            " areas.code AS area_code, password_hash, functional_groups.code AS group_code"
            " FROM accounts LEFT JOIN areas USING (area_id)"
            " LEFT JOIN functional_groups USING (group_id)"
            " WHERE username = %(username)s AND disabled_at IS NULL",
            {"username": username},
        )
        return await cursor.fetchone()
