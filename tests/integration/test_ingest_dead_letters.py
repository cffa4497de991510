"""A refusal is kept once, whatever the broker delivers again."""

import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from telemetry_ingest import dead_letters
from telemetry_ingest.fix import Reason
from telemetry_ingest.message import Reject

NOW_US = 1_795_287_600_000_000
FUTURE = Reject(Reason.FUTURE, NOW_US, 7, "gb/1/a/h/fix", NOW_US + 1, payload=b"{}")
PLACELESS = Reject(Reason.OFF_DUTY, NOW_US, 7, "gb/1/a/h/fix", NOW_US + 2)


@pytest.fixture
def connection(timescale_database: Any) -> Any:
    with psycopg.connect(timescale_database.ingest_url, autocommit=True) as opened:
        opened.execute("DELETE FROM rejected_fixes")
        yield opened


def kept(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM rejected_fixes").fetchone()
    return int(row[0]) if row else 0


def of_now(*rejects: Reject) -> list[Reject]:
    return [replace(reject, received_us=int(time.time() * 1e6)) for reject in rejects]


def test_what_the_broker_brings_again_is_kept_once(connection: psycopg.Connection) -> None:
    for _ in range(3):
        again = [replace(r, again=True) for r in of_now(FUTURE, PLACELESS, FUTURE)]
        dead_letters.write(connection, again)
    assert kept(connection) == 2


def test_both_copies_of_one_message_in_one_batch_make_one_letter(
    connection: psycopg.Connection,
) -> None:
    (first,) = of_now(PLACELESS)
    dead_letters.write(connection, [first, replace(first, again=True)])
    assert kept(connection) == 1


def test_the_same_nonsense_sent_twice_makes_two_letters(connection: psycopg.Connection) -> None:
    dead_letters.write(connection, of_now(FUTURE))
    dead_letters.write(connection, of_now(FUTURE))
    assert kept(connection) == 2


def test_what_differs_in_anything_but_its_arrival_is_another_letter(
    connection: psycopg.Connection,
) -> None:
    dead_letters.write(connection, of_now(FUTURE))
    others = [
        replace(FUTURE, reason=Reason.TOO_OLD),
        replace(FUTURE, handset=8),
        replace(FUTURE, topic=None),
        replace(FUTURE, at_us=None),
        replace(FUTURE, payload=None),
    ]
    dead_letters.write(connection, [replace(each, again=True) for each in of_now(*others)])
    assert kept(connection) == 6
