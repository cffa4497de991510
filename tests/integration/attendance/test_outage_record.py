"""Failures of the system itself: on record whatever failed, and found out after a time off."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from console_server.database import make_pool
from console_server.health.outages import OutageRecord
from console_server.wire.live import Health

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WELL = Health(ready=True, parts={"store": "ok", "broker": "ok"}, loopback_s=0.01)
STORE_AWAY = Health(ready=False, parts={"store": "failing", "broker": "ok"}, loopback_s=None)


@pytest.fixture(scope="module")
def outages(timescale_database: Any) -> Any:
    """Feeds answers a few seconds apart to a new record, and tells what was written down."""
    url = timescale_database.owner_url

    def feed(
        *told: tuple[Health, float], fresh: bool = False
    ) -> list[tuple[datetime, datetime, list[str]]]:
        if fresh:
            with psycopg.connect(url) as connection:
                connection.execute("DELETE FROM last_well")
        asyncio.run(_feed(timescale_database.server_url, told))
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT started_at, ended_at, parts FROM outages ORDER BY outage_id"
            ).fetchall()
            connection.execute("DELETE FROM outages")
        return rows

    return feed


async def _feed(url: str, told: Any) -> None:
    record = OutageRecord()
    async with make_pool(url) as pool:
        for answer, at_s in told:
            await record.note(pool, answer, NOW + timedelta(seconds=at_s))


def seconds(at: datetime) -> float:
    return (at - NOW).total_seconds()


def test_failure_lasts_from_the_last_good_answer_to_the_next(outages: Any) -> None:
    found = outages((WELL, 0), (WELL, 5), (STORE_AWAY, 10), (STORE_AWAY, 300), (WELL, 305))
    assert [(seconds(a), seconds(b), parts) for a, b, parts in found] == [(5, 305, ["store"])]


def test_a_hiccup_is_no_outage(outages: Any) -> None:
    assert outages((WELL, 400), (STORE_AWAY, 405), (WELL, 410), fresh=True) == []


def test_time_in_which_nothing_ran_is_found_at_the_next_start(outages: Any) -> None:
    outages((WELL, 1000), fresh=True)
    found = outages((STORE_AWAY, 4600), (WELL, 4605))
    assert [(seconds(a), seconds(b), parts) for a, b, parts in found] == [(1000, 4605, ["all"])]
