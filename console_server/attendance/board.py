"""The board: every worker's day in an area, and one worker's day with its evidence.

Owns what is shown when nothing is stored yet or the day still runs: then it is judged on the spot,
so that what a supervisor reads is current. Nothing is stored here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from console_server.attendance.commands import judge_workers
from console_server.attendance.inputs import frame_of
from console_server.attendance.spans import from_us
from console_server.attendance.store import (
    board_lines,
    grid_codes,
    notable_workers,
    people,
    settled_body,
    stored_month,
)
from console_server.attendance.wire_form import (
    Person,
    Summary,
    day_to_wire,
    row_to_wire,
    summary_from,
    summary_of,
    verdict_from,
)
from console_server.database import Connection
from console_server.errors import Conflict, NotFound
from console_server.packs.pack import RulePack
from console_server.wire.attendance import AttendanceBoard, AttendanceDay


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One worker's day in a month's report."""

    person: Person
    day: date
    final: bool
    summary: Summary


async def board_of(
    connection: Connection,
    pack: RulePack,
    day: date,
    visible: Collection[int] | None,
    now: datetime,
) -> AttendanceBoard:
    """Everybody who was planned or seen on the day, by worker code."""
    frame = frame_of(day, pack, now)
    span = from_us(frame.from_us), from_us(frame.to_us)
    lines = await board_lines(connection, day, span, visible)
    missing = sorted(line.worker_id for line in lines if line.summary is None)
    judged = await judge_workers(connection, pack, day, missing, now) if missing else ()
    fresh = {verdict.worker_id: summary_of(verdict) for verdict in judged}
    notable = await notable_workers(connection, day)
    rows = [
        row_to_wire(
            line,
            day,
            fresh.get(line.worker_id) or summary_from(line.summary),
            final=line.final,
            signs=notable.get(line.worker_id, ()),
        )
        for line in lines
    ]
    return AttendanceBoard(date=day, rows=rows)


async def day_of(
    connection: Connection, pack: RulePack, day: date, person: Person, now: datetime
) -> AttendanceDay:
    """One worker's day: the final verdict as it is kept, or the one of this moment."""
    codes = await grid_codes(connection)
    kept = await settled_body(connection, person.worker_id, day)
    if kept is not None:
        return day_to_wire(person, verdict_from(kept[0]), kept[1], codes, final=True)
    verdicts = await judge_workers(connection, pack, day, [person.worker_id], now)
    return day_to_wire(person, verdicts[0], now, codes, final=False)


async def judged_day(
    connection: Connection, pack: RulePack, worker_id: int, day: date, now: datetime
) -> tuple[str, datetime]:
    """The input hash of a day's verdict as of now, and when the day was over.

    Raises:
        Conflict: the day is still running.
    """
    verdict = (await judge_workers(connection, pack, day, [worker_id], now))[0]
    if verdict.provisional:
        raise Conflict("The day is still running.")
    last_us = max((stay.to_us for stay in verdict.stays), default=0)
    return verdict.input_hash, from_us(max(frame_of(day, pack, now).to_us, last_us))


async def month_of(
    connection: Connection, first: date, last: date, visible: Collection[int] | None
) -> Sequence[MonthLine]:
    """What is stored of a month, by day and worker code.

    Left out are days of which nothing was asked and nothing judged, such as the morning after a
    night shift, which belongs to the day before.
    """
    persons = {each.worker_id: each for each in await people(connection, visible, None)}
    stored = await stored_month(connection, first, last, persons)
    lines = [
        MonthLine(persons[each.worker_id], each.day, each.final, summary_from(each.summary))
        for each in stored
    ]
    said = [each for each in lines if each.summary.says_something]
    return sorted(said, key=lambda line: (line.day, line.person.code))


async def visible_person(
    connection: Connection, visible: Collection[int] | None, worker_id: int
) -> Person:
    """A worker whom the account may see.

    Raises:
        NotFound: there is none.
    """
    found = await people(connection, visible, [worker_id])
    if not found:
        raise NotFound("worker", worker_id)
    return found[0]
