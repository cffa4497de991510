"""How fast a city's day is judged, beside reading its fixes from the store, and beside a peer.

    python tests/bench/bench_attendance.py [--workers 10000] [--every-s 10] [--rounds 5]

Starts a database of its own. There are two bare reads of the same fixes, columns and batches, both
thrown away as they come: row by row, as any client would COPY them; and gathered into arrays by the
store, as attendance reads them. Judging goes as the server's loop does it for days that are over:
one batch is read while another is judged.
"""

import argparse
import asyncio
import resource
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
from bench_figures import Figure
from city_day import DAY, PACK, CityDay, write_city_day

from console_server.attendance.commands import judge_anew, judge_workers
from console_server.attendance.day import DayInput
from console_server.attendance.fix_reader import copied_fixes
from console_server.attendance.inputs import frame_of, read_inputs
from console_server.attendance.lanes import LANES, in_lanes
from console_server.attendance.recompute import BATCH_WORKERS
from console_server.attendance.verdict import judge_days
from console_server.database import Connection
from console_server.embedded.stack import StackOptions, running_stack
from console_server.schema.migrate import migrate

PEER: Final = Path(__file__).parents[2] / ".setup" / "peers" / "bin" / "python"
PEER_WORKERS: Final = 50
BATCHES_A_STRETCH: Final = 10
MIB: Final = 1024  # of what ru_maxrss counts in


@dataclass(slots=True)
class Spent:
    """Seconds of each round: reading alone, in two ways; judging it; judging and keeping."""

    rows: list[float] = field(default_factory=list)
    gathered: list[float] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)


@dataclass(slots=True)
class BesidePeer:
    """Seconds of each round for the same fixes: of ours, and of the peer's detection."""

    version: str
    fixes: int
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=10_000)
    asked.add_argument("--every-s", type=int, default=10)
    asked.add_argument("--hours", type=float, default=8.0)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    for figure in attendance(CityDay(given.workers, given.every_s, given.hours), given.rounds):
        print("\n".join(figure.in_words()))  # noqa: T201


