"""Whatever dies while traffic runs: no acknowledged fix is lost, none is stored twice."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ingest_rig import CENTRE, District, Handset, eventually, found

ENDS_WITHIN_S = 30.0  # three on a machine of its own; Docker kills after ten
REDELIVERED_WITHIN_S = 120.0  # the broker gives back what was in flight after its ack_wait


@pytest.fixture
def district(timescale_database: Any, tmp_path: Path) -> District:
    return found(timescale_database, tmp_path)


@pytest.fixture
def handset(district: District) -> Iterator[Handset]:
    made = district.enrol().connect()
    yield made
    made.close()


def times_of(district: District) -> set[tuple[int, int]]:
    rows = district.rows(
        "SELECT handset_id, (extract(epoch FROM fixed_at) * 1000)::bigint FROM positions"
    )
    assert len(rows) == len(set(rows))
    return set(rows)


def traffic(handset: Handset, began_ms: int, stop: threading.Event, on_duty: set[int]) -> None:
    """A fix every 20 ms of handset time; off duty for a while, and on again, over and over."""
    step = 0
    while not stop.wait(0.02):
        at_ms = began_ms + step * 20
        if step % 100 == 0:
            handset.send("status", {"at": at_ms / 1000, "duty": True}, wait=False)
        if step % 100 == 70:
            handset.send("status", {"at": at_ms / 1000, "duty": False}, wait=False)
        if step % 100 < 70:
            on_duty.add(at_ms)
        fix = {"at": at_ms / 1000, "lon": CENTRE[0], "lat": CENTRE[1]}
        handset.send("fix", {"fixes": [fix]}, wait=False)
        step += 1


def test_killed_in_mid_traffic_nothing_is_lost_or_doubled(district: District) -> None:
    handsets = [district.enrol() for _ in range(4)]
    began_ms = int(time.time() - 3600) * 1000
    stop = threading.Event()
    expected: dict[int, set[int]] = {handset.number: set() for handset in handsets}
    with district.ingest() as ingest:
        senders = [
            threading.Thread(
                target=traffic, args=(handset.connect(), began_ms, stop, expected[handset.number])
            )
            for handset in handsets
        ]
        for sender in senders:
            sender.start()
        for _ in range(3):
            reached = district.count("positions") + 100
            eventually(lambda least=reached: district.count("positions") >= least)  # type: ignore[misc]
            ingest.kill()
            ingest.start()
        stop.set()
        for sender in senders:
            sender.join()
        wanted = {(number, at) for number, times in expected.items() for at in times}
        eventually(lambda: wanted <= times_of(district), REDELIVERED_WITHIN_S)
        # A word "off duty" may come after a fix from then, which goes again.
        eventually(lambda: times_of(district) == wanted, REDELIVERED_WITHIN_S)
    for handset in handsets:
        handset.close()


def test_nothing_is_acknowledged_before_it_is_committed(
    district: District, handset: Handset
) -> None:
    now = int(time.time())
    with district.ingest() as ingest:
        handset.duty(on=True, at=now - 100)
        handset.fix(now - 50)
        eventually(lambda: district.count("positions") == 1)
        with psycopg.connect(district.database.owner_url) as holder:
            holder.execute("LOCK TABLE positions IN EXCLUSIVE MODE")
            handset.fix(now - 40)
            handset.fix(now - 30)
            eventually(lambda: district.count("pg_locks WHERE NOT granted"))
            ingest.kill()
        assert district.count("positions") == 1
        ingest.start()
        eventually(lambda: district.count("positions") == 3, REDELIVERED_WITHIN_S)


def test_a_store_that_goes_away_is_waited_for(district: District, handset: Handset) -> None:
    now = int(time.time())
    with district.ingest() as ingest:
        handset.duty(on=True, at=now - 100)
        handset.fix(now - 50)
        eventually(lambda: district.count("positions") == 1)
        name = district.database.name
        with psycopg.connect(
            district.database.stack.database_superuser_url.replace(name, "postgres"),
            autocommit=True,
        ) as superuser:
            superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            handset.fix(now - 40)
            eventually(lambda: (h := district.heartbeat()) and h.waiting_for == ["store"])
            superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        eventually(lambda: district.count("positions") == 2)
        eventually(lambda: (h := district.heartbeat()) and h.waiting_for == [])
        assert '"waiting_for": "store"' in ingest.log.read_text()


def test_without_the_cache_storing_goes_on(district: District, handset: Handset) -> None:
    now = int(time.time())
    with district.ingest(GRIDBEAT_VALKEY_URL="redis://127.0.0.1:1/0") as ingest:
        handset.duty(on=True, at=now - 100)
        handset.fix(now - 50)
        eventually(lambda: district.count("positions") == 1)
        eventually(lambda: '"waiting_for": "cache"' in ingest.log.read_text())


def test_the_cache_is_put_right_at_start(district: District, handset: Handset) -> None:
    now = int(time.time())
    stale = district.enrol().connect()
    with district.ingest() as ingest:
        stale.duty(on=False, at=now - 100)
        handset.duty(on=True, at=now - 100)
        handset.fix(now - 50)
        eventually(lambda: district.latest(handset.number))
        assert ingest.stop() < ENDS_WITHIN_S
    stale.close()
    with district.valkey() as valkey:
        kept = valkey.hget("gb:latest", str(handset.number))
        valkey.flushdb()
        valkey.hset("gb:latest", str(stale.number), kept)
        valkey.hset("gb:latest", "999", kept)
    with district.ingest():
        shown = eventually(lambda: district.latest(handset.number))
        assert (shown.on_duty, shown.fixed_at) == (True, now - 50)
        with district.valkey() as valkey:
            eventually(lambda: valkey.hkeys("gb:latest") == [str(handset.number).encode()])


def test_sigterm_ends_a_process_that_hangs_in_the_store(
    district: District, handset: Handset
) -> None:
    now = int(time.time())
    with district.ingest() as ingest, psycopg.connect(district.database.owner_url) as holder:
        handset.duty(on=True, at=now - 100)
        eventually(lambda: district.count("duty_periods") == 1)
        holder.execute("LOCK TABLE positions IN EXCLUSIVE MODE")
        handset.fix(now - 40)
        eventually(lambda: district.count("pg_locks WHERE NOT granted"))
        assert ingest.stop() < ENDS_WITHIN_S
