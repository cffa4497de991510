"""`gridbeat retention`: what is too old to be kept goes now, or is only counted."""

import asyncio
import os
from collections.abc import Sequence

from console_server.database import Connection
from console_server.parts import utc_now
from console_server.retention import (
    Periods,
    Removed,
    forget,
    forget_of_cases,
    forget_silences,
)
from console_server.settings import CasePeriods, case_periods, retention_days


def retention(database_url: str, *, only_count: bool) -> str:
    """The report as a table.

    Raises:
        SettingsError: GRIDBEAT_RETENTION_DAYS, or another period, is wrong.
        psycopg.OperationalError: the database does not answer.
    """
    days, of_cases = retention_days(os.environ), case_periods(os.environ)
    report = asyncio.run(_forget(database_url, days, of_cases, only_count))
    return in_words(report, days, only_count)


def in_words(report: Sequence[Removed], days: int, only_count: bool) -> str:  # noqa: FBT001  # a flag's value
    """A line for each kind, under a heading that says how long it is kept."""
    kept = Periods.of(days)
    heading = (
        f"positions are kept for {kept.positions.days} days, dead letters for "
        f"{kept.rejected.days}, messages dealt with for {kept.handled.days}, "
        f"the audit for {kept.audit.days}"
    )
    lines = [heading]
    verb = "would go" if only_count else "removed"
    for one in report:
        chunks = f" ({one.chunks} whole chunks)" if one.chunks else ""
        lines.append(f"{one.what:<16}{one.removed:>14,} {verb}{chunks}")
    return "\n".join(lines)


async def _forget(
    database_url: str,
    days: int,
    of_cases: CasePeriods,
    only_count: bool,  # noqa: FBT001  # idem
) -> list[Removed]:
    now = utc_now()
    async with await Connection.connect(database_url) as connection:
        report = await forget(connection, days, now, only_count=only_count)
        report += await forget_of_cases(connection, of_cases, now, only_count=only_count)
        return report + await forget_silences(connection, days, now, only_count=only_count)
