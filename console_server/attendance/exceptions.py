"""Worker days of a month that somebody should look at first, and how many there are of each kind.

Owns the list; what is odd about a record was found when it was judged. An exception is no verdict:
a simulated place or a phone that lay still makes time unknown, and nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, get_args

from console_server.attendance.heat_map import LETTERS, WORST
from console_server.attendance.monthly import last_of
from console_server.attendance.store import people
from console_server.database import Connection
from console_server.wire.months import (
    ExceptionCount,
    ExceptionKind,
    ExceptionLine,
    Exceptions,
)

LISTED_MAX: Final = 1000
OUTCOME_KINDS: Final[Mapping[str, ExceptionKind]] = {"n": "not_met", "u": "undecided"}
KINDS: Final[tuple[ExceptionKind, ...]] = get_args(ExceptionKind)
Days = dict[tuple[date, int], tuple[list[ExceptionKind], bool]]


async def exceptions_of(
    connection: Connection,
    month: date,
    visible: Collection[int] | None,
    kind: ExceptionKind | None,
) -> Exceptions:
    """The exceptions of a month, the latest day first; of one kind, or of all but not-met alone."""
    persons = {each.worker_id: each for each in await people(connection, visible, None)}
    found = await _found(connection, month, list(persons))
    counts = Counter(kind for kinds, _ in found.values() for kind in kinds)
    wanted = [
        (day, worker_id, kinds, final)
        for (day, worker_id), (kinds, final) in found.items()
        if (kind in kinds if kind else kinds != ["not_met"])
    ]
    wanted.sort(key=lambda each: (-each[0].toordinal(), persons[each[1]].code))
    lines = [
        ExceptionLine(
            worker_id=worker_id,
            worker_code=persons[worker_id].code,
            worker_name=persons[worker_id].name,
            date=day,
            grid_codes=persons[worker_id].grid_codes,
            kinds=kinds,
            final=final,
        )
        for day, worker_id, kinds, final in wanted[:LISTED_MAX]
    ]
    return Exceptions(
        month=f"{month:%Y-%m}",
        counts=[ExceptionCount(each, counts[each]) for each in KINDS],
        lines=lines,
        more=len(wanted) > LISTED_MAX,
    )


async def _found(connection: Connection, month: date, worker_ids: Collection[int]) -> Days:
    """Kinds by day and worker, and whether that day's verdict is final."""
    marked = await _marked(connection, month, worker_ids)
    cursor = await connection.execute(
        f"""
        SELECT day, worker_id, final, outcome, signs FROM (
            SELECT day, worker_id, final, {WORST} AS outcome, summary -> 'signs' AS signs
            FROM attendance_days
            WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
        ) AS d
        WHERE outcome IN (2, 3) OR jsonb_array_length(signs) > 0
           OR (day, worker_id) IN (SELECT * FROM unnest(%(days)s::date[], %(marked)s::integer[]))
        """,  # noqa: S608 - a constant
        {
            "first": month,
            "last": last_of(month),
            "workers": list(worker_ids),
            "days": [day for day, _ in marked],
            "marked": [worker_id for _, worker_id in marked],
        },
    )
    found: Days = {}
    for day, worker_id, final, outcome, signs in await cursor.fetchall():
        kinds = {*signs, *marked.get((day, worker_id), ())}
        if (letter := LETTERS[outcome]) in OUTCOME_KINDS:
            kinds.add(OUTCOME_KINDS[letter])
        found[day, worker_id] = ([each for each in KINDS if each in kinds], final)
    return found


async def _marked(
    connection: Connection, month: date, worker_ids: Collection[int]
) -> Mapping[tuple[date, int], set[str]]:
    """Days of which a final verdict changed, or which are under appeal."""
    cursor = await connection.execute(
        """
        SELECT day, worker_id, 'changed' FROM attendance_changes
        WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
        UNION
        SELECT day, worker_id, 'appealed' FROM appeals
        WHERE day BETWEEN %(first)s AND %(last)s AND ruling IS NULL
          AND worker_id = ANY(%(workers)s::integer[])
        """,
        {"first": month, "last": last_of(month), "workers": list(worker_ids)},
    )
    found: dict[tuple[date, int], set[str]] = defaultdict(set)
    for day, worker_id, kind in await cursor.fetchall():
        found[day, worker_id].add(kind)
    return found
