"""How fast the board of a day opens with 10,000 workers, beside a bare read of the same rows.

    python tests/bench/bench_board.py [--workers 10000] [--rounds 7]

Starts a database of its own. The rate is boards a second: 300 ms are 3.3 of them.
"""

import argparse
import asyncio
import gc
import gzip
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median

import msgspec
import psycopg
from bench_figures import Figure
from psycopg.types.json import Jsonb

from console_server.attendance.board import board_of
from console_server.database import Connection
from console_server.embedded.stack import StackOptions, running_stack
from console_server.packs.pack import RulePack, load_pack
from console_server.schema.migrate import migrate

DAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
GRIDS = 2000
GZIP_LEVEL = 5  # as the server packs its answers


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=7)
    for figure in board(asked.parse_args()):
        print("\n".join(figure.in_words()))  # noqa: T201


def board(options: argparse.Namespace) -> Iterator[Figure]:
    pack = load_pack("xingdian")
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(durable=False)) as stack:
            migrate(stack.database_owner_url)
            write_days(stack.database_owner_url, pack, options.workers)
            measured = asyncio.run(measure(stack.database_server_url, pack, options))
    yield Figure(
        f"board of {options.workers:,} workers",
        "boards/s",
        [1 / each for each in measured.opened],
        "≥ 3.33 boards/s (opens within 300 ms)",
        "bare read of the same rows",
        [1 / each for each in measured.read],
        {
            "median": f"{1000 * median(measured.opened):.0f} ms, packed for the wire",
            "of it processor time here": f"{1000 * median(measured.worked):.0f} ms",
            "bytes": measured.size,
        },
    )


def write_days(url: str, pack: RulePack, workers: int) -> None:
    """A district of communities and grids, everybody planned, and everybody's final verdict."""
    start = datetime.combine(DAY, clock_time(8), pack.zone)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO packs (code, version, body) VALUES (%s, %s, %s)",
            (pack.code, pack.version, pack.text),
        )
        cursor.execute(
            "INSERT INTO areas (code, name, kind, lineage) SELECT 'g' || n, '网格' || n,"
            " CASE n WHEN 0 THEN 'subdistrict' ELSE 'grid' END, ARRAY[1, n + 1]"
            " FROM generate_series(0, %s) AS n",
            (GRIDS,),
        )
        cursor.execute(
            "INSERT INTO workers (code, name, kind, area_id) SELECT 'W' || lpad(n::text, 6, '0'),"
            " '网格员' || n, 'full_time', 1 FROM generate_series(1, %s) AS n",
            (workers,),
        )
        cursor.execute(
            "INSERT INTO worker_grids (worker_id, area_id)"
            " SELECT worker_id, worker_id %% %s + 2 FROM workers",
            (GRIDS - 1,),
        )
        cursor.execute(
            "INSERT INTO shifts (worker_id, starts_at, ends_at) SELECT worker_id, %s, %s"
            " FROM workers",
            (start, start + timedelta(hours=8)),
        )
        cursor.execute(
            "INSERT INTO attendance_days (worker_id, day, computed_at, pack_code, pack_version,"
            " input_hash, body, final, settles_at, summary) SELECT worker_id, %s, %s, %s, %s,"
            " md5(worker_id::text), %s, true, %s, %s FROM workers",
            (DAY, NOW, pack.code, pack.version, Jsonb({"stays": ["x" * 40] * 60}), NOW,
             Jsonb(SUMMARY)),
        )  # fmt: skip
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


@dataclass(slots=True)
class Measured:
    """Seconds to the packed answer, of them of this process's work, and to the bare rows.

    `size`: bytes on the wire.
    """

    opened: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    size: int = 0


async def measure(url: str, pack: RulePack, options: argparse.Namespace) -> Measured:
    """Open the board and read its rows, in turn, in each round."""
    measured = Measured()
    gc.freeze()  # as the server does when it has started
    async with await Connection.connect(url) as connection:
        for _ in range(options.rounds):
            began, worked = time.perf_counter(), time.process_time()
            found = await board_of(connection, pack, DAY, None, NOW)
            packed = gzip.compress(msgspec.json.encode(found), GZIP_LEVEL)
            measured.opened.append(time.perf_counter() - began)
            measured.worked.append(time.process_time() - worked)
            assert len(found.rows) == options.workers
            measured.size = len(packed)
            began = time.perf_counter()
            cursor = await connection.execute(
                "SELECT worker_id, final, summary::text FROM attendance_days WHERE day = %s", (DAY,)
            )
            await cursor.fetchall()
            measured.read.append(time.perf_counter() - began)
    return measured


SUMMARY = {
    "planned_s": 28800.0, "leave_s": 0.0, "order_s": 1260.0, "work_s": 27540.0,
    "inside_s": 15230.0, "unknown_s": 1210.0,
    "in_grid": {"lower": 0.553, "upper": 0.597, "required": 1 / 3, "outcome": "met"},
    "patrols": {"count": 2, "possible": 3, "required": 1, "outcome": "met"},
    "twice_daily": {"outcome": "undecided", "windows": [True, False]},
    "outage_s": 0.0, "excused_s": 0.0, "signs": [],
    "others": [
        {"rule": "checkpoints", "count": 2, "possible": 2, "required": 2,
         "fromAt": "2026-11-18T00:00:00Z", "toAt": "2026-11-18T08:00:00Z", "outcome": "met"}
    ],
}  # fmt: skip

if __name__ == "__main__":
    main()
