"""Tracks are kept for as long as an appeal may need them, and not a day longer.

Owns when; what goes, and how on each edition, is the function `forget_before` of the schema.
"""

import asyncio
from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from console_server.parts import Parts
from console_server.schema.edition import POSITIONS_KEPT_DAYS, REJECTED_KEPT_DAYS

POSITIONS_KEPT: Final = timedelta(days=POSITIONS_KEPT_DAYS)
REJECTED_KEPT: Final = timedelta(days=REJECTED_KEPT_DAYS)
EVERY_S: Final = 6 * 3600
LAST_RUN = Gauge("gridbeat_retention_last_run_seconds", "When old tracks were last dropped, Unix s")


async def run(parts: Parts) -> None:
    """Forget what is too old, now and every few hours; doing it twice does no harm."""
    while True:
        now = parts.clock()
        async with parts.pool.connection() as connection:
            await connection.execute(
                "SELECT forget_before(%(positions)s, %(rejected)s)",
                {"positions": now - POSITIONS_KEPT, "rejected": now - REJECTED_KEPT},
            )
        LAST_RUN.set(now.timestamp())
        await asyncio.sleep(EVERY_S)
