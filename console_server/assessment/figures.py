"""The figures that indicators name, of many subjects at once, and what each of them counts.

Owns how a source of the pack becomes a figure. Attendance counts final verdicts alone; cases are
counted as `measures` defines them; an entry is the latest one. Scores are made in `score.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from console_server.assessment.score import Figure
from console_server.assessment.sources import ATTENDANCE, CASES
from console_server.database import Connection
from console_server.measures.facts import Selection
from console_server.measures.period import Period
from console_server.packs.assessment_rules import AssessmentScheme, Source
from console_server.packs.pack import RulePack
from console_server.wire.assessment import Evidence


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures, over which time, by which scheme."""

    pack: RulePack
    scheme: AssessmentScheme
    period_name: str
    period: Period
    now: datetime
    subject_ids: Collection[int]

    def values(self) -> dict[str, Any]:
        """As parameters of the queries."""
        return {
            "subjects": list(self.subject_ids),
            "first": self.period.first,
            "last": self.period.last,
            "from_at": self.period.from_at,
            "to_at": self.period.to_at,
            "scheme": self.scheme.code,
            "period": self.period_name,
            "zone": self.period.zone.key,
            "within_s": self.pack.dispatch.acknowledge_within_s,
        }


async def read_figures(connection: Connection, asked: Asked) -> dict[int, dict[str, Figure]]:
    """Figures by subject and by the code of the indicator; where there is nothing, an empty one."""
    found: dict[int, dict[str, Figure]] = {each: {} for each in asked.subject_ids}
    for dimension in asked.scheme.dimensions:
        for indicator in dimension.indicators:
            if indicator.source == "manual":
                by_subject = await _entered(connection, asked, indicator.code)
            else:
                by_subject = await _counted(connection, asked, indicator.source)
            for subject_id in asked.subject_ids:
                found[subject_id][indicator.code] = by_subject.get(subject_id, Figure())
    return found


async def read_evidence(connection: Connection, asked: Asked, source: Source) -> list[Evidence]:
    """Everything that a figure of the subjects counts, by day."""
    if source == "manual":
        return []
    query, values = _query(asked, source)
    cursor = await connection.execute("WITH " + query + _LISTED, values)
    return [Evidence(*row) for row in await cursor.fetchall()]


async def _counted(connection: Connection, asked: Asked, source: Source) -> Mapping[int, Figure]:
    query, values = _query(asked, source)
    cursor = await connection.execute("WITH " + query + _GROUPED, values)
    return {
        row[0]: Figure(float(row[1]), float(row[1] + row[2]), row[3])
        for row in await cursor.fetchall()
    }


async def _entered(connection: Connection, asked: Asked, indicator: str) -> Mapping[int, Figure]:
    cursor = await connection.execute(
        """
        SELECT DISTINCT ON (subject_id) subject_id, value FROM assessment_entries
        WHERE scheme = %(scheme)s AND period = %(period)s AND indicator = %(indicator)s
          AND subject_id = ANY(%(subjects)s::integer[])
        ORDER BY subject_id, entry_id DESC
        """,
        asked.values() | {"indicator": indicator},
    )
    rows: Sequence[tuple[int, float | None]] = await cursor.fetchall()
    return {subject_id: Figure(value, 1.0) for subject_id, value in rows if value is not None}


def _query(asked: Asked, source: Source) -> tuple[LiteralString, dict[str, Any]]:
    """The query of what a source counts, and its parameters."""
    values = asked.values()
    if source in CASES:
        values = Selection(asked.period, asked.now).values() | values
        return CASES[source][asked.scheme.subject], values
    query, own = ATTENDANCE[source]
    return query, {**values, **own}


_GROUPED: Final[LiteralString] = """
    SELECT subject_id, count(*) FILTER (WHERE counts = 'for'),
           count(*) FILTER (WHERE counts = 'against'), count(*) FILTER (WHERE counts = 'open')
    FROM items WHERE subject_id = ANY(%(subjects)s::integer[]) GROUP BY subject_id
"""
_LISTED: Final[LiteralString] = """
    SELECT kind, ref, label, "on", counts FROM items
    WHERE subject_id = ANY(%(subjects)s::integer[]) ORDER BY "on", ref, label
"""