def attendance(city: CityDay, rounds: int) -> Iterator[Figure]:
    """The day as a whole against its read; judging alone against the peer's detection."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(durable=False)) as stack:
            migrate(stack.database_owner_url)
            write_city_day(stack.database_owner_url, city)
            spent = asyncio.run(_measure(stack.database_owner_url, city, rounds))
            peer = asyncio.run(_peer(stack.database_owner_url, city, Path(folder), rounds))
    yield from _figures(city, spent)
    if peer:
        yield Figure(
            "attendance, judging alone",
            "fixes/s",
            [peer.fixes / each for each in peer.ours],
            "ratio ≥ 20",
            f"trackintel {peer.version} stay points",
            [peer.fixes / each for each in peer.theirs],
            {"fixes": f"{peer.fixes:,}, of the same workers, in turn"},
        )


def _figures(city: CityDay, spent: Spent) -> Iterator[Figure]:
    by_rows = [city.fixes / each for each in spent.rows]
    notes = {
        "fixes": f"{city.fixes:,}",
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB,
    }
    yield Figure(
        "attendance, read and judge",
        "fixes/s",
        [city.fixes / each for each in spent.judged],
        "ratio ≥ 0.67 (in at most 1.5 times the read), ≤ 4096 MiB",
        "bare read, row by row",
        by_rows,
        notes,
    )
    yield Figure(
        "attendance, read and judge",
        "fixes/s",
        [city.fixes / each for each in spent.judged],
        "none set: what judging adds to the fastest read known",
        "bare read, gathered by the store",
        [city.fixes / each for each in spent.gathered],
    )
    yield Figure(
        "attendance, read, judge and keep",
        "fixes/s",
        [city.fixes / each for each in spent.kept],
        "none set: verdicts and their evidence written as well",
        "bare read, row by row",
        by_rows,
    )


async def _measure(url: str, city: CityDay, rounds: int) -> Spent:
    spent = Spent()
    async with AsyncExitStack() as opened:
        rows = opened.enter_context(psycopg.connect(url))
        lanes = [
            await opened.enter_async_context(await Connection.connect(url)) for _ in range(LANES)
        ]
        for _ in range(rounds):
            for seconds in (spent.rows, spent.gathered, spent.judged, spent.kept):
                seconds.append(0.0)
            for stretch in _stretches(city.workers):
                for some in stretch:
                    await _read_gathered(lanes[0], some)  # so that none of them finds it cold
                    spent.rows[-1] += _read_rows(rows, some)
                    spent.gathered[-1] += await _read_gathered(lanes[0], some)
                spent.judged[-1] += await _seconds(_judged, stretch, lanes)
                spent.kept[-1] += await _seconds(_kept_too, stretch, lanes)
            for lane in lanes:
                await lane.rollback()  # every round keeps new days, none changed ones
    return spent


def _read_rows(rows: "psycopg.Connection[Any]", some: Sequence[int]) -> float:
    """Seconds of a bare read, row by row."""
    from_at, to_at = _whole_day()
    given = {"workers": list(some), "from_at": from_at, "to_at": to_at}
    began = time.perf_counter()
    with rows.cursor() as cursor, cursor.copy(_ROWS, given) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


async def _read_gathered(connection: Connection, some: Sequence[int]) -> float:
    """Seconds of a bare read, gathered by the store."""
    began = time.perf_counter()
    async for _ in copied_fixes(connection, some, *_whole_day()):
        pass
    return time.perf_counter() - began


Work = Callable[[Connection, Sequence[int]], Awaitable[object]]


async def _seconds(work: Work, stretch: Sequence[Sequence[int]], lanes: list[Connection]) -> float:
    """Seconds for some batches, as many at once as there are lanes."""
    free = list(lanes)

    async def one(some: Sequence[int]) -> None:
        connection = free.pop()
        await work(connection, some)
        free.append(connection)

    began = time.perf_counter()
    await in_lanes(stretch, one, len(lanes))
    return time.perf_counter() - began


async def _judged(connection: Connection, some: Sequence[int]) -> None:
    await judge_workers(connection, PACK, DAY, some, _now())


async def _kept_too(connection: Connection, some: Sequence[int]) -> None:
    await judge_anew(connection, PACK, DAY, some, _now())


async def _peer(url: str, city: CityDay, folder: Path, rounds: int) -> BesidePeer | None:
    """The peer and we, in turn, on the fixes of some workers; None where it is not installed."""
    if not PEER.exists():
        return None
    some = range(1, min(PEER_WORKERS, city.workers) + 1)
    async with await Connection.connect(url) as connection:
        days = await read_inputs(connection, _frame(), some)
    program = Path(__file__).with_name("peer_staypoints.py")
    peer = await asyncio.create_subprocess_exec(
        PEER, program, _kept(days, folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert peer.stdin
    assert peer.stdout
    version = (await peer.stdout.readline()).decode().strip()
    beside = BesidePeer(version, sum(len(day.fixes) for day in days))
    for _ in range(rounds):
        fresh = [replace(day) for day in days]  # nothing is known from the round before
        began = time.perf_counter()
        judge_days(PACK, fresh)
        beside.ours.append(time.perf_counter() - began)
        peer.stdin.write(b"once more\n")
        beside.theirs.append(float(await peer.stdout.readline()))
    peer.stdin.close()
    await peer.wait()
    return beside


def _kept(days: Sequence[DayInput], folder: Path) -> Path:
    """A file of these fixes for the peer."""
    fixes = np.concatenate([day.fixes for day in days])
    worker = np.repeat([day.worker_id for day in days], [len(day.fixes) for day in days])
    file = folder / "fixes.npz"
    np.savez(file, worker=worker, at_us=fixes["at_us"], lon=fixes["lon"], lat=fixes["lat"])
    return file


def _stretches(workers: int) -> Iterator[Sequence[Sequence[int]]]:
    """Batches, so many together as are measured side by side."""
    batches = [
        range(first, min(first + BATCH_WORKERS, workers + 1))
        for first in range(1, workers + 1, BATCH_WORKERS)
    ]
    for first in range(0, len(batches), BATCHES_A_STRETCH):
        yield batches[first : first + BATCHES_A_STRETCH]


def _whole_day() -> tuple[datetime, datetime]:
    begin = datetime(DAY.year, DAY.month, DAY.day, tzinfo=PACK.zone)
    return begin, begin + timedelta(days=1)


def _now() -> datetime:
    return _whole_day()[1] + timedelta(days=2)


def _frame() -> Any:
    return frame_of(DAY, PACK, _now())


_ROWS: Final = """
    COPY (
        SELECT worker_id, fixed_at, lon, lat, accuracy_m, grid_id, handset_id, flags
        FROM positions
        WHERE worker_id = ANY(%(workers)s::integer[])
          AND fixed_at >= %(from_at)s AND fixed_at < %(to_at)s
    ) TO STDOUT (FORMAT BINARY)
"""

if __name__ == "__main__":
    main()
