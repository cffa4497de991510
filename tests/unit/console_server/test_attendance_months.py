"""Guides' tours and must-visit lists: a day's part against an oracle, then the month's."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest
from attendance_days import (
    DAY,
    EAST,
    GRID,
    MIDDLE,
    NORTH,
    OTHER,
    OUT_LON,
    PACK,
    RECTANGLE,
    SOUTH,
    WEST,
    Row,
    at,
    day,
    fix,
    ground,
    outline,
    span,
    standing,
    walking,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_stays import Rectangle

from console_server.attendance.border import border_of
from console_server.attendance.calls import TOUR, Call
from console_server.attendance.day import Checkpoint, DayInput, TourGrid, input_hash
from console_server.attendance.months import DayCalls, MonthRule, MonthVerdict, judge_month
from console_server.attendance.outcome import Outcome
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.rules import GuideTour, VisitList, VisitRules

MET, NOT_MET, UNDECIDED = Outcome.MET, Outcome.NOT_MET, Outcome.UNDECIDED
FAR = 9  # a grid that nobody comes near
SPAN = span("09:00", "10:00")
RULES = GuideTour(per_month=1, posts=("网格指导员",), min_stay_s=300, min_work_days=3)
GUIDED = replace(PACK, guide_tour=RULES)
VISITED = replace(
    PACK,
    visit_lists=(VisitList("bifang", "三必访", ("楼栋长",)), VisitList("bicha", "三必查", ())),
    visits=VisitRules(per_month=2, min_work_days=3),
)
SHARED = replace(VISITED, visits=VisitRules(per_month=2, min_work_days=3, shared=True))
EASTERN = Rectangle(EAST, SOUTH, EAST + (EAST - WEST), NORTH)
AWAY = Rectangle(WEST - 0.1, SOUTH, WEST - 0.095, NORTH)
GRIDS = ((GRID, RECTANGLE), (OTHER, EASTERN), (FAR, AWAY))
MONTH = DAY.replace(day=1)


def tour() -> tuple[TourGrid, ...]:
    return tuple(TourGrid(grid, border_of((outline(box),))) for grid, box in GRIDS)


def guide(*rows: Row, **more: object) -> DayInput:
    """A guide's day over two grids side by side and one far away."""
    both = Rectangle(WEST, SOUTH, EASTERN.east, NORTH)
    grounds = (ground(both, grids=(GRID, OTHER, FAR)),)
    return day(*rows, **{"planned": (SPAN,), "tour": tour(), "grounds": grounds, **more})


def calls(given_day: DayInput, pack: object = GUIDED) -> dict[int, Outcome]:
    verdict = judge_days(pack, [given_day])[0]  # type: ignore[arg-type]
    return {each.place_id: each.outcome for each in verdict.calls}


def test_enough_time_in_a_grid_is_a_visit_and_passing_through_is_none() -> None:
    rows = [*standing("09:00", "09:40"), *standing("09:40:30", "09:42", lon=EAST + 0.002)]
    rows += standing("09:42:30", "10:00")
    assert calls(guide(*rows)) == {GRID: MET, OTHER: NOT_MET, FAR: NOT_MET}


def test_silence_may_hide_a_visit_to_any_grid() -> None:
    assert calls(guide(*standing("09:00", "09:50"))) == {
        GRID: MET,
        OTHER: UNDECIDED,
        FAR: UNDECIDED,
    }


def test_fixes_too_coarse_to_tell_one_grid_from_the_next_prove_neither() -> None:
    rows = standing("09:00", "10:00", lon=EAST - 0.0001, lat=MIDDLE[1], accuracy_m=40)
    assert calls(guide(*rows)) == {GRID: UNDECIDED, OTHER: UNDECIDED, FAR: NOT_MET}


def test_the_call_names_the_fixes_that_prove_it() -> None:
    verdict = judge_days(GUIDED, [guide(*standing("09:00", "10:00"))])[0]
    assert verdict.calls[0] == Call(TOUR, GRID, 121, at("09:00"), at("10:00"), MET)


def test_a_guide_is_held_to_the_tour_and_not_to_the_day() -> None:
    verdict = judge_days(GUIDED, [guide(*standing("09:00", "10:00", lon=OUT_LON))])[0]
    assert (verdict.share.outcome, verdict.patrols.outcome) == (None, None)
    assert verdict.others == ()


