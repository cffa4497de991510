"""Final months that came out otherwise: what was, what is, which days made the difference, and why.

Owns the table `attendance_month_changes`; nothing in it is ever edited. `monthly.py` finds out that
a month changed; supervisors read the list by `month_routes.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from console_server.attendance.calls import TOUR
from console_server.attendance.months import MonthVerdict, RuleOfMonth
from console_server.attendance.outcomes import TOLD
from console_server.attendance.store import people
from console_server.attendance.wire_form import Person
from console_server.database import Connection
from console_server.packs.pack import RulePack
from console_server.wire.months import MonthChange, MonthChanges, MonthRuleState

CHANGES_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class _Row:
    change_id: int
    worker_id: int
    month: date
    changed_at: datetime
    days: list[date]
    causes: list[str]
    before: Any
    after: Any


async def record_month_change(
    connection: Connection,
    before: MonthVerdict,
    after: MonthVerdict,
    made_from: datetime,
    now: datetime,
) -> None:
    """Keep what a final verdict was, and why: `made_from` is since when its days stood.

    A day may give another month without a verdict of its own that differs, as when late fixes
    prove a visit; then the cause is the day's record. Without a day of the worker's own it was a
    visit of somebody who has the grid in common.
    """
    await connection.execute(
        """
        WITH anew AS (
            SELECT day FROM attendance_days
            WHERE worker_id = %(worker)s AND computed_at > %(since)s
              AND day >= %(month)s AND day < %(month)s + interval '1 month'
        ), why AS (
            SELECT cause FROM attendance_changes JOIN anew USING (day)
            WHERE worker_id = %(worker)s AND changed_at > %(since)s
            UNION
            SELECT 'appeal' FROM appeals JOIN anew USING (day)
            WHERE worker_id = %(worker)s AND ruling = 'granted' AND ruled_at > %(since)s
        )
        INSERT INTO attendance_month_changes
            (worker_id, month, changed_at, before, after, days, causes)
        VALUES (%(worker)s, %(month)s, %(now)s, %(before)s, %(after)s,
                ARRAY(SELECT day FROM anew ORDER BY day),
                CASE WHEN EXISTS (SELECT FROM why) THEN ARRAY(SELECT cause FROM why ORDER BY cause)
                     WHEN EXISTS (SELECT FROM anew) THEN '{day_record}'
                     ELSE '{colleague}' END)
        """,
        {
            "worker": after.worker_id,
            "month": after.month,
            "since": made_from,
            "now": now,
            "before": Jsonb(msgspec.to_builtins(before.rules)),
            "after": Jsonb(msgspec.to_builtins(after.rules)),
        },
    )


async def month_changes_of(  # noqa: PLR0913, PLR0917 - which months, of whom, in whose words
    connection: Connection,
    pack: RulePack,
    first: date,
    last: date,
    visible: Collection[int] | None,
    worker_ids: Collection[int] | None = None,
) -> MonthChanges:
    """Changes of the months that begin in `[first, last]`, the latest first; at most 500."""
    persons = {each.worker_id: each for each in await people(connection, visible, worker_ids)}
    async with connection.cursor(row_factory=class_row(_Row)) as cursor:
        await cursor.execute(
            """
            SELECT change_id, worker_id, month, changed_at, days, causes, before, after
            FROM attendance_month_changes
            WHERE month BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
            ORDER BY change_id DESC LIMIT %(limit)s
            """,
            {"first": first, "last": last, "workers": list(persons), "limit": CHANGES_MAX + 1},
        )
        rows = await cursor.fetchall()
    names = {each.code: each.name for each in pack.visit_lists}
    shown = [_to_wire(row, persons[row.worker_id], names) for row in rows[:CHANGES_MAX]]
    return MonthChanges(changes=shown, more=len(rows) > CHANGES_MAX)


def _to_wire(row: _Row, person: Person, names: Mapping[str, str]) -> MonthChange:
    return MonthChange(
        change_id=row.change_id,
        worker_id=row.worker_id,
        worker_code=person.code,
        worker_name=person.name,
        month=f"{row.month:%Y-%m}",
        changed_at=row.changed_at,
        days=row.days,
        causes=row.causes,
        before=_states(row.before, names),
        after=_states(row.after, names),
    )


def _states(stored: object, names: Mapping[str, str]) -> list[MonthRuleState]:
    return [
        MonthRuleState(
            rule="guide_tour" if each.list_code == TOUR else "visits",
            list_name=names.get(each.list_code, each.list_code),
            count=each.count,
            possible=each.possible,
            required=each.required,
            outcome=TOLD[each.outcome],
        )
        for each in msgspec.convert(stored, tuple[RuleOfMonth, ...])
    ]
