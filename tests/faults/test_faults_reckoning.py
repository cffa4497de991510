"""The comparison itself: a harness that cannot find a loss proves nothing."""

from typing import Any

import psycopg
import pytest

from simulators.faults.book import STORED, Book, FixKey
from simulators.faults.reckoning import reckon

AT_MS = 1_795_287_600_123
ENROL = """
    WITH area AS (
        INSERT INTO areas (code, name, kind, lineage) VALUES ('s', 's', 'subdistrict', '{1}')
        ON CONFLICT (code) DO UPDATE SET name = 's' RETURNING area_id),
    worker AS (
        INSERT INTO workers (code, name, kind, area_id)
        SELECT 'w', 'w', 'full_time', area_id FROM area
        ON CONFLICT (code) DO UPDATE SET name = 'w' RETURNING worker_id)
    INSERT INTO handsets (code, worker_id, kind, area_code, username, password_hash)
    SELECT 'h', worker_id, 'native', 's', 'h', '-' FROM worker
    ON CONFLICT (code) DO UPDATE SET username = 'h' RETURNING handset_id, worker_id
"""
STORE = """
    INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat)
    VALUES (%(worker)s, to_timestamp(%(ms)s / 1000.0), %(handset)s, now(), 118, 32)
"""
REFUSE = """
    INSERT INTO rejected_fixes (received_at, reason, handset_id, fixed_at, payload)
    VALUES (now(), %(reason)s, %(handset)s, to_timestamp(%(ms)s / 1000.0), %(payload)s)
"""


class Kept:
    """What the store of the test holds."""

    def __init__(self, database_url: str) -> None:
        self.url = database_url
        with psycopg.connect(database_url) as connection:
            for table in ("positions", "rejected_fixes", "handset_inbox"):
                connection.execute(f"DELETE FROM {table}")  # type: ignore[arg-type]  # noqa: S608
            self.handset, self.worker = connection.execute(ENROL).fetchone() or (0, 0)

    def store(self, ms: int) -> None:
        self._run(STORE, {"ms": ms})

    def refuse(self, reason: str, ms: int | None, payload: bytes | None = None) -> None:
        self._run(REFUSE, {"ms": ms, "reason": reason, "payload": payload})

    def _run(self, statement: Any, values: dict[str, object]) -> None:
        with psycopg.connect(self.url) as connection:
            known = {"worker": self.worker, "handset": self.handset}
            connection.execute(statement, known | values)


@pytest.fixture
def kept(timescale_database: Any) -> Kept:
    return Kept(timescale_database.owner_url)


def acknowledged(*times_ms: int, fate: str = STORED) -> Book:
    keys = [FixKey("h", ms) for ms in times_ms]
    return Book(fixes=dict.fromkeys(keys, fate), acked_fixes=set(keys))


def test_what_is_stored_once_is_clean(kept: Kept) -> None:
    kept.store(AT_MS)
    found = reckon(acknowledged(AT_MS), kept.url)
    assert found.is_clean
    assert found.stored == 1


def test_a_fix_that_is_not_there_is_lost(kept: Kept) -> None:
    found = reckon(acknowledged(AT_MS), kept.url)
    assert (found.lost, found.is_settled) == (1, False)


def test_a_fix_that_nobody_sent_is_invented(kept: Kept) -> None:
    kept.store(AT_MS)
    kept.store(AT_MS + 1)
    found = reckon(acknowledged(AT_MS), kept.url)
    assert (found.invented, found.is_clean) == (1, False)


def test_a_refusal_must_be_kept_and_for_the_right_reason(kept: Kept) -> None:
    kept.refuse("future", AT_MS)
    assert reckon(acknowledged(AT_MS, fate="future"), kept.url).is_clean
    other = reckon(acknowledged(AT_MS, fate="null_island"), kept.url)
    assert (other.rejects_lost, other.rejects_unexplained, other.is_clean) == (1, 1, False)


def test_a_message_without_fixes_is_known_by_its_mark(kept: Kept) -> None:
    kept.refuse("malformed", None, b'{"mark":"h-1","fixes":[{"at":')
    book = Book(marks={"h-1": "malformed"}, acked_marks={"h-1"})
    assert reckon(book, kept.url).is_clean


def test_a_call_for_help_that_did_not_arrive_is_lost(kept: Kept) -> None:
    book = Book(calls={"h-duress-1": "duress"}, acked_calls={"h-duress-1"})
    assert (reckon(book, kept.url).calls_lost, reckon(book, kept.url).is_clean) == (1, False)