def test_on_leave_nothing_is_asked_for_but_a_visit_still_counts() -> None:
    rows = standing("09:00", "10:00")
    found = calls(guide(*rows, leaves=(span("00:00", "23:59"),)))
    assert found == {GRID: MET}


def test_what_is_toured_and_listed_is_part_of_the_input() -> None:
    rows = standing("09:00", "10:00")
    plain, listed = point(1), Checkpoint(1, *MIDDLE, 30.0)
    assert input_hash(PACK, guide(*rows)) != input_hash(PACK, guide(*rows, tour=()))
    assert input_hash(PACK, day(*rows, checkpoints=(plain,))) != input_hash(
        PACK, day(*rows, checkpoints=(listed,))
    )


def point(number: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> Checkpoint:
    return Checkpoint(number, lon, lat, 30.0, "bifang")


def test_a_place_of_a_list_is_visited_by_coming_within_its_reach() -> None:
    points = (point(1), point(2, lon=WEST + 0.0002), Checkpoint(3, *MIDDLE, 30.0, None))
    rows = walking("09:00", "10:00")
    verdict = judge_days(VISITED, [day(*rows, planned=(SPAN,), checkpoints=points)])[0]
    assert [(each.list_code, each.place_id, each.outcome) for each in verdict.calls] == [
        ("bifang", 1, MET),
        ("bifang", 2, NOT_MET),
    ]


def test_a_running_day_may_still_bring_the_visit() -> None:
    points = (point(2, lon=WEST + 0.0002),)
    rows = walking("09:00", "09:30")
    given_day = day(*rows, planned=(SPAN,), checkpoints=points, now_us=at("09:30"))
    assert calls(given_day, VISITED) == {2: UNDECIDED}


Steps = list[tuple[int, int, float, bool]]  # after how many seconds, which place, accuracy, mock
PLACES = (MIDDLE[0], EAST - 0.0005, EAST + 0.0005, EAST + 0.003, WEST - 0.002)


def rows_of(steps: Steps) -> list[Row]:
    rows, moment = [], at("09:00")
    for after_s, place, accuracy_m, mock in steps:
        moment += after_s * 1_000_000
        lon = PLACES[place]
        grid = GRID if WEST <= lon < EAST else OTHER if EAST <= lon < EASTERN.east else 77
        rows.append(fix(moment, lon, MIDDLE[1], accuracy_m, grid=grid, mock=mock))
    return [row for row in rows if row[0] <= SPAN[1]]


def oracle(rows: Sequence[Row]) -> dict[int, Outcome]:
    """Gap by gap, without arrays: `500 m` of accuracy reach every border, 8 m none."""
    sure = dict.fromkeys((GRID, OTHER, FAR), 0)
    maybe = dict.fromkeys((GRID, OTHER, FAR), 0)
    known_us = 0
    for before, after in pairwise(rows):
        gap_us = after[0] - before[0]
        fine = before[3] <= 20 and after[3] <= 20 and not before[6] and not after[6]
        if not fine or gap_us > 300_000_000:
            continue
        known_us += gap_us
        for grid in sure:
            if before[4] == grid and after[4] == grid:
                sure[grid] += gap_us
            if grid in {before[4], after[4]}:
                maybe[grid] += gap_us
    open_us = SPAN[1] - SPAN[0] - known_us
    least = 300_000_000
    return {
        grid: MET if sure[grid] >= least
        else UNDECIDED if maybe[grid] + open_us >= least
        else NOT_MET
        for grid in sure
    }  # fmt: skip


STEPS = st.lists(
    st.tuples(
        st.sampled_from([30, 60, 90, 240, 299, 300, 301, 700]),
        st.integers(0, len(PLACES) - 1),
        st.sampled_from([8.0, 8.0, 8.0, 20.0, 500.0]),
        st.sampled_from([False, False, False, False, True]),
    ),
    max_size=60,
)


@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_tour_of_a_day_equals_the_oracle_in_any_order_of_arrival(
    steps: Steps, chance: random.Random
) -> None:
    rows = rows_of(steps)
    shuffled = [*rows, *rows[:5]]
    chance.shuffle(shuffled)
    assert calls(guide(*shuffled)) == oracle(rows)


def days(*outcomes: Outcome, place: int = GRID, list_code: str = TOUR) -> list[DayCalls]:
    return [
        DayCalls(
            MONTH + timedelta(days=number),
            f"hash {number}",
            (Call(list_code, place, 9, 1, 2, each) if each is MET else
             Call(list_code, place, 0, 0, 0, each),),
        )
        for number, each in enumerate(outcomes)
    ]  # fmt: skip


def month(
    given_days: Sequence[DayCalls], *, over: bool = True, pack: object = GUIDED
) -> MonthVerdict:
    return judge_month(pack, 1, MONTH, given_days, over=over)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((NOT_MET, MET, NOT_MET), MET),
        ((NOT_MET, UNDECIDED, NOT_MET), UNDECIDED),
        ((NOT_MET, NOT_MET, NOT_MET), NOT_MET),
    ],
)
def test_one_visit_a_month_makes_a_tour_and_doubt_is_no_failure(
    outcomes: tuple[Outcome, ...], expected: Outcome
) -> None:
    verdict = month(days(*outcomes))
    assert [each.outcome for each in verdict.rules] == [expected]
    assert [each.rule for each in verdict.rules] == [MonthRule.GUIDE_TOUR]


