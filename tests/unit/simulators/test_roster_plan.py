"""Staff and roster: one full-time and four part-time a grid, and a lively today at any hour."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.people.roster import CHINA, DAYS_AHEAD, Shift, plan
from simulators.people.staff import FULL_TIME, PART_TIME, USUAL_GROUPS, employ
from simulators.town.areas import Area

GRIDS = tuple(
    Area(
        f"320111011{c:03d}{g:03d}",
        f"{c}-{g}",
        "grid",
        f"320111011{c:03d}",
        400,
        shapely.box(0, 0, 1, 1),
    )
    for c in range(1, 15)
    for g in range(1, 6 if c <= 3 else 5)
)
STAFF = employ(GRIDS, 295, 1)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=CHINA)
)


def _by_worker(shifts: tuple[Shift, ...]) -> dict[str, list[Shift]]:
    found: dict[str, list[Shift]] = {}
    for shift in shifts:
        found.setdefault(shift.worker_number, []).append(shift)
    return found


def test_each_grid_has_one_full_time_and_four_part_time_workers() -> None:
    posts = Counter((w.grid_codes[0], w.category) for w in STAFF)

    assert posts == {(g.code, c): n for g in GRIDS for c, n in ((FULL_TIME, 1), (PART_TIME, 4))}


def test_numbers_names_and_phones_are_unique_and_no_phone_is_real() -> None:
    for values in ([w.number for w in STAFF], [w.name for w in STAFF], [w.phone for w in STAFF]):
        assert len(set(values)) == 295
    assert all(w.phone.startswith("12") and len(w.phone) == 11 for w in STAFF)


def test_all_eight_groups_are_staffed_and_most_workers_have_none() -> None:
    groups = Counter(w.group for w in STAFF)

    assert set(groups) == {"", *USUAL_GROUPS}
    assert groups[""] > 200


@pytest.mark.parametrize("number", [1, 12, 58, 59, 60, 294, 296, 1000])
def test_any_number_of_workers_is_spread_evenly(number: int) -> None:
    staff = employ(GRIDS, number, 1)
    sizes = Counter(w.grid_codes[0] for w in staff)
    leaders = Counter(w.grid_codes[0] for w in staff if w.category == FULL_TIME)

    assert len(staff) == number
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert set(leaders.values()) == {1}
    assert len(leaders) == min(number, 59)


def test_ten_thousand_workers_have_unique_names() -> None:
    staff = employ(GRIDS, 10_000, 1)

    assert len({w.name for w in staff}) == len({w.phone for w in staff}) == 10_000


@settings(max_examples=25, deadline=None)
@given(now=INSTANTS)
def test_most_workers_are_on_duty_whenever_the_demo_starts(now: datetime) -> None:
    shifts = plan(STAFF, 1, now)
    on_duty = {s.worker_number for s in shifts if s.start_at <= now < s.end_at}

    assert 0.83 <= len(on_duty) / len(STAFF) <= 0.88


@settings(max_examples=25, deadline=None)
@given(now=INSTANTS)
def test_shifts_never_overlap_and_are_of_sensible_length(now: datetime) -> None:
    for own in _by_worker(plan(STAFF[:60], 1, now)).values():
        for before, after in pairwise(own):
            assert before.end_at <= after.start_at
        for shift in own:
            assert timedelta(hours=1) <= shift.end_at - shift.start_at <= timedelta(hours=12)
            assert shift.start_at.minute % 15 == shift.end_at.minute % 15 == 0


@settings(max_examples=25, deadline=None)
@given(now=INSTANTS)
def test_only_night_shifts_of_today_begin_before_midnight(now: datetime) -> None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for shift in plan(STAFF, 1, now):
        if shift.start_at < midnight < shift.end_at:
            assert shift.kind == "night"


def test_the_plan_covers_yesterday_and_the_next_seven_days() -> None:
    now = datetime(2026, 5, 6, 14, 7, tzinfo=CHINA)
    days = Counter(s.start_at.date() - now.date() for s in plan(STAFF, 1, now))

    assert set(days) == {timedelta(days=d) for d in range(-1, DAYS_AHEAD + 1)}
    assert all(number > 150 for number in days.values())


def test_on_ordinary_days_full_time_is_eight_to_half_past_five() -> None:
    now = datetime(2026, 5, 6, 14, 7, tzinfo=CHINA)
    full_time = {w.number for w in STAFF if w.category == FULL_TIME}
    spans = {
        (s.start_at.strftime("%H:%M"), s.end_at.strftime("%H:%M"))
        for s in plan(STAFF, 1, now)
        if s.worker_number in full_time and s.start_at.date() != now.date()
    }

    assert spans == {("08:00", "17:30")}


def test_somebody_watches_both_halves_of_the_night() -> None:
    now = datetime(2026, 5, 6, 14, 7, tzinfo=CHINA)
    night = {s.start_at.strftime("%H:%M") for s in plan(STAFF, 1, now) if s.kind == "night"}

    assert night == {"18:30", "00:00"}


def test_the_same_hour_gives_the_same_plan_and_the_next_hour_another() -> None:
    at = datetime(2026, 5, 6, 14, 7, tzinfo=CHINA)

    assert plan(STAFF, 1, at) == plan(STAFF, 1, at + timedelta(minutes=50))
    assert plan(STAFF, 1, at) != plan(STAFF, 1, at + timedelta(hours=1))


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        plan(STAFF, 1, datetime(2026, 5, 6, 14, 7))  # noqa: DTZ001


@pytest.mark.parametrize("later_h", [3, 9, 26, 35, 9 * 24 + 12])
def test_a_later_plan_keeps_what_was_planned_and_is_lively_again(later_h: int) -> None:
    first_at = datetime(2026, 5, 6, 14, 7, tzinfo=CHINA)
    first = plan(STAFF, 1, first_at)
    later_at = first_at + timedelta(hours=later_h)
    later = plan(STAFF, 1, later_at, first)
    assert set(first) <= set(later)
    for own in _by_worker(later).values():
        assert all(a.end_at <= b.start_at for a, b in pairwise(own))
    on_duty = sum(shift.start_at <= later_at < shift.end_at for shift in later)
    assert on_duty >= 0.8 * len(STAFF)
