import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from street_lines import network_of

from console_server.dispatches.field import Field, Place, Why, distances_m
from console_server.dispatches.recommendation import (
    CANDIDATES_LIMIT_MAX,
    Ask,
    Ranking,
    rank,
)
from console_server.packs.rules import WalkingRules
from console_server.streets.walking import By, Reach, Walks
from telemetry_ingest.wire.presence import Presence

WALKING = WalkingRules()
PLACE = Place(118.5, 32.0, grid_id=7)
ONE_KM_NORTH = 32.0 + 1000 / 111_195  # degrees of a great circle of the mean radius


def field_of(count: int, **columns: Any) -> Field:
    values: dict[str, Any] = {
        "lon": np.full(count, 118.5),
        "lat": np.full(count, ONE_KM_NORTH),
        "presence": np.full(count, Presence.ONLINE, dtype=np.uint8),
        "fix_age_s": np.full(count, 10.0),
        "accuracy_m": np.full(count, 8.0),
        "battery": np.full(count, 0.8),
        "grid_id": np.full(count, 7, dtype=np.int32),
        "own_grid": np.ones(count, dtype=np.bool_),
        "own_group": np.zeros(count, dtype=np.bool_),
        "skilled": np.zeros(count, dtype=np.bool_),
        "open_dispatches": np.zeros(count, dtype=np.int32),
        "rest_left_s": np.zeros(count),
        "shift_left_s": np.full(count, np.inf),
        "reachable": np.ones(count, dtype=np.bool_),
        "excluded": np.zeros(count, dtype=np.bool_),
        "refused": np.zeros(count, dtype=np.bool_),
        "wanted": np.ones(count, dtype=np.bool_),
    }
    return Field(**(values | {name: np.asarray(value) for name, value in columns.items()}))


def order(field: Field) -> list[int]:
    return [choice.row for choice in rank(field, PLACE, Ask(20)).choices]


def test_distance_and_walking_time_are_those_of_a_kilometre() -> None:
    (choice,) = rank(field_of(1), PLACE, Ask(5)).choices
    assert choice.distance_m == pytest.approx(1000, rel=1e-3)
    assert choice.travel_s == pytest.approx(
        1000 * WALKING.detour_factor / WALKING.speed_mps, rel=1e-3
    )
    assert choice.reasons == (Why("closest", {"distanceM": 1000}), Why("own_grid"))


def test_the_closest_of_equals_goes() -> None:
    assert order(field_of(3, lat=[32.03, 32.01, 32.02])) == [1, 2, 0]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"open_dispatches": [1, 0]}, "busy"),
        ({"battery": [0.1, 0.9]}, "battery_low"),
        ({"fix_age_s": [400.0, 10.0], "presence": np.array([3, 1], dtype=np.uint8)}, "fix_age"),
        ({"accuracy_m": [300.0, 5.0]}, "coarse"),
        ({"grid_id": np.array([3, 7], dtype=np.int32)}, "coverage_hole"),
        ({"rest_left_s": [400.0, 0.0]}, "resting"),
        ({"shift_left_s": [300.0, np.inf]}, "shift_ends"),
        ({"refused": np.array([True, False])}, "refused_before"),
    ],
)
def test_a_doubt_puts_a_worker_behind_an_equal_and_is_said(
    columns: dict[str, Any], code: str
) -> None:
    choices = rank(field_of(2, **columns), PLACE, Ask(5)).choices
    assert [choice.row for choice in choices] == [1, 0]
    assert code in {why.code for why in choices[1].reasons}
    assert code not in {why.code for why in choices[0].reasons}


def test_who_knows_the_grid_goes_before_an_equal_stranger() -> None:
    assert order(field_of(2, own_grid=np.array([False, True]))) == [1, 0]


def test_a_much_closer_stranger_goes_before_a_far_local() -> None:
    field = field_of(2, own_grid=np.array([False, True]), lat=[32.0005, 32.02])
    assert order(field) == [0, 1]


