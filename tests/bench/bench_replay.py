"""How fast chunks of a replay are made, beside a bare read of the same rows.

    python tests/bench/bench_replay.py [--rounds 5]

Starts a database of its own.
"""

import argparse
import asyncio
import gzip
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import shapely
from bench_figures import Figure
from replay_history import Border, Shift, write_shift

from console_server.database import Pool, make_pool
from console_server.embedded.stack import StackOptions, running_stack
from console_server.replay.chunk import CHUNK_S
from console_server.replay.chunks import make_chunk
from console_server.replay.period import Period
from console_server.replay.reader import copy_fixes
from console_server.schema.migrate import migrate

START = datetime(2026, 11, 18, tzinfo=UTC)
GRID_DEG = 0.01


@dataclass(frozen=True)
class Crew:
    """So many workers who report every 10 s for so many hours of the same day."""

    workers: int
    hours: float

    @property
    def worker_ids(self) -> list[int]:
        return list(range(self.workers * 10, self.workers * 11))

    @property
    def shift(self) -> Shift:
        """Each in a grid of the own."""
        grids = [
            Border(number, shapely.box(west, 32, west + GRID_DEG, 32 + GRID_DEG))
            for number in self.worker_ids
            for west in [110 + number % 1000 * GRID_DEG]
        ]
        pairs = list(zip(self.worker_ids, grids, strict=True))
        return Shift(pairs, START, self.hours)

    @property
    def chunks(self) -> list[Period]:
        period = Period(START, START + timedelta(hours=self.hours))
        return [period.chunk(index) for index in range(period.chunks)]


CREWS = (Crew(300, 8.0), Crew(2_000, 1.0))


def replay(rounds: int) -> Iterator[Figure]:
    """One figure a crew."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(durable=False)) as stack:
            migrate(stack.database_owner_url)
            for crew in CREWS:
                with psycopg.connect(stack.database_owner_url) as connection:
                    fixes = write_shift(connection, crew.shift)
                yield asyncio.run(_measure(stack.database_server_url, crew, fixes, rounds))


async def _measure(url: str, crew: Crew, fixes: int, rounds: int) -> Figure:
    made: list[list[Made]] = []
    async with make_pool(url) as pool:
        for _ in range(rounds):
            chunks = [await _make(pool, crew, chunk) for chunk in crew.chunks]
            made.append(chunks)
    last = made[-1]
    return Figure(
        f"replay, {crew.workers} workers, {crew.hours:g} h",
        "fixes/s",
        [fixes / sum(each.made_s for each in chunks) for chunks in made],
        "ratio ≥ 0.5 (in at most twice the read)",
        "read alone (binary COPY)",
        [fixes / sum(each.read_s for each in chunks) for chunks in made],
        {
            "fixes": fixes,
            f"ms per {CHUNK_S // 60} min": round(statistics.median(1000 * c.made_s for c in last)),
            "kB": round(statistics.median(each.packed for each in last) / 1000),
            "kB unpacked": round(statistics.median(each.unpacked for each in last) / 1000),
        },
    )


@dataclass(frozen=True)
class Made:
    """One chunk: how long the bare read took, how long all of it, and what came of it."""

    read_s: float
    made_s: float
    packed: int
    unpacked: int


async def _make(pool: Pool, crew: Crew, chunk: Period) -> Made:
    """Read and make in turn: the machine is the same for both."""
    began = time.perf_counter()
    async with pool.connection() as connection:
        await copy_fixes(connection, crew.worker_ids, chunk.from_at, chunk.to_at)
    read = time.perf_counter()
    packed = await make_chunk(pool, crew.worker_ids, chunk)
    made = time.perf_counter()
    return Made(read - began, made - read, len(packed), len(gzip.decompress(packed)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=5)
    for figure in replay(asked.parse_args().rounds):
        print("\n".join(figure.in_words()))  # noqa: T201


if __name__ == "__main__":
    main()
