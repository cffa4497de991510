"""`gridbeat attendance`: verdicts checked against the record that they were made from."""

import asyncio
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import click

from console_server.attendance.monthly import ComparedMonth, verify_months
from console_server.attendance.verify import Compared, Finding, verify
from console_server.command_line.speaking import Failure
from console_server.database import connect
from console_server.settings import retention_days

SHOWN_MAX = 20


def verify_verdicts(database_url: str, first: date | None, last: date | None) -> None:
    """Recompute stored verdicts and compare them to the byte.

    Raises:
        Failure: one came out otherwise.
    """
    now = datetime.now(UTC)
    kept_since = now.date() - timedelta(days=retention_days(os.environ) - 1)
    begin = max(first or kept_since, kept_since)
    found, months = asyncio.run(_verify(database_url, begin, last or now.date(), now))
    counts = Counter(each.finding for each in found)
    click.echo(f"{len(found)} verdicts recomputed, {counts[Finding.SAME]} equal to the byte")
    other = [each for each in months if not each.same]
    if months:
        equal = len(months) - len(other)
        click.echo(f"{len(months)} months recomputed from their days, {equal} equal to the byte")
    for month in other[:SHOWN_MAX]:
        click.echo(f"{month.month:%Y-%m} worker {month.worker_id}: verdict_differs")
    differing = [each for each in found if each.finding is not Finding.SAME]
    for each in differing[:SHOWN_MAX]:
        click.echo(f"{each.day} worker {each.worker_id}: {each.finding}")
    if differing or other:
        count = len(differing) + len(other)
        raise Failure(f"{count} verdicts are not what the record gives now")


async def _verify(
    database_url: str, first: date, last: date, now: datetime
) -> tuple[list[Compared], list[ComparedMonth]]:
    async with await connect(database_url) as connection:
        days = [each async for each in verify(connection, first, last, now)]
        return days, await verify_months(connection, first, last)