def test_nobody_leaves_a_hole_where_another_stays() -> None:
    field = field_of(2, grid_id=np.array([3, 3], dtype=np.int32))
    reasons = [why.code for choice in rank(field, PLACE, Ask(5)).choices for why in choice.reasons]
    assert "coverage_hole" not in reasons


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"presence": np.array([0, 0], dtype=np.uint8)}, Why("nobody_on_duty", {"onDuty": 0})),
        ({"excluded": np.array([True, True])}, Why("all_on_it", {"onDuty": 2})),
        ({"reachable": np.array([False, False])}, Why("nobody_with_handset", {"onDuty": 2})),
        ({"lon": [np.nan, np.nan]}, Why("nobody_with_place", {"onDuty": 2})),
        ({"wanted": np.array([False, False])}, Why("nobody_wanted", {"onDuty": 2})),
    ],
)
def test_when_nobody_can_go_it_says_why(columns: dict[str, Any], why: Why) -> None:
    ranking = rank(field_of(2, **columns), PLACE, Ask(5))
    assert (ranking.choices, ranking.none) == ((), why)


def test_an_empty_roster_has_nobody() -> None:
    assert rank(field_of(0), PLACE, Ask(5)).none == Why("nobody_on_duty", {"onDuty": 0})


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.integers(1, 50))
def test_the_ranking_holds_the_able_and_nobody_else_and_its_order_is_stable(
    count: int, seed: int, limit: int
) -> None:
    field = random_field(count, seed)
    first, second = rank(field, PLACE, Ask(limit)), rank(field, PLACE, Ask(limit))
    assert first == second
    able = {
        row
        for row in range(count)
        if field.presence[row] != Presence.OFF_DUTY
        and not np.isnan(field.lon[row])
        and field.reachable[row]
        and not field.excluded[row]
    }
    rows = [choice.row for choice in first.choices]
    assert len(set(rows)) == len(rows) == min(limit, len(able))
    assert set(rows) <= able
    assert all(choice.reasons for choice in first.choices)
    longer = [choice.row for choice in rank(field, PLACE, Ask(50)).choices]
    assert longer[: len(rows)] == rows


def test_ten_thousand_workers_are_ranked_in_well_under_fifty_milliseconds() -> None:
    field = random_field(10_000, 1)
    took_s = []
    for _ in range(30):
        started = time.process_time()
        rank(field, PLACE, Ask(CANDIDATES_LIMIT_MAX))
        took_s.append(time.process_time() - started)
    assert min(took_s) < 0.05


def random_field(count: int, seed: int) -> Field:
    random = np.random.default_rng(seed)
    lon = random.uniform(118.4, 118.6, count)
    lon[random.random(count) < 0.1] = np.nan
    return replace(
        field_of(count),
        lon=lon,
        lat=random.uniform(31.9, 32.1, count),
        presence=random.integers(0, 4, count).astype(np.uint8),
        fix_age_s=random.uniform(0, 4000, count),
        battery=np.where(random.random(count) < 0.2, np.nan, random.random(count)),
        grid_id=random.integers(0, 60, count).astype(np.int32),
        own_grid=random.random(count) < 0.1,
        open_dispatches=random.integers(0, 3, count).astype(np.int32),
        reachable=random.random(count) < 0.9,
        excluded=random.random(count) < 0.05,
    )


def test_distances_agree_with_a_known_pair() -> None:
    # Nanjing to Beijing city centres: by the spherical law of cosines instead.
    (distance,) = distances_m(np.array([116.4074]), np.array([39.9042]), Place(118.7969, 32.0603))
    assert distance == pytest.approx(898_207.3, abs=0.1)


def test_who_has_the_skill_goes_before_an_equal_without_and_it_is_said() -> None:
    place = replace(PLACE, skill="电工")
    choices = rank(field_of(2, skilled=np.array([False, True])), place, Ask(5)).choices
    assert [choice.row for choice in choices] == [1, 0]
    assert Why("skilled", {"skill": "电工"}) in choices[0].reasons


