"""Rules that are judged by the month: a guide's tour of the grids, and must-visit lists.

Owns what a month makes of its days: met, not met, undecided for each rule and each place. It is
made from the stored days alone, so that the same days give the same bytes. Pure.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from console_server.attendance.calls import TOUR, Call
from console_server.attendance.outcome import Outcome, decide
from console_server.packs.pack import RulePack


class MonthRule(StrEnum):
    """Which rule it is."""

    GUIDE_TOUR = "guide_tour"
    VISITS = "visits"


@dataclass(frozen=True, slots=True)
class DayCalls:
    """One day of the month: what its verdict was made from, and what it says of the places."""

    day: date
    input_hash: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """A day on which a place was surely visited, and the fixes that prove it."""

    day: date
    from_us: int
    to_us: int
    fixes: int


@dataclass(frozen=True, slots=True)
class PlaceVerdict:
    """One place over the month. `possible`: days on which it was, or may have been, visited."""

    list_code: str
    place_id: int
    asked_days: int
    visits: tuple[Visit, ...]
    possible: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RuleOfMonth:
    """How many places were surely, and possibly, visited as often as asked, out of `required`."""

    rule: MonthRule
    list_code: str
    count: int
    possible: int
    required: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class MonthVerdict:
    """One worker's month. `provisional`: days of it may still come or change."""

    worker_id: int
    month: date
    pack_code: str
    pack_version: str
    input_hash: str
    provisional: bool
    rules: tuple[RuleOfMonth, ...]
    places: tuple[PlaceVerdict, ...]


def judge_month(
    pack: RulePack, worker_id: int, month: date, days: Sequence[DayCalls], *, over: bool
) -> MonthVerdict:
    """The verdict of a month, from its days in any order."""
    ordered = sorted(days, key=lambda each: each.day)
    calls: dict[tuple[str, int], list[tuple[date, Call]]] = defaultdict(list)
    for each in ordered:
        for call in each.calls:
            calls[call.list_code, call.place_id].append((each.day, call))
    places = [
        place
        for (list_code, place_id), found in sorted(calls.items())
        if (place := _place(pack, list_code, place_id, found, over=over)) is not None
    ]
    return MonthVerdict(
        worker_id=worker_id,
        month=month,
        pack_code=pack.code,
        pack_version=pack.version,
        input_hash=_hash(pack, worker_id, month, ordered, over=over),
        provisional=not over,
        rules=tuple(_rules(places)),
        places=tuple(places),
    )


def is_judged_by_month(pack: RulePack) -> bool:
    """Whether the pack has a rule of this kind at all."""
    return pack.guide_tour is not None or pack.visits is not None


def _place(
    pack: RulePack,
    list_code: str,
    place_id: int,
    found: Sequence[tuple[date, Call]],
    *,
    over: bool,
) -> PlaceVerdict | None:
    """What the days say of one place; None: it is not asked for."""
    rules = pack.guide_tour if list_code == TOUR else pack.visits
    if rules is None or (over and len(found) < rules.min_work_days):
        return None
    visits = tuple(
        Visit(day, call.from_us, call.to_us, call.fixes)
        for day, call in found
        if call.outcome is Outcome.MET
    )
    possible = sum(call.outcome is not Outcome.NOT_MET for _, call in found)
    outcome = decide(
        surely=len(visits) >= rules.per_month, possibly=not over or possible >= rules.per_month
    )
    return PlaceVerdict(list_code, place_id, len(found), visits, possible, outcome)


def _rules(places: Iterable[PlaceVerdict]) -> Iterable[RuleOfMonth]:
    by_list: dict[str, list[PlaceVerdict]] = defaultdict(list)
    for place in places:
        by_list[place.list_code].append(place)
    for list_code, some in by_list.items():
        count = sum(each.outcome is Outcome.MET for each in some)
        possible = sum(each.outcome is not Outcome.NOT_MET for each in some)
        outcome = decide(surely=count == len(some), possibly=possible == len(some))
        rule = MonthRule.GUIDE_TOUR if list_code == TOUR else MonthRule.VISITS
        yield RuleOfMonth(rule, list_code, count, possible, len(some), outcome)


def _hash(
    pack: RulePack, worker_id: int, month: date, days: Sequence[DayCalls], *, over: bool
) -> str:
    """SHA-256 of all that decides a month: the rules, and the hashes of its days."""
    facts = [
        pack.code,
        pack.version,
        worker_id,
        month.isoformat(),
        over,
        [[each.day.isoformat(), each.input_hash] for each in days],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
