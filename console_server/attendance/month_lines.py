"""The rules of a month as lines of a table: a guide's tour and the must-visit lists, by worker.

Owns reading them back with the names of places; how a workbook looks is in `export.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from console_server.attendance.calls import TOUR
from console_server.attendance.month_store import places_named, stored_months
from console_server.attendance.monthly import verdict_of
from console_server.attendance.outcome import Outcome
from console_server.attendance.outcomes import TOLD
from console_server.attendance.sheet_words import WORDS
from console_server.attendance.store import people
from console_server.attendance.wire_form import Person
from console_server.database import Connection
from console_server.languages import Language
from console_server.packs.pack import RulePack
from console_server.wire.attendance import Outcome as WireOutcome


@dataclass(frozen=True, slots=True)
class MonthRuleLine:
    """A rule of the month for one worker; `open_places`: names of what is not surely done."""

    person: Person
    name: str
    count: int
    possible: int
    required: int
    outcome: WireOutcome
    open_places: Sequence[str]
    final: bool


async def month_rule_lines(
    connection: Connection,
    pack: RulePack,
    month: date,
    visible: Collection[int] | None,
    language: Language = "zh",
) -> list[MonthRuleLine]:
    """What is stored of the rules of a month, by worker code."""
    persons = {each.worker_id: each for each in await people(connection, visible, None)}
    stored = await stored_months(connection, month, month, list(persons))
    verdicts = [(each, verdict_of(each)) for each in stored]
    names = await places_named(connection, (p for _, each in verdicts for p in each.places))
    lists = {each.code: each.name for each in pack.visit_lists} | {TOUR: WORDS[language].tour}
    found = [
        MonthRuleLine(
            person=persons[verdict.worker_id],
            name=lists.get(rule.list_code, rule.list_code),
            count=rule.count,
            possible=rule.possible,
            required=rule.required,
            outcome=TOLD[rule.outcome],
            open_places=[
                names.get((rule.list_code == TOUR, place.place_id), ("", ""))[1]
                for place in verdict.places
                if place.list_code == rule.list_code and place.outcome is not Outcome.MET
            ],
            final=kept.final,
        )
        for kept, verdict in verdicts
        for rule in verdict.rules
    ]
    return sorted(found, key=lambda line: line.person.code)
