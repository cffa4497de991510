"""Who should go, with 10,000 workers: `GET …/recommendations`, the store's look-ups included.

Owns one figure, the 99th percentile of a round, beside the same rows asked for bare. The server
runs as in production, at the worst time of the day, when everybody's shift is about to end;
meanwhile a thousand fixes a second come in and move its workers.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import numpy as np
import psycopg
import redis
from bench_figures import Figure
from bench_town import serving, town

from console_server.embedded.addresses import StackAddresses
from simulators.district_files import read_city
from telemetry_ingest.wire.live import LATEST_HASH, POSITIONS_CHANNEL, LivePosition

WORKERS: Final = 10_000
CASES: Final = 40
ASKED_A_ROUND: Final = 300
FIXES_A_TICK: Final = 250
TICK_S: Final = 0.25
LIMIT_MS: Final = 50.0
Json = dict[str, Any]


def recommendation(rounds: int) -> Iterator[Figure]:
    """The whole town on duty; cases all over it."""
    with (
        town(WORKERS) as (stack, folder),
        _with_handsets(stack),
        serving(stack) as server,
        server.signed_in("dispatcher") as console,
        _moving(stack, folder),
    ):
        cases = [_open(console, *place) for place in _places(folder, CASES, seed=7)]
        asked = itertools.cycle(cases)
        for _ in range(CASES):  # warm: connections, plans, the street network
            _ask(console, next(asked))
        values, limits, medians, cpu_ms = [], [], [], []
        with psycopg.connect(stack.database_server_url, autocommit=True) as store:
            for _ in range(rounds):
                before_s = server.cpu_s()
                took_ms = _timed(lambda: _ask(console, next(asked)))
                cpu_ms.append((server.cpu_s() - before_s) / ASKED_A_ROUND * 1e3)
                values.append(float(np.percentile(took_ms, 99)))
                medians.append(float(np.median(took_ms)))
                bare_ms = _timed(lambda: _bare(store, next(asked)))
                limits.append(float(np.percentile(bare_ms, 99)))
        by = _ask(console, cases[0])["candidates"][0]["travelBy"]
    yield Figure(
        "recommendation, 10,000 workers, p99",
        "ms",
        values,
        f"≤ {LIMIT_MS:.0f} ms",
        "the same rows asked for bare, p99",
        limits,
        notes={
            "median": f"{np.median(medians):.1f} ms",
            "server's CPU a request": f"{np.median(cpu_ms):.1f} ms",
            "walks by": by,
        },
    )


def _timed(call: Callable[[], object]) -> list[float]:
    took_ms = []
    for _ in range(ASKED_A_ROUND):
        began = time.perf_counter()
        call()
        took_ms.append((time.perf_counter() - began) * 1e3)
    return took_ms


@contextmanager
def _with_handsets(stack: StackAddresses) -> Iterator[None]:
    """Everybody can be sent an order, and nobody is there to take it; all go home soon."""
    with psycopg.connect(stack.database_owner_url) as store:
        store.execute(
            "INSERT INTO handsets (code, worker_id, kind, area_code, username,"
            " password_hash) SELECT 'h' || w.worker_id, w.worker_id, 'native', a.code,"
            " 'h' || w.worker_id, '-' FROM workers w JOIN areas a USING (area_id)"
        )
        store.execute(
            "UPDATE shifts SET ends_at = now() + interval '20 min'"
            " WHERE starts_at <= now() AND ends_at > now()"
        )
    yield


@contextmanager
def _moving(stack: StackAddresses, town: Path) -> Iterator[None]:
    """Everybody is somewhere; some of them move every tick, as ingest would tell."""
    with psycopg.connect(stack.database_owner_url) as store:
        workers = [row[0] for row in store.execute("SELECT worker_id FROM workers")]
    random, stop = np.random.default_rng(2), threading.Event()
    with redis.Redis.from_url(stack.valkey_url) as valkey:
        spots = _places(town, len(workers), seed=3)
        ages = random.exponential(60, len(workers)).tolist()
        first = [
            _position(worker, spot, age)
            for worker, spot, age in zip(workers, spots, ages, strict=True)
        ]
        encoded = {str(each.worker_id): msgspec.msgpack.encode(each) for each in first}
        valkey.hset(LATEST_HASH, mapping=encoded)
        _publish(valkey, first)
        mover = threading.Thread(target=_move, args=(valkey, workers, spots, stop))
        mover.start()
        try:
            yield
        finally:
            stop.set()
            mover.join()


def _move(
    valkey: redis.Redis, workers: list[int], spots: list[tuple[float, float]], stop: threading.Event
) -> None:
    random = np.random.default_rng(4)
    while not stop.wait(TICK_S):
        some = random.integers(0, len(workers), FIXES_A_TICK)
        _publish(valkey, [_position(workers[one], spots[one], 0.0) for one in some])


def _publish(valkey: redis.Redis, positions: list[LivePosition]) -> None:
    valkey.publish(POSITIONS_CHANNEL, msgspec.msgpack.encode(positions))


def _position(worker_id: int, spot: tuple[float, float], age_s: float) -> LivePosition:
    return LivePosition(
        worker_id,
        on_duty=True,
        fixed_at=time.time() - age_s,
        lon=spot[0],
        lat=spot[1],
        accuracy_m=8.0,
        battery=0.7,
    )


def _places(town: Path, count: int, seed: int) -> list[tuple[float, float]]:
    """Places on the pavements, a few metres off."""
    random = np.random.default_rng(seed)
    lonlat = read_city(town).network.lonlat
    chosen = lonlat[random.integers(0, len(lonlat), count)] + random.normal(0, 1e-4, (count, 2))
    return [(float(lon), float(lat)) for lon, lat in chosen]


def _open(console: httpx.Client, lon: float, lat: float) -> str:
    body = {"classCode": "0603", "title": "垃圾乱堆", "lon": lon, "lat": lat}
    answer = console.post("incidents", json=body)
    answer.raise_for_status()
    return str(answer.json()["id"])


def _ask(console: httpx.Client, incident_id: str) -> Json:
    answer = console.get(f"incidents/{incident_id}/recommendations")
    answer.raise_for_status()
    found: Json = json.loads(answer.content)
    assert len(found["candidates"]) == 20, found
    return found


def _bare(store: "psycopg.Connection[Any]", incident_id: str) -> None:
    """What the server asks the store for one recommendation, and nothing around it."""
    for query in (
        "SELECT * FROM incidents WHERE incident_id = %(id)s",
        "SELECT * FROM dispatches WHERE incident_id = %(id)s",
        "SELECT body FROM packs LIMIT 1",
        """SELECT worker_id FROM dispatches WHERE status = 'cleared'
           AND cleared_at > now() - interval '10 min'""",
        """SELECT worker_id, ends_at FROM shifts WHERE ends_at > now()
           AND ends_at <= now() + interval '30 min' AND starts_at <= now()""",
        "SELECT code FROM functional_groups LIMIT 1",
    ):
        store.execute(query, {"id": incident_id}).fetchall()
