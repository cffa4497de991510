"""Final verdicts that came out otherwise: what was, what is, and why.

Owns the list as supervisors read it; `commands.py` writes it, and nothing ever edits it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from console_server.attendance.store import people
from console_server.attendance.wire_form import Person, Summary, summary_from
from console_server.database import Connection
from console_server.wire.attendance import VerdictChange, VerdictChanges, Verdicts

CHANGES_MAX = 500


@dataclass(frozen=True, slots=True)
class _Row:
    change_id: int
    worker_id: int
    day: date
    changed_at: datetime
    cause: str
    before: Any
    after: Any


async def changes_of(
    connection: Connection,
    first: date,
    last: date,
    visible: Collection[int] | None,
    worker_ids: Collection[int] | None = None,
) -> VerdictChanges:
    """Changes of the days from first to last, the latest first; at most 500."""
    persons = {each.worker_id: each for each in await people(connection, visible, worker_ids)}
    async with connection.cursor(row_factory=class_row(_Row)) as cursor:
        await cursor.execute(
            """
            SELECT change_id, worker_id, day, changed_at, cause, before, after
            FROM attendance_changes
            WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
            ORDER BY change_id DESC LIMIT %(limit)s
            """,
            {
                "first": first,
                "last": last,
                "workers": list(persons),
                "limit": CHANGES_MAX + 1,
            },
        )
        rows = await cursor.fetchall()
    shown = [_to_wire(row, persons[row.worker_id]) for row in rows[:CHANGES_MAX]]
    return VerdictChanges(changes=shown, more=len(rows) > CHANGES_MAX)


def _to_wire(row: _Row, person: Person) -> VerdictChange:
    return VerdictChange(
        change_id=row.change_id,
        worker_id=row.worker_id,
        worker_code=person.code,
        worker_name=person.name,
        date=row.day,
        changed_at=row.changed_at,
        cause=row.cause,
        before=_verdicts(summary_from(row.before)),
        after=_verdicts(summary_from(row.after)),
    )


def _verdicts(summary: Summary) -> Verdicts:
    return Verdicts(
        in_grid=summary.in_grid,
        patrols=summary.patrols,
        twice_daily=summary.twice_daily,
        other_rules=list(summary.others or ()),
    )