def test_a_place_that_was_theirs_for_two_days_is_not_asked_for() -> None:
    assert month(days(NOT_MET, NOT_MET)).rules == ()


def test_while_the_month_runs_nothing_is_failed() -> None:
    verdict = month(days(NOT_MET, NOT_MET, NOT_MET, NOT_MET), over=False)
    assert [each.outcome for each in verdict.rules] == [UNDECIDED]
    assert verdict.provisional


def test_a_list_asks_for_two_days_of_every_place() -> None:
    first = days(MET, MET, NOT_MET, list_code="bifang", place=1)
    second = days(MET, NOT_MET, NOT_MET, list_code="bifang", place=2)
    both = [replace(a, calls=a.calls + b.calls) for a, b in zip(first, second, strict=True)]
    verdict = month(both, pack=VISITED)
    rule = verdict.rules[0]
    assert (rule.count, rule.possible, rule.required, rule.outcome) == (1, 1, 2, NOT_MET)
    assert [visit.day for visit in verdict.places[0].visits] == [MONTH, MONTH + timedelta(days=1)]


OUTCOMES = st.sampled_from([MET, NOT_MET, UNDECIDED])
MONTHS = st.lists(
    st.dictionaries(st.tuples(st.sampled_from(["bifang", "bicha"]), st.integers(1, 4)), OUTCOMES),
    max_size=12,
)
Month = list[dict[tuple[str, int], Outcome]]


def as_days(found: Month) -> list[DayCalls]:
    return [
        DayCalls(
            MONTH + timedelta(days=number),
            str(number),
            tuple(Call(code, place, 1, 1, 2, each) for (code, place), each in one.items()),
        )
        for number, one in enumerate(found)
    ]


def month_oracle(found: Month) -> dict[str, Outcome]:
    """List by list, by counting days."""
    told: dict[str, list[Outcome]] = {}
    for key in sorted({key for one in found for key in one}):
        seen = [one[key] for one in found if key in one]
        if len(seen) < 3:
            continue
        sure, possible = seen.count(MET), len(seen) - seen.count(NOT_MET)
        place = MET if sure >= 2 else UNDECIDED if possible >= 2 else NOT_MET
        told.setdefault(key[0], []).append(place)
    return {
        code: NOT_MET if NOT_MET in places else UNDECIDED if UNDECIDED in places else MET
        for code, places in told.items()
    }


