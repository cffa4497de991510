"""Must-visit places that those of a grid share: whoever went, the grid's call is done."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from console_server.attendance.monthly import judge_due_months, month_now, verify_months
from console_server.attendance.outcome import Outcome
from console_server.database import Connection
from console_server.packs.pack import RulePack, load_pack, parse_pack
from console_server.packs.store import ensure_pack

OCTOBER = date(2026, 10, 1)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
SHIPPED = load_pack("jinshui")
PLACES = """
    INSERT INTO areas (code, name, kind, lineage) VALUES ('g', 'g', 'grid', '{1}'),
        ('h', 'h', 'grid', '{2}');
    INSERT INTO workers (code, name, kind, area_id) VALUES ('w1', '王一', 'full_time', 1),
        ('w2', '王二', 'full_time', 1), ('w3', '王三', 'full_time', 2);
    INSERT INTO worker_grids (worker_id, area_id) VALUES (1, 1), (2, 1), (3, 2);
"""
DAY = """
    INSERT INTO attendance_days (worker_id, day, computed_at, pack_code, pack_version, input_hash,
                                 body, final, settles_at, summary)
    VALUES (%(worker)s, %(day)s, %(at)s, %(code)s, %(version)s, %(day)s::text, %(body)s, true,
            %(at)s, '{}')
    ON CONFLICT (worker_id, day) DO UPDATE SET body = excluded.body,
        computed_at = excluded.computed_at, input_hash = excluded.input_hash || '*'
"""


def pack(*, shared: bool) -> RulePack:
    switch = f"shared = {str(shared).lower()}"
    text = SHIPPED.text.replace("shared = false", switch)
    return parse_pack(text.replace(SHIPPED.version, f"{SHIPPED.version}-{shared}"))


def october(database: Any, rules: RulePack, worker: int, number: int, outcome: Outcome) -> None:
    """What a day says of the one place of the list."""
    met = outcome is Outcome.MET
    call = {
        "list_code": "bifang", "place_id": 1, "fixes": 3 * met, "from_us": 10 * met,
        "to_us": 20 * met, "outcome": outcome.value,
    }  # fmt: skip
    values = {
        "worker": worker,
        "day": OCTOBER + timedelta(days=number),
        "at": datetime.now(UTC),
        "code": rules.code,
        "version": rules.version,
        "body": json.dumps({"calls": [call]}),
    }
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(DAY, values)


@pytest.fixture
async def store(timescale_database: Any) -> AsyncIterator[Connection]:
    with psycopg.connect(timescale_database.owner_url) as owner:
        owner.execute(
            "TRUNCATE areas, workers, worker_grids, attendance_days, attendance_months,"
            " attendance_month_changes RESTART IDENTITY CASCADE"
        )
        owner.execute(PLACES)
    async with await Connection.connect(timescale_database.server_url) as connection:
        for shared in (True, False):
            await ensure_pack(connection, pack(shared=shared))
        await connection.commit()
        yield connection


@pytest.mark.parametrize(("shared", "expected"), [(True, Outcome.MET), (False, Outcome.NOT_MET)])
async def test_the_pack_says_whether_a_colleague_s_visit_counts(
    timescale_database: Any, store: Connection, *, shared: bool, expected: Outcome
) -> None:
    rules = pack(shared=shared)
    for number in range(6):
        for worker in (1, 3):
            october(timescale_database, rules, worker, number, Outcome.NOT_MET)
        met = Outcome.MET if number == 4 else Outcome.NOT_MET
        october(timescale_database, rules, 2, number, met)
    assert await judge_due_months(store, rules, NOW) == 3
    found = [await month_now(store, rules, worker, OCTOBER) for worker in (1, 2, 3)]
    assert [each.rules[0].outcome for each in found] == [expected, Outcome.MET, Outcome.NOT_MET]
    by = [visit.by for visit in found[0].places[0].visits]
    assert by == ([2] if shared else [])
    assert await judge_due_months(store, rules, NOW) == 0
    assert all(each.same for each in await verify_months(store, OCTOBER, OCTOBER))


async def test_a_colleague_s_late_record_has_the_final_month_judged_anew(
    timescale_database: Any, store: Connection
) -> None:
    rules = pack(shared=True)
    for number in range(6):
        for worker in (1, 2, 3):
            october(timescale_database, rules, worker, number, Outcome.NOT_MET)
    await judge_due_months(store, rules, NOW)
    await store.commit()
    october(timescale_database, rules, 2, 0, Outcome.MET)
    assert await judge_due_months(store, rules, NOW) == 2
    assert (await month_now(store, rules, 1, OCTOBER)).rules[0].outcome is Outcome.MET
    cursor = await store.execute("SELECT worker_id FROM attendance_month_changes ORDER BY 1")
    assert await cursor.fetchall() == [(1,), (2,)]
    assert all(each.same for each in await verify_months(store, OCTOBER, OCTOBER))
