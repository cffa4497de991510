"""Enrolling a handset and revoking it; both are in force at the broker when they return."""

from dataclasses import dataclass
from datetime import datetime

from console_server.access.account import Account
from console_server.access.audit import record_act
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.errors import NotFound, Unavailable
from console_server.handsets.accounts import HandsetAccounts
from console_server.handsets.broker_access import EnrolledHandset, hash_password
from console_server.handsets.enrolment import new_code, new_password
from console_server.handsets.store import (
    HandsetKind,
    HandsetRow,
    insert_handset,
    list_handsets,
    mark_revoked,
)
from console_server.workers.commands import find_worker
from telemetry_ingest.wire.osmand import token_digest


@dataclass(frozen=True, slots=True)
class Enroller:
    """What enrolment works with, for one request."""

    pool: Pool
    accounts: HandsetAccounts
    areas: AreaTree
    account: Account
    now: datetime

    async def enrol(self, worker_id: int, kind: HandsetKind) -> tuple[EnrolledHandset, str]:
        """Enrol a handset for a worker: the handset and its password, in force by now.

        Raises:
            NotFound: no such worker among those the account sees.
            Unavailable: the broker does not take it; nothing is enrolled then.
        """
        code, password = new_code(), new_password()
        async with self.pool.connection() as connection:
            worker = await find_worker(connection, self.areas, self.account, worker_id)
            handset = EnrolledHandset(code, worker.area_code, kind, code, hash_password(password))
            token = token_digest(password) if kind == "traccar" else None
            await insert_handset(connection, worker_id, handset, self.now, token)
            await record_act(
                connection,
                self.account.username,
                "handset_enrolled",
                {"handset": code, "worker": worker.code, "kind": kind},
            )
        if kind == "traccar":
            return handset, password
        try:
            await self.accounts.bring_up_to_date()
        except Unavailable:
            async with self.pool.connection() as connection:
                await mark_revoked(connection, code, self.now)
            raise
        return handset, password

    async def revoke(self, code: str) -> HandsetRow:
        """Revoke a handset; doing it again does no harm.

        Raises:
            NotFound: no such handset among those the account sees.
            Unavailable: the broker does not answer; it will refuse the handset when it does.
        """
        async with self.pool.connection() as connection:
            found = await list_handsets(connection, self.areas.visible(self.account), code=code)
            if not found:
                raise NotFound("handset", code)
            if found[0].revoked_at is None:
                await mark_revoked(connection, code, self.now)
                await record_act(
                    connection, self.account.username, "handset_revoked", {"handset": code}
                )
        await self.accounts.bring_up_to_date()
        return found[0]
