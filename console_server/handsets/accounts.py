"""The broker's accounts, kept equal to the enrolled handsets of the store.

Owns when they are brought up to date; how is `broker_access.py`. One object a server process, so
that enrolments which come together share a reload.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence

from console_server.database import Pool
from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from console_server.handsets.store import credentials_in_force
from console_server.parts import Parts
from console_server.settings import Settings
from telemetry_ingest.wire.loopback import PROBE_AREA, PROBE_HANDSET


class HandsetAccounts:
    """Brings the broker's accounts up to date with the store."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._pool = pool
        self._probe = probe_account(settings)
        self._access = (
            BrokerAccess(settings.broker_users_file, settings.broker_admin_url)
            if settings.broker_users_file and settings.broker_admin_url
            else None
        )

    @property
    def are_ours(self) -> bool:
        """Whether this server writes the broker's accounts, or somebody else does."""
        return self._access is not None

    async def bring_up_to_date(self) -> None:
        """Returns when the broker accepts exactly the handsets of the store.

        A broker that is not ours to configure is left to whoever looks after it.

        Raises:
            Unavailable: the broker does not answer.
        """
        if self._access is not None:
            await self._access.refresh(self._read)

    async def run(self, _parts: Parts) -> None:
        """Once at start: the store may come from a backup. Then there is nothing to do."""
        await self.bring_up_to_date()
        await asyncio.Event().wait()

    async def _read(self) -> Sequence[EnrolledHandset]:
        async with self._pool.connection() as connection:
            return [self._probe, *await credentials_in_force(connection)]


def probe_password(settings: Settings) -> str:
    """The password of the loopback probe: the same in every server of the installation."""
    secret = settings.mqtt_password.encode()
    return hmac.new(secret, b"gridbeat loopback probe", hashlib.sha256).hexdigest()


def probe_account(settings: Settings) -> EnrolledHandset:
    """The account under which the server sends its own fix around the loop."""
    return EnrolledHandset(
        code=PROBE_HANDSET,
        area_code=PROBE_AREA,
        kind="native",
        username=PROBE_HANDSET,
        password_hash=hash_password(probe_password(settings)),
    )
