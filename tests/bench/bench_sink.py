"""The database sink: our COPY and take-over, beside the server's own COPY from a file.

Owns one figure. Both fill the same indexed table with the same rows, each time anew.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import psycopg
from bench_figures import Figure
from bench_rig import FRAME, Rig

from telemetry_ingest.fix import US_PER_S, Fixes, Positions
from telemetry_ingest.packing import COPIED_COLUMNS, packed
from telemetry_ingest.store import Store, write_positions

ROWS: Final = 200_000
BATCH_ROWS: Final = 50_000  # as ingest makes them while it works off a backlog
WORKERS: Final = 1000


def sink(rig: Rig, rounds: int) -> Iterator[Figure]:
    """Rows/s, committed."""
    batches = [_positions(first, BATCH_ROWS) for first in range(0, ROWS, BATCH_ROWS)]
    folder = Path(rig.stack.broker_users_file).parent
    with psycopg.connect(rig.stack.database_superuser_url, autocommit=True) as superuser:
        folder = Path(_one(superuser, "SHOW data_directory"))
        files = []
        for number, batch in enumerate(batches):
            file = folder / f"bench{number}.copy"
            file.write_bytes(packed(batch))
            file.chmod(0o644)
            files.append(file)
        values, limits = [], []
        for _ in range(rounds):
            limits.append(ROWS / _by_server(superuser, files))
            values.append(ROWS / _by_us(rig, superuser, batches))
        for file in files:
            file.unlink()
    yield Figure("sink", "rows/s", values, "ratio ≥ 0.75", "server-side COPY from a file", limits)


def _by_server(superuser: "psycopg.Connection", files: list[Path]) -> float:
    superuser.execute("TRUNCATE positions")
    began = time.perf_counter()
    for file in files:
        superuser.execute(f"COPY positions ({COPIED_COLUMNS}) FROM '{file}' (FORMAT BINARY)")
    return time.perf_counter() - began


def _by_us(rig: Rig, superuser: "psycopg.Connection", batches: list[Positions]) -> float:
    superuser.execute("TRUNCATE positions")
    store = Store(rig.stack.database_ingest_url)
    with store.transaction():
        pass  # connected
    began = time.perf_counter()
    for batch in batches:
        with store.transaction() as connection:
            assert write_positions(connection, batch) == len(batch)
    spent_s = time.perf_counter() - began
    store.close()
    return spent_s


def _positions(first: int, count: int) -> Positions:
    """Rows of many workers, each with a fix every ten seconds, in the order of arrival."""
    index = np.arange(first, first + count)
    rng = np.random.default_rng(first)
    at_us = int((time.time() - 86_400) // 10 * 10) * US_PER_S + index // WORKERS * 10 * US_PER_S
    worker = index % WORKERS + 1
    fixes = Fixes(
        row=index,
        handset=worker,
        at_us=at_us,
        received_us=at_us + US_PER_S,
        sent_us=at_us,
        lon=rng.uniform(FRAME[0], FRAME[2], count),
        lat=rng.uniform(FRAME[1], FRAME[3], count),
        accuracy_m=rng.uniform(3, 30, count),
        speed_mps=rng.uniform(0, 2, count),
        course_deg=rng.uniform(0, 360, count),
        battery=rng.uniform(0, 1, count),
        mock=np.zeros(count, dtype=bool),
        datum=np.zeros(count, dtype=np.int64),
    )
    return Positions(fixes, worker, worker % 59 + 1, np.zeros(count, dtype=np.int64))


def _one(connection: "psycopg.Connection", query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])
