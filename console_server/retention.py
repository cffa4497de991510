"""Tracks are kept for as long as an appeal may need them, and not a day longer.

Owns how long what is kept, when it goes, and the report of what went; how it goes on each edition
is the function `forget_expired` of the schema. Verdicts and case files stay.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import structlog
from prometheus_client import Counter, Gauge
from psycopg.rows import class_row

from console_server.alerts.commands import forget_alerts
from console_server.database import Connection
from console_server.parts import Parts
from console_server.photos.commands import forget_photos
from console_server.residents.commands import forget_contacts
from console_server.settings import CasePeriods

EVERY_S: Final = 6 * 3600
REJECTED_DAYS: Final = 30  # dead letters: long enough to see what a handset does wrong
HANDLED_DAYS: Final = 14  # messages that were dealt with; a handset may repeat them for days
AUDIT_MIN_DAYS: Final = 3 * 365  # who looked, who did: longer than any complaint may take
LAST_RUN = Gauge("gridbeat_retention_last_run_seconds", "When old tracks were last dropped, Unix s")
REMOVED = Counter("gridbeat_retention_removed", "Rows removed because they were too old", ["what"])
FORGET: Final = """
    SELECT what, removed, chunks
    FROM forget_expired(%(positions)s, %(rejected)s, %(audit)s, %(handled)s, %(only_count)s)
"""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows of one table that went, or would go; `chunks` were dropped whole."""

    what: str
    removed: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each kind is kept, by the one setting for positions."""

    positions: timedelta
    rejected: timedelta
    audit: timedelta
    handled: timedelta

    @classmethod
    def of(cls, retention_days: int) -> Self:
        """Nothing that speaks of a place outlives the positions."""
        return cls(
            positions=timedelta(days=retention_days),
            rejected=timedelta(days=min(REJECTED_DAYS, retention_days)),
            audit=timedelta(days=max(AUDIT_MIN_DAYS, retention_days)),
            handled=timedelta(days=min(HANDLED_DAYS, retention_days)),
        )


async def forget(
    connection: Connection, retention_days: int, now: datetime, *, only_count: bool = False
) -> list[Removed]:
    """Forget what is too old, and say what; doing it twice does no harm."""
    kept = Periods.of(retention_days)
    async with connection.cursor(row_factory=class_row(Removed)) as cursor:
        await cursor.execute(
            FORGET,
            {
                "positions": now - kept.positions,
                "rejected": now - kept.rejected,
                "audit": now - kept.audit,
                "handled": now - kept.handled,
                "only_count": only_count,
            },
        )
        return await cursor.fetchall()


async def forget_of_cases(
    connection: Connection, kept: CasePeriods, now: datetime, *, only_count: bool = False
) -> list[Removed]:
    """Forget what belongs to cases that closed long ago; the case files themselves stay."""
    photos_for, contacts_for = timedelta(days=kept.photos), timedelta(days=kept.contacts)
    photos = await forget_photos(connection, photos_for, now, only_count=only_count)
    contacts = await forget_contacts(connection, contacts_for, now, only_count=only_count)
    return [Removed("photos", photos, 0), Removed("contacts", contacts, 0)]


async def forget_silences(
    connection: Connection, retention_days: int, now: datetime, *, only_count: bool = False
) -> list[Removed]:
    """Forget alerts as long as positions are forgotten: they say where a worker was not heard."""
    keep = timedelta(days=retention_days)
    return [Removed("alerts", await forget_alerts(connection, keep, now, only_count=only_count), 0)]


async def run(parts: Parts) -> None:
    """Forget what is too old, now and every few hours."""
    while True:
        now = parts.clock()
        async with parts.pool.connection() as connection:
            report = await forget(connection, parts.settings.retention_days, now)
            report += await forget_of_cases(connection, parts.settings.case_periods, now)
            report += await forget_silences(connection, parts.settings.retention_days, now)
        for one in report:
            REMOVED.labels(one.what).inc(one.removed)
        if gone := {one.what: one.removed for one in report if one.removed}:
            _log.info("forgotten", **gone)
        LAST_RUN.set(now.timestamp())
        await asyncio.sleep(EVERY_S)
