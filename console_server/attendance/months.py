"""Rules that are judged by the month: a guide's tour of the grids, and must-visit lists.

Owns what a month makes of its days: met, not met, undecided for each rule and each place. It is
made from the stored days alone, so that the same days give the same bytes. Pure.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

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
    """A day on which a place was surely visited, and the fixes that prove it.

    `by`: the worker who was there instead, where the pack lets those of a grid share its places.
    """

    day: date
    from_us: int
    to_us: int
    fixes: int
    by: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceVerdict:
    """One place over the month. `possible`: days on which it was, or may have been, visited.

    `asked_days` are the worker's own; visits and `possible` everybody's where they count for all.
    """

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


def judge_month(  # noqa: PLR0913 - whose month, by which rules, from which days
    pack: RulePack,
    worker_id: int,
    month: date,
    days: Sequence[DayCalls],
    *,
    over: bool,
    others: Mapping[int, Sequence[DayCalls]] = MappingProxyType({}),
) -> MonthVerdict:
    """The verdict of a month, from its days in any order.

    `others`: the days of workers who may have visited the same places; they count where the pack
    says that places are shared.
    """
    ordered = sorted(days, key=lambda each: each.day)
    calls: _Calls = defaultdict(list)
    for each in ordered:
        for call in each.calls:
            calls[call.list_code, call.place_id].append(_Made(each.day, call))
    theirs = _shared(pack, calls, others)
    places = [
        place
        for (list_code, place_id), found in sorted(calls.items())
        if (
            place := _place(
                pack, list_code, place_id, found, theirs.get((list_code, place_id), ()), over=over
            )
        )
        is not None
    ]
    return MonthVerdict(
        worker_id=worker_id,
        month=month,
        pack_code=pack.code,
        pack_version=pack.version,
        input_hash=_hash(pack, worker_id, month, ordered, theirs, over=over),
        provisional=not over,
        rules=tuple(_rules(places)),
        places=tuple(places),
    )


def is_judged_by_month(pack: RulePack) -> bool:
    """Whether the pack has a rule of this kind at all."""
    return pack.guide_tour is not None or pack.visits is not None


def shares_places(pack: RulePack) -> bool:
    """Whether one worker's visit counts for the others of the grid."""
    return pack.visits is not None and pack.visits.shared


@dataclass(frozen=True, slots=True)
class _Made:
    """A call on a day. `by`: who made it, where it was not the worker whose month it is."""

    day: date
    call: Call
    by: int | None = None


_Calls = dict[tuple[str, int], list[_Made]]


def _shared(
    pack: RulePack, own: Mapping[tuple[str, int], object], others: Mapping[int, Sequence[DayCalls]]
) -> _Calls:
    """What others did at the places of the lists that this worker has too."""
    found: _Calls = defaultdict(list)
    if not shares_places(pack):
        return found
    for worker_id in sorted(others):
        for each in sorted(others[worker_id], key=lambda each: each.day):
            for call in each.calls:
                key = call.list_code, call.place_id
                if call.list_code != TOUR and key in own:
                    found[key].append(_Made(each.day, call, worker_id))
    return found


def _place(  # noqa: PLR0913 - a place, and what was done there by whom
    pack: RulePack,
    list_code: str,
    place_id: int,
    own: Sequence[_Made],
    theirs: Sequence[_Made],
    *,
    over: bool,
) -> PlaceVerdict | None:
    """What the days say of one place; None: it is not asked for."""
    rules = pack.guide_tour if list_code == TOUR else pack.visits
    if rules is None or (over and len(own) < rules.min_work_days):
        return None
    made = sorted((*own, *theirs), key=lambda each: (each.day, each.by is not None, each.by or 0))
    visits = tuple(
        Visit(each.day, each.call.from_us, each.call.to_us, each.call.fixes, each.by)
        for each in made
        if each.call.outcome is Outcome.MET
    )
    surely = len({each.day for each in visits})
    possible = len({each.day for each in made if each.call.outcome is not Outcome.NOT_MET})
    outcome = decide(
        surely=surely >= rules.per_month, possibly=not over or possible >= rules.per_month
    )
    return PlaceVerdict(list_code, place_id, len(own), visits, possible, outcome)


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


def _hash(  # noqa: PLR0913 - all that decides
    pack: RulePack,
    worker_id: int,
    month: date,
    days: Sequence[DayCalls],
    theirs: _Calls,
    *,
    over: bool,
) -> str:
    """SHA-256 of all that decides a month: the rules, the hashes of its days, others' visits."""
    facts = [
        pack.code,
        pack.version,
        worker_id,
        month.isoformat(),
        over,
        [[each.day.isoformat(), each.input_hash] for each in days],
    ]
    if theirs:
        facts.append(
            [
                [*key, each.by, each.day.isoformat(), each.call.from_us, each.call.to_us,
                 each.call.fixes, each.call.outcome]
                for key, made in sorted(theirs.items())
                for each in made
            ]
        )  # fmt: skip
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
