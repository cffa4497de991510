"""One worker's month: every day's verdicts, totals with bounds, appeals and changes.

Owns what is added up; nothing is judged here but the rules of a month, which `months.py` does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from console_server.attendance.appeals import appeals_of
from console_server.attendance.calls import TOUR
from console_server.attendance.changes import changes_of
from console_server.attendance.month_changes import month_changes_of
from console_server.attendance.month_store import places_named, scans_of
from console_server.attendance.monthly import last_of, month_now
from console_server.attendance.months import (
    MonthVerdict,
    PlaceVerdict,
    RuleOfMonth,
    Visit,
    is_judged_by_month,
    shares_places,
)
from console_server.attendance.outcomes import TOLD, bounds, totals
from console_server.attendance.spans import from_us
from console_server.attendance.store import StoredDay, notable_days, people, post_of, stored_month
from console_server.attendance.wire_form import Person, Summary, row_to_wire, summary_from
from console_server.database import Connection
from console_server.packs.pack import RulePack
from console_server.wire.attendance import Sign
from console_server.wire.months import (
    MonthDay,
    MonthPlace,
    MonthRule,
    PlaceVisit,
    WorkerMonth,
)


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """A stored day with its summary read."""

    stored: StoredDay
    summary: Summary


@dataclass(frozen=True, slots=True)
class _Names:
    """Code and name of places, names of colleagues, and when whose scans were of which place."""

    places: Mapping[tuple[bool, int], tuple[str, str]]
    workers: Mapping[int, str]
    scanned: Mapping[tuple[int, int], Sequence[int]]

    def scans(self, worker_id: int, place: PlaceVerdict, visit: Visit) -> int:
        """How many scans there are within what proves a visit."""
        if place.list_code == TOUR:
            return 0
        found = self.scanned.get((worker_id, place.place_id), ())
        return len({at for at in found if visit.from_us <= at <= visit.to_us})


async def worker_month(
    connection: Connection,
    pack: RulePack,
    person: Person,
    month: date,
    visible: Collection[int] | None,
) -> WorkerMonth:
    """What is stored of a worker's month; the rules of the month as they stand now."""
    last, only = last_of(month), [person.worker_id]
    stored = await stored_month(connection, month, last, only)
    days = [JudgedDay(each, summary_from(each.summary)) for each in stored]
    signs = await notable_days(connection, person.worker_id, month, last)
    verdict = None
    if is_judged_by_month(pack):
        verdict = await month_now(connection, pack, person.worker_id, month)
    names = await _names_of(connection, verdict)
    appeals = await appeals_of(connection, visible, open_only=False, worker_id=person.worker_id)
    changes = await changes_of(connection, month, last, visible, only)
    months = await month_changes_of(connection, pack, month, month, visible, only)
    lower, upper = bounds(each.summary for each in days)
    return WorkerMonth(
        worker_id=person.worker_id,
        worker_code=person.code,
        worker_name=person.name,
        post=await post_of(connection, person.worker_id),
        grid_codes=person.grid_codes,
        month=f"{month:%Y-%m}",
        pack_code=pack.code,
        pack_version=pack.version,
        provisional=not all(each.stored.final for each in days),
        **_sums([each.summary for each in days]),
        lower=lower,
        upper=upper,
        days=[_day(person, each, signs.get(each.stored.day, ())) for each in days],
        totals=totals([each.summary for each in days]),
        rules=_rules(pack, verdict, names) if verdict else [],
        input_hash=verdict.input_hash if verdict and verdict.rules else None,
        appeals=[each for each in appeals if month <= each.date <= last],
        changes=changes.changes,
        month_changes=months.changes,
    )


async def _names_of(connection: Connection, verdict: MonthVerdict | None) -> _Names:
    if verdict is None:
        return _Names({}, {}, {})
    others = {visit.by for place in verdict.places for visit in place.visits} - {None}
    colleagues = await people(connection, None, [each for each in others if each is not None])
    return _Names(
        places=await places_named(connection, verdict.places),
        workers={each.worker_id: each.name for each in colleagues},
        scanned=await scans_of(connection, verdict),
    )


def _sums(summaries: Sequence[Summary]) -> dict[str, float]:
    names = (
        "planned_s", "leave_s", "order_s", "outage_s", "excused_s", "work_s", "inside_s",
        "unknown_s",
    )  # fmt: skip
    return {name: sum(getattr(each, name) for each in summaries) for name in names}


def _day(person: Person, day: JudgedDay, signs: Sequence[Sign]) -> MonthDay:
    row = row_to_wire(person, day.stored.day, day.summary, final=day.stored.final, signs=signs)
    return MonthDay(
        **{name: getattr(row, name) for name in row.__struct_fields__},
        planned_s=day.summary.planned_s,
        leave_s=day.summary.leave_s,
        order_s=day.summary.order_s,
        outage_s=day.summary.outage_s,
        excused_s=day.summary.excused_s,
    )


def _rules(pack: RulePack, verdict: MonthVerdict, names: _Names) -> list[MonthRule]:
    lists = {each.code: each.name for each in pack.visit_lists}
    shared = shares_places(pack)
    return [
        _rule(each, lists.get(each.list_code, ""), verdict, names, shared=shared)
        for each in verdict.rules
    ]


def _rule(
    rule: RuleOfMonth,
    list_name: str,
    verdict: MonthVerdict,
    names: _Names,
    *,
    shared: bool,
) -> MonthRule:
    some = [each for each in verdict.places if each.list_code == rule.list_code]
    return MonthRule(
        rule="guide_tour" if rule.list_code == TOUR else "visits",
        list_name=list_name,
        count=rule.count,
        possible=rule.possible,
        required=rule.required,
        outcome=TOLD[rule.outcome],
        places=[_place(each, verdict.worker_id, names) for each in some],
        shared=shared and rule.list_code != TOUR,
    )


def _place(each: PlaceVerdict, worker_id: int, names: _Names) -> MonthPlace:
    code, name = names.places.get((each.list_code == TOUR, each.place_id), (str(each.place_id), ""))
    visits = [
        PlaceVisit(
            visit.day,
            from_us(visit.from_us),
            from_us(visit.to_us),
            visit.fixes,
            names.scans(visit.by or worker_id, each, visit),
            names.workers.get(visit.by) if visit.by is not None else None,
        )
        for visit in each.visits
    ]
    return MonthPlace(code, name, each.asked_days, visits, each.possible, TOLD[each.outcome])
