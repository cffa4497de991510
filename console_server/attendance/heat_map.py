"""The heat map of a month: how each day came out, by worker and by area.

Owns reading the outcomes of a month and adding them up; the verdicts are what is stored. Of a day
the worst outcome of its rules counts, as on the board; while it runs, only what cannot be made up
any more is told as an outcome.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, LiteralString

from console_server.areas.tree import AreaKind, AreaNode, AreaTree
from console_server.attendance.monthly import last_of
from console_server.attendance.store import people
from console_server.attendance.wire_form import Person
from console_server.database import Connection
from console_server.wire.months import AreaMonth, DayOutcomes, MonthBoard, WorkerLine

LETTERS: Final = "-munsr"  # by the number that the query gives an outcome
NO_RECORD: Final = "."
OUTCOMES: Final = 8  # a stored day is told as the day of the month * OUTCOMES + outcome
AREAS_MAX: Final = 60  # more communities than these are shown by subdistrict
WORST: Final[LiteralString] = """
    CASE
    WHEN 'not_met' IN (summary -> 'in_grid' ->> 'outcome', summary -> 'patrols' ->> 'outcome',
                       summary -> 'twice_daily' ->> 'outcome')
         OR summary @> '{"others": [{"outcome": "not_met"}]}' THEN 3
    WHEN 'undecided' IN (summary -> 'in_grid' ->> 'outcome', summary -> 'patrols' ->> 'outcome',
                         summary -> 'twice_daily' ->> 'outcome')
         OR summary @> '{"others": [{"outcome": "undecided"}]}'
        THEN CASE WHEN summary @> '{"provisional": true}' THEN 5 ELSE 2 END
    WHEN 'met' IN (summary -> 'in_grid' ->> 'outcome', summary -> 'patrols' ->> 'outcome',
                   summary -> 'twice_daily' ->> 'outcome')
         OR summary @> '{"others": [{"outcome": "met"}]}'
        THEN CASE WHEN summary @> '{"provisional": true}' THEN 4 ELSE 1 END
    ELSE 0 END"""


async def heat_map(
    connection: Connection,
    tree: AreaTree,
    month: date,
    visible: Collection[int] | None,
    area: AreaNode | None,
) -> MonthBoard:
    """The month of everybody of whom something is stored, by area and worker code."""
    persons = await people(connection, visible, None)
    outcomes = await _outcomes(connection, month, [each.worker_id for each in persons])
    lines = [
        _line(tree, each, outcomes[each.worker_id], month)
        for each in persons
        if each.worker_id in outcomes
    ]
    lines.sort(key=lambda each: (each.area_code, each.worker_code))
    return MonthBoard(f"{month:%Y-%m}", _areas(tree, lines, area, last_of(month).day), lines)


async def _outcomes(
    connection: Connection, month: date, worker_ids: Sequence[int]
) -> Mapping[int, Sequence[int]]:
    """By worker, a number a stored day: the day of the month and the outcome."""
    cursor = await connection.execute(
        f"""
        SELECT worker_id, array_agg(extract(day FROM day)::integer * {OUTCOMES} + {WORST})
        FROM attendance_days
        WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
        GROUP BY worker_id
        """,  # noqa: S608 - a constant
        {"first": month, "last": last_of(month), "workers": list(worker_ids)},
    )
    return dict(await cursor.fetchall())


def _line(tree: AreaTree, person: Person, stored: Sequence[int], month: date) -> WorkerLine:
    days = [NO_RECORD] * last_of(month).day
    for each in stored:
        days[each // OUTCOMES - 1] = LETTERS[each % OUTCOMES]
    return WorkerLine(
        worker_id=person.worker_id,
        worker_code=person.code,
        worker_name=person.name,
        area_code=_area_of(tree, person),
        grid_codes=person.grid_codes,
        days="".join(days),
    )


def _area_of(tree: AreaTree, person: Person) -> str:
    """The community of the first grid; without a grid none."""
    node = tree.by_code(person.grid_codes[0]) if person.grid_codes else None
    community = tree.ancestor(node.area_id, "community") if node else None
    return community.code if community else ""


def _areas(
    tree: AreaTree, lines: Sequence[WorkerLine], area: AreaNode | None, days: int
) -> list[AreaMonth]:
    """By grid within a community, else by community, or by subdistrict where there are many."""
    kind: AreaKind = "grid" if area and area.kind in {"community", "grid"} else "community"
    found = _by_area(tree, lines, kind)
    if len(found) > AREAS_MAX and kind == "community":
        found = _by_area(tree, lines, "subdistrict")
    return [
        AreaMonth(code, node.name, [_counts(some, at) for at in range(days)])
        for code, some in sorted(found.items())
        if (node := tree.by_code(code)) is not None
    ]


def _by_area(
    tree: AreaTree, lines: Iterable[WorkerLine], kind: AreaKind
) -> dict[str, list[WorkerLine]]:
    found: dict[str, list[WorkerLine]] = defaultdict(list)
    for line in lines:
        for code in {_above(tree, grid, kind) for grid in line.grid_codes}:
            found[code].append(line)
    found.pop("", None)
    return found


def _above(tree: AreaTree, grid_code: str, kind: AreaKind) -> str:
    node = tree.by_code(grid_code)
    above = tree.ancestor(node.area_id, kind) if node else None
    return above.code if above else ""


def _counts(lines: Sequence[WorkerLine], at: int) -> DayOutcomes:
    letters = [each.days[at] for each in lines]
    running = letters.count("s") + letters.count("r")
    return DayOutcomes(letters.count("m"), letters.count("n"), letters.count("u"), running)
