"""How fast chunks of a replay are made, beside two bare reads of the same rows.

    python tests/bench/bench_replay.py [--rounds 5]

Starts a database of its own. The bare reads ask for the same columns of the same fixes: one row by
row, as a COPY commonly goes, and one gathered by the store, as the replay reads them.
"""

import argparse
import asyncio
import gzip
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import shapely
from bench_figures import Figure
from replay_history import Border, Shift, write_shift

from console_server.database import Connection, Pool, make_pool
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


BY_ROW = """
    COPY (
        SELECT worker_id, fixed_at, lon, lat, coalesce(grid_id, 0),
               coalesce(battery, 'NaN'::real), flags
        FROM positions
        WHERE worker_id = ANY(%(worker_ids)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
    ) TO STDOUT (FORMAT BINARY)
"""
CREWS = (Crew(300, 8.0), Crew(2_000, 1.0))


def replay(rounds: int) -> Iterator[Figure]:
    """Two figures a crew."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(durable=False)) as stack:
            migrate(stack.database_owner_url)
            for crew in CREWS:
                with psycopg.connect(stack.database_owner_url) as connection:
                    fixes = write_shift(connection, crew.shift)
                made = asyncio.run(_measure(stack.database_server_url, crew, rounds))
                yield from _figures(crew, fixes, made)


@dataclass(frozen=True)
class Made:
    """One chunk: seconds of both bare reads and of all of it, and what came of it."""

    rows_s: float
    gathered_s: float
    made_s: float
    packed: int
    unpacked: int


def _figures(crew: Crew, fixes: int, made: Sequence[Sequence[Made]]) -> Iterator[Figure]:
    last = made[-1]
    rates = [fixes / sum(each.made_s for each in chunks) for chunks in made]
    yield Figure(
        f"replay, {crew.workers} workers, {crew.hours:g} h",
        "fixes/s",
        rates,
        "ratio ≥ 0.5 (in at most twice the read)",
        "bare read, row by row",
        [fixes / sum(each.rows_s for each in chunks) for chunks in made],
        {
            "fixes": fixes,
            f"ms per {CHUNK_S // 60} min": round(statistics.median(1000 * c.made_s for c in last)),
            "kB": round(statistics.median(each.packed for each in last) / 1000),
            "kB unpacked": round(statistics.median(each.unpacked for each in last) / 1000),
        },
    )
    yield Figure(
        f"replay, {crew.workers} workers, {crew.hours:g} h",
        "fixes/s",
        rates,
        "none set: what making it adds to the fastest read known",
        "bare read, gathered by the store",
        [fixes / sum(each.gathered_s for each in chunks) for chunks in made],
    )


async def _measure(url: str, crew: Crew, rounds: int) -> list[list[Made]]:
    async with make_pool(url) as pool:
        await make_chunk(pool, crew.worker_ids, crew.chunks[0])  # so that nothing is cold
        return [[await _make(pool, crew, chunk) for chunk in crew.chunks] for _ in range(rounds)]


async def _make(pool: Pool, crew: Crew, chunk: Period) -> Made:
    """Read and make in turn: the machine is the same for all."""
    began = time.perf_counter()
    async with pool.connection() as connection:
        await _read_rows(connection, crew, chunk)
    rows = time.perf_counter()
    async with pool.connection() as connection:
        await copy_fixes(connection, crew.worker_ids, chunk.from_at, chunk.to_at)
    gathered = time.perf_counter()
    packed = await make_chunk(pool, crew.worker_ids, chunk)
    made = time.perf_counter()
    return Made(
        rows - began, gathered - rows, made - gathered, len(packed), len(gzip.decompress(packed))
    )


async def _read_rows(connection: Connection, crew: Crew, chunk: Period) -> bytes:
    held = bytearray()
    given = {"worker_ids": crew.worker_ids, "from_at": chunk.from_at, "to_at": chunk.to_at}
    async with connection.cursor() as cursor, cursor.copy(BY_ROW, given) as copy:
        async for piece in copy:
            held += piece
    return bytes(held)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=5)
    for figure in replay(asked.parse_args().rounds):
        print("\n".join(figure.in_words()))  # noqa: T201


if __name__ == "__main__":
    main()
