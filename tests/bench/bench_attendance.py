"""How fast a day of attendance is judged, beside the time to read its fixes out of the store.

    python tests/bench/bench_attendance.py [--workers 1000] [--every-s 30] [--rounds 5]

Starts a database of its own.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import shapely
from bench_figures import Figure

from console_server.attendance.border import border_of
from console_server.attendance.day import DayInput, OwnGround
from console_server.attendance.fix_reader import read_fixes
from console_server.attendance.inputs import frame_of
from console_server.attendance.spans import from_us
from console_server.attendance.verdict import judge_days
from console_server.database import Connection
from console_server.embedded.stack import StackOptions, running_stack
from console_server.packs.pack import load_pack
from console_server.schema.migrate import migrate

DAY = date(2026, 11, 18)
PACK = load_pack("xingdian")
STEP = 0.01  # degrees a grid is wide
BATCH_WORKERS = 100


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=1000)
    asked.add_argument("--every-s", type=int, default=10)
    asked.add_argument("--hours", type=float, default=8.0)
    asked.add_argument("--rounds", type=int, default=5)
    for figure in attendance(asked.parse_args()):
        print("\n".join(figure.in_words()))  # noqa: T201


def attendance(options: argparse.Namespace) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(durable=False)) as stack:
            migrate(stack.database_owner_url)
            count = write_day(stack.database_owner_url, options)
            reading, judging = asyncio.run(measure(stack.database_server_url, options))
    yield Figure(
        "attendance, read and judge",
        "fixes/s",
        [count / (read + judge) for read, judge in zip(reading, judging, strict=True)],
        "ratio ≥ 0.67 (in at most 1.5 times the read)",
        "read alone",
        [count / read for read in reading],
        {"fixes": count},
    )


def write_day(url: str, options: argparse.Namespace) -> int:
    """Each worker walks about the own grid and strays across the border now and then."""
    fixes_a_worker = int(options.hours * 3600 / options.every_s)
    start = frame_of(DAY, PACK, datetime.now(PACK.zone)).from_us + 8 * 3600 * 1_000_000
    rng = np.random.default_rng(7)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(
            "COPY positions (worker_id, fixed_at, handset_id, received_at, lon, lat, accuracy_m,"
            " grid_id, flags) FROM STDIN"
        ) as copy:
            for worker in range(1, options.workers + 1):
                lon, lat = walk(rng, worker, fixes_a_worker, options.every_s)
                inside = (np.abs(lon - middle(worker)) < STEP / 2) & (np.abs(lat - 32) < STEP / 2)
                for index in range(fixes_a_worker):
                    at = from_us(start + index * options.every_s * 1_000_000)
                    grid = worker if inside[index] else None
                    accuracy = 5 + 30 * (index % 17 == 0)
                    copy.write_row(
                        (worker, at, worker, at, lon[index], lat[index], accuracy, grid, 0)
                    )
        connection.execute("ANALYZE positions")
    return fixes_a_worker * options.workers


def walk(
    rng: np.random.Generator, worker: int, count: int, every_s: int
) -> tuple[np.ndarray, np.ndarray]:
    steps = rng.normal(0, 1.0 * every_s / 111_000, (2, count)).cumsum(axis=1)
    bend = np.abs((steps / STEP * 1.05 + 0.5) % 2 - 1) - 0.5  # folded back into the grid and a bit
    return middle(worker) + bend[0] * STEP * 1.02, 32 + bend[1] * STEP


def middle(worker: int) -> float:
    return 110 + worker * STEP * 3


def day_of(worker: int, fixes: np.ndarray) -> DayInput:
    frame = frame_of(DAY, PACK, datetime.now(PACK.zone))
    west = middle(worker) - STEP / 2
    outline = shapely.box(west, 32 - STEP / 2, west + STEP, 32 + STEP / 2)
    ground = OwnGround(frame.from_us, frame.to_us, (worker,), border_of((shapely.to_wkb(outline),)))
    begin = frame.from_us + 8 * 3600 * 1_000_000
    planned = (
        (begin, begin + 4 * 3600_000_000),
        (begin + 5 * 3600_000_000, begin + 9 * 3600_000_000),
    )
    return DayInput(worker, DAY, fixes, (ground,), planned=planned)


async def measure(url: str, options: argparse.Namespace) -> tuple[list[float], list[float]]:
    reading, judging = [], []
    for _ in range(options.rounds):
        read_s = judge_s = 0.0
        async with await Connection.connect(url) as connection:
            for first in range(1, options.workers + 1, BATCH_WORKERS):
                some = range(first, min(first + BATCH_WORKERS, options.workers + 1))
                began = time.perf_counter()
                fixes = await read_day(connection, some)
                read_s += time.perf_counter() - began
                days = [day_of(worker, fixes[worker]) for worker in some]
                began = time.perf_counter()
                judge_days(PACK, days)
                judge_s += time.perf_counter() - began
        reading.append(read_s)
        judging.append(judge_s)
    return reading, judging


async def read_day(connection: Connection, workers: Sequence[int]) -> dict[int, np.ndarray]:
    begin = datetime(DAY.year, DAY.month, DAY.day, tzinfo=PACK.zone)
    return dict(await read_fixes(connection, workers, begin, begin + timedelta(days=1)))


if __name__ == "__main__":
    main()
