"""The loop that keeps verdicts up to date: dirty days at once, the running day within a minute.

Owns when something is judged, and that only one server does it (an advisory lock); the judging is
in `commands.py`. Marked past days come first, the latest of them before the others; the running day
is refreshed the less often the longer that takes, but once a minute.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from prometheus_client import Counter

from console_server.attendance.commands import judge_anew
from console_server.attendance.due_days import (
    LOOK_BACK_DAYS,
    never_judged,
    on_shift,
    spilling,
    unfinished,
)
from console_server.attendance.fix_reader import read_fixes
from console_server.attendance.inputs import FixSource
from console_server.attendance.lanes import LANES, in_lanes
from console_server.attendance.monthly import judge_due_months
from console_server.attendance.notices import tell_missing
from console_server.attendance.reopening import forget_older, mark_reopened
from console_server.attendance.running_fixes import RunningFixes
from console_server.attendance.store import DirtyDay, clear_marks, dirty_days
from console_server.database import Connection
from console_server.parts import Parts

POLL_S: Final = 1.0
REFRESH_S: Final = 20.0  # pause between two refreshes of the running day, at least
REFRESH_MAX_S: Final = 45.0  # and at most: a running verdict is never older than a minute
MONTHS_S: Final = 60.0  # pause between two looks at months; none while there is a backlog
REFRESH_SHARE: Final = 0.05  # of the time, between the two, that goes into refreshing
BATCH_WORKERS: Final = 100  # one read, one thread, one transaction; two are under way
MARKS_A_ROUND: Final = 1000
WAIT_FOR_LOCK_S: Final = 5.0

WorkerDay = tuple[int, date]
Batch = tuple[date, list[int]]
JUDGED = Counter("gridbeat_attendance_days_total", "Worker days judged")
JUDGED_S = Counter("gridbeat_attendance_seconds_total", "Time batches took to be judged, summed")


@dataclass(slots=True)
class Running:
    """What the loop remembers of the running day: when it is due again, and its fixes.

    `next_refresh_s` is told by the monotonic clock.
    """

    next_refresh_s: float = 0.0
    next_months_s: float = 0.0
    fixes: RunningFixes = field(default_factory=RunningFixes)

    def is_due(self) -> bool:
        """Whether the running day should be judged now."""
        return time.monotonic() >= self.next_refresh_s

    def done(self, began_s: float) -> None:
        """The running day was judged; the longer it took, the longer the pause."""
        now_s = time.monotonic()
        wished_s = (now_s - began_s) / REFRESH_SHARE
        self.next_refresh_s = now_s + min(max(REFRESH_S, wished_s), REFRESH_MAX_S)


async def run(parts: Parts) -> None:
    """Keep verdicts up to date for ever; waits while another server does it."""
    running = Running()
    async with _alone(parts) as held:
        while True:
            worked = await one_round(parts, running)
            if not worked:
                await asyncio.sleep(POLL_S)
            await held.execute("SELECT 1")  # without this connection the lock is gone
            await held.commit()


async def one_round(parts: Parts, running: Running) -> bool:
    """Judge what was marked, and the running day if it is due. Whether more may be waiting."""
    now = parts.clock()
    today = now.astimezone(parts.pack().zone).date()
    past = await _late(parts, now, today)
    if running.is_due():
        began_s = time.monotonic()
        await _refresh(parts, now, today, running)
        running.done(began_s)
    if time.monotonic() >= running.next_months_s:
        async with parts.pool.connection() as connection:
            waiting = await judge_due_months(connection, parts.pack(), now)
        running.next_months_s = 0.0 if waiting else time.monotonic() + MONTHS_S
    return past == MARKS_A_ROUND


async def _late(parts: Parts, now: datetime, today: date) -> int:
    """Judge past days that were marked; how many marks there were."""
    zone = parts.pack().time_zone
    oldest = today - timedelta(days=parts.settings.retention_days - 1)
    async with parts.pool.connection() as connection:
        await mark_reopened(connection, zone, oldest)
        await forget_older(connection, oldest)
        on_duty = await on_shift(connection, now, zone)
        found = await dirty_days(connection, date.min, today, MARKS_A_ROUND)
        marks = [each for each in found if _of(each) not in on_duty]
        spilled = await spilling(connection, [_of(each) for each in marks], zone)
    await _judge(parts, now, {*map(_of, marks), *(spilled - on_duty)}, marks)
    return len(marks)


async def _refresh(parts: Parts, now: datetime, today: date, running: Running) -> None:
    """Judge who is on a shift or was seen today, and make final what is over."""
    zone = parts.pack().time_zone
    async with parts.pool.connection() as connection:
        on_duty = await on_shift(connection, now, zone)
        marks = await dirty_days(connection, today - timedelta(days=1), date.max, None)
        spilled = await spilling(connection, [_of(each) for each in marks], zone)
        await clear_marks(connection, [each for each in marks if each.day > today])
    current = [each for each in marks if each.day == today or _of(each) in on_duty]
    over = await _left_over(parts, today) | {each for each in spilled if each[1] < today}
    await _judge(parts, now, over - on_duty, ())
    await _judge(parts, now, on_duty | set(map(_of, current)), current, running.fixes)
    await _tell(parts, now, on_duty, running)


async def _tell(parts: Parts, now: datetime, on_duty: set[WorkerDay], running: Running) -> None:
    """Tell who is on a shift what is still missing, each once a day."""
    for day, workers in _by_day(on_duty).items():
        async with parts.pool.connection() as connection:
            await tell_missing(
                connection, parts.pack(), day, sorted(workers), now, running.fixes.read
            )


async def _left_over(parts: Parts, today: date) -> set[WorkerDay]:
    """Days that are over without a final verdict."""
    pack = parts.pack()
    midnight = datetime.combine(today, datetime.min.time(), pack.zone)
    first = midnight - timedelta(days=LOOK_BACK_DAYS)
    async with parts.pool.connection() as connection:
        over = await unfinished(connection, today, parts.clock())
        return over | await never_judged(connection, first, midnight, pack.time_zone)


async def _judge(
    parts: Parts,
    now: datetime,
    due: Collection[WorkerDay],
    marks: Iterable[DirtyDay],
    running: RunningFixes | None = None,
) -> None:
    """Judge worker days in batches; a mark goes in the transaction that stores its verdict.

    What is kept of running days has one reader at a time.
    """
    waiting = {_of(each): each for each in marks}
    source: FixSource = running.read if running else read_fixes

    async def one(batch: Batch) -> None:
        day, some = batch
        began_s = time.monotonic()
        async with parts.pool.connection() as connection:
            await judge_anew(connection, parts.pack(), day, some, now, source)
            done = [waiting[worker, day] for worker in some if (worker, day) in waiting]
            await clear_marks(connection, done)
        JUDGED.inc(len(some))
        JUDGED_S.inc(time.monotonic() - began_s)

    await in_lanes(_batches(due), one, lanes=1 if running else LANES)


def _batches(due: Iterable[WorkerDay]) -> Iterator[Batch]:
    """The latest day first, some workers of one day at a time."""
    for day, workers in sorted(_by_day(due).items(), reverse=True):
        ordered = sorted(workers)
        for first in range(0, len(ordered), BATCH_WORKERS):
            yield day, ordered[first : first + BATCH_WORKERS]


def _of(mark: DirtyDay) -> WorkerDay:
    return mark.worker_id, mark.day


def _by_day(days: Iterable[WorkerDay]) -> dict[date, list[int]]:
    found: dict[date, list[int]] = defaultdict(list)
    for worker_id, day in days:
        found[day].append(worker_id)
    return found


@asynccontextmanager
async def _alone(parts: Parts) -> AsyncIterator[Connection]:
    """Hold the lock that only one server can hold; on a connection of its own."""
    async with parts.pool.connection() as connection:
        while not await _locked(connection):  # noqa: ASYNC110 - another server holds it
            await asyncio.sleep(WAIT_FOR_LOCK_S)
        try:
            yield connection
        finally:
            await connection.rollback()
            await connection.execute("SELECT pg_advisory_unlock(hashtext('gridbeat attendance'))")


async def _locked(connection: Connection) -> bool:
    cursor = await connection.execute(
        "SELECT pg_try_advisory_lock(hashtext('gridbeat attendance'))"
    )
    row = await cursor.fetchone()
    await connection.commit()
    return bool(row and row[0])
