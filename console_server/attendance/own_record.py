"""A worker's own record: a month of it, and what today still lacks.

Owns no judgement: `missing.py` and `board.py` do the work. Nothing is stored here.
"""

from datetime import date, datetime

from console_server.attendance.inputs import frame_of, read_inputs
from console_server.attendance.missing import Missing, what_is_missing
from console_server.attendance.store import notable_workers, stored_month
from console_server.attendance.verdict import judge_days
from console_server.attendance.wire_form import Person, row_to_wire, summary_from
from console_server.database import Connection
from console_server.packs.pack import RulePack
from console_server.wire.attendance import AttendanceRow


async def missing_today(
    connection: Connection, pack: RulePack, day: date, worker_id: int, now: datetime
) -> list[Missing]:
    """The rules of the running day that are not met so far, and what would meet them."""
    inputs = await read_inputs(connection, frame_of(day, pack, now), [worker_id])
    [verdict] = judge_days(pack, inputs)
    return what_is_missing(pack, inputs[0], verdict)


async def own_month(
    connection: Connection, first: date, last: date, person: Person
) -> list[AttendanceRow]:
    """What is stored of one worker's days, the latest first."""
    rows = await stored_month(connection, first, last, [person.worker_id])
    found = []
    for row in reversed(rows):
        signs = await notable_workers(connection, row.day, person.worker_id)
        found.append(
            row_to_wire(
                person,
                row.day,
                summary_from(row.summary),
                final=row.final,
                signs=signs.get(person.worker_id, ()),
            )
        )
    return found