@given(MONTHS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_a_month_equals_the_oracle_and_its_bytes_do_not_depend_on_the_order_of_days(
    found: Month, chance: random.Random
) -> None:
    given_days = as_days(found)
    verdict = month(given_days, pack=VISITED)
    assert {each.list_code: each.outcome for each in verdict.rules} == month_oracle(found)
    chance.shuffle(given_days)
    again = month(given_days, pack=VISITED)
    assert msgspec.json.encode(again) == msgspec.json.encode(verdict)
    kept = msgspec.convert(msgspec.json.decode(msgspec.json.encode(verdict)), MonthVerdict)
    assert kept == verdict


def test_where_places_are_shared_a_colleague_s_visits_count_and_name_the_colleague() -> None:
    own = days(NOT_MET, NOT_MET, NOT_MET, list_code="bifang", place=1)
    theirs = {7: days(MET, NOT_MET, MET, list_code="bifang", place=1)}
    alone = judge_month(VISITED, 1, MONTH, own, over=True, others=theirs)
    assert [each.outcome for each in alone.rules] == [NOT_MET]
    assert alone == judge_month(VISITED, 1, MONTH, own, over=True)
    together = judge_month(SHARED, 1, MONTH, own, over=True, others=theirs)
    assert [each.outcome for each in together.rules] == [MET]
    [place] = together.places
    assert [(each.day.day, each.by) for each in place.visits] == [(1, 7), (3, 7)]
    assert (place.asked_days, place.possible) == (3, 2)


def test_two_of_a_grid_on_one_day_are_one_day_s_visit() -> None:
    own = days(MET, NOT_MET, NOT_MET, list_code="bifang", place=1)
    theirs = {7: days(MET, UNDECIDED, NOT_MET, list_code="bifang", place=1)}
    [place] = judge_month(SHARED, 1, MONTH, own, over=True, others=theirs).places
    assert (len(place.visits), place.possible, place.outcome) == (2, 2, UNDECIDED)


def test_a_colleague_s_places_that_are_not_the_own_are_not_asked_for() -> None:
    own = days(MET, MET, NOT_MET, list_code="bifang", place=1)
    theirs = {7: days(NOT_MET, NOT_MET, NOT_MET, list_code="bifang", place=2)}
    verdict = judge_month(SHARED, 1, MONTH, own, over=True, others=theirs)
    assert [each.place_id for each in verdict.places] == [1]


@given(MONTHS, MONTHS, MONTHS, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_shared_places_equal_the_oracle_whoever_went_first(
    own: Month, second: Month, third: Month, chance: random.Random
) -> None:
    everybody = {2: as_days(second), 3: as_days(third)}
    verdict = judge_month(SHARED, 1, MONTH, as_days(own), over=True, others=everybody)
    found = {(each.list_code, each.place_id): each.outcome for each in verdict.places}
    for key in {key for one in own for key in one}:
        asked = [one[key] for one in own if key in one]
        if len(asked) < 3:
            assert key not in found
            continue
        by_day: dict[int, set[Outcome]] = {}
        for months in (own, second, third):
            for number, one in enumerate(months):
                if key in one:
                    by_day.setdefault(number, set()).add(one[key])
        sure = sum(MET in outcomes for outcomes in by_day.values())
        possible = sum(outcomes != {NOT_MET} for outcomes in by_day.values())
        assert found[key] is (MET if sure >= 2 else UNDECIDED if possible >= 2 else NOT_MET)
    turned = {
        number: sorted(each, key=lambda _: chance.random()) for number, each in everybody.items()
    }
    again = judge_month(
        SHARED, 1, MONTH, as_days(own), over=True, others=dict(reversed(turned.items()))
    )
    assert msgspec.json.encode(again) == msgspec.json.encode(verdict)


@given(MONTHS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_visit_that_comes_late_never_makes_a_month_worse(
    found: Month, data: st.DataObject
) -> None:
    keys = [(number, key) for number, one in enumerate(found) for key in one]
    if not keys:
        return
    number, key = data.draw(st.sampled_from(keys))
    better = [dict(one) for one in found]
    better[number][key] = MET
    rank = {NOT_MET: 0, UNDECIDED: 1, MET: 2}
    before = {each.list_code: each.outcome for each in month(as_days(found), pack=VISITED).rules}
    after = {each.list_code: each.outcome for each in month(as_days(better), pack=VISITED).rules}
    assert all(rank[after[code]] >= rank[outcome] for code, outcome in before.items())


def test_a_day_stored_before_there_were_calls_reads_back() -> None:
    verdict = judge_days(PACK, [day(*standing("09:00", "10:00"))])[0]
    body = msgspec.json.decode(msgspec.json.encode(verdict))
    del body["calls"]
    assert msgspec.convert(body, DayVerdict) == verdict


def test_months_of_another_day_hash_differently() -> None:
    some = days(MET, MET, MET)
    other = [replace(some[0], input_hash="another"), *some[1:]]
    assert month(some).input_hash != month(other).input_hash
    assert month(some).month == date(2026, 11, 1)