def test_an_old_fix_widens_where_somebody_may_be_and_how_long_they_may_need() -> None:
    (choice,) = rank(field_of(1, fix_age_s=[360.0], accuracy_m=[12.0]), PLACE, Ask(5)).choices
    doubt_m = 12 + 360 * WALKING.speed_mps
    assert choice.doubt_m == pytest.approx(doubt_m)
    more_s = doubt_m * WALKING.detour_factor / WALKING.speed_mps
    assert choice.travel_max_s - choice.travel_s == pytest.approx(more_s)
    assert Why("fix_age", {"ageS": 360, "withinM": round(doubt_m)}) in choice.reasons


def test_only_those_who_can_be_there_in_time_are_named_where_that_is_asked_for() -> None:
    field = field_of(2, lat=[32.001, 32.03])
    (choice,) = rank(field, PLACE, Ask(5, within_s=600)).choices
    assert choice.row == 0
    assert rank(field, PLACE, Ask(5, within_s=10)) == Ranking(
        (), Why("nobody_so_near", {"withinS": 10})
    )


class Across:
    """A river to the west: whoever is there has a long way round, in the far west none at all."""

    def walks(self, lon: Any, lat: Any) -> Walks:
        straight_s = distances_m(lon, lat, PLACE) / WALKING.speed_mps
        west, far = lon < PLACE.lon - 0.001, lon < PLACE.lon - 0.05
        by = np.where(far, By.UNREACHABLE, np.where(lat > 32.08, By.STRAIGHT, By.STREETS))
        travel_s = np.where(by == By.STREETS, straight_s * 1.2 + west * 900, np.nan)
        return Walks(travel_s, by.astype(np.uint8))


def test_who_would_have_to_go_round_goes_after_who_is_farther_but_on_this_side() -> None:
    field = field_of(2, lon=[118.498, 118.505], lat=[32.0, 32.0])
    assert order(field) == [0, 1]
    first, second = rank(field, PLACE, Ask(5, reach=Across())).choices
    assert (first.row, second.row, first.by) == (1, 0, By.STREETS)


def test_who_cannot_be_reached_is_named_last_and_it_is_said() -> None:
    field = field_of(2, lon=[118.44, 118.56], lat=[32.0, 32.0])
    first, second = rank(field, PLACE, Ask(5, reach=Across())).choices
    assert (first.row, second.by) == (1, By.UNREACHABLE)
    assert "unreachable" in {why.code for why in second.reasons}
    straight_s = second.distance_m * WALKING.detour_factor / WALKING.speed_mps
    assert second.travel_s == pytest.approx(straight_s)  # for whoever decides otherwise


@given(st.integers(1, 600), st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_looking_for_the_promising_alone_finds_what_looking_for_all_finds(
    count: int, seed: int, limit: int
) -> None:
    field = random_field(count, seed)
    some = rank(field, PLACE, Ask(limit, reach=Across())).choices
    everybody = rank(field, PLACE, Ask(10_000, reach=Across())).choices
    assert [each.row for each in some] == [each.row for each in everybody[:limit]]


def test_a_real_network_answers_for_everybody_on_it() -> None:
    network = network_of([(-2000, 0), (0, 0), (2000, 0)], [(0, 0), (0, 2000)], rules=WALKING)
    field = field_of(2, lon=[118.5, 118.51], lat=[32.005, 32.0])
    choices = rank(field, PLACE, Ask(5, reach=Reach(network, PLACE.lon, PLACE.lat))).choices
    expected = distances_m(field.lon, field.lat, PLACE) / WALKING.speed_mps
    assert [each.by for each in choices] == [By.STREETS, By.STREETS]
    found = [each.travel_s for each in sorted(choices, key=lambda each: each.row)]
    assert found == pytest.approx(expected.tolist(), rel=5e-3)
