import numpy as np
import pytest
from fleet_builders import (
    BLOCK_M,
    GRID_CODES,
    NOON_S,
    SIDE,
    make_district,
    make_persona,
    make_terrain,
)

from simulators.movement import Walk
from simulators.noise import random_of
from simulators.people.itinerary import Span, plan_walk
from simulators.people.persona import Habit
from simulators.people.terrain import Terrain

SHIFT = Span(NOON_S, NOON_S + 8 * 3600)
SECONDS = np.arange(SHIFT.from_s, SHIFT.to_s, 5.0)


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return make_terrain()


def walked(terrain: Terrain, habit: Habit = Habit.DILIGENT, seed: int = 1, day: str = "d") -> Walk:
    beat = make_district(terrain, seed).beat_of("W001", [GRID_CODES[0]])
    assert beat is not None
    return plan_walk(terrain, beat, make_persona(habit=habit), SHIFT, random_of(seed, day))


def inside_share(walk: Walk) -> float:
    inside = walk.where(SECONDS).xy[:, 0] < (SIDE / 2 - 0.5) * BLOCK_M + 12
    return float(inside.mean())


def test_the_same_seed_worker_and_shift_walk_the_same(terrain: Terrain) -> None:
    one, other = walked(terrain), walked(terrain)
    assert np.array_equal(one.at_s, other.at_s)
    assert np.array_equal(one.xy, other.xy)


def test_another_day_is_walked_differently(terrain: Terrain) -> None:
    one, other = walked(terrain).where(SECONDS).xy, walked(terrain, day="e").where(SECONDS).xy
    assert not np.allclose(one, other)


@pytest.mark.parametrize("habit", list(Habit))
def test_nobody_walks_faster_than_people_do_or_jumps(terrain: Terrain, habit: Habit) -> None:
    true = walked(terrain, habit).where(SECONDS)
    assert true.speed_mps.max() <= 1.5 + 1e-9
    assert np.hypot(*np.diff(true.xy, axis=0).T).max() <= 1.5 * 5.0 + 1e-6


@pytest.mark.parametrize("habit", list(Habit))
def test_a_plan_covers_its_shift(terrain: Terrain, habit: Habit) -> None:
    walk = walked(terrain, habit)
    assert walk.at_s[0] == SHIFT.from_s
    assert walk.at_s[-1] >= SHIFT.to_s
    assert (np.diff(walk.at_s) >= 0).all()


def test_streets_are_left_only_for_doors_and_checkpoints(terrain: Terrain) -> None:
    xy = walked(terrain).where(SECONDS).xy
    off_street = np.minimum(
        np.abs(xy[:, 0] - np.round(xy[:, 0] / BLOCK_M) * BLOCK_M),
        np.abs(xy[:, 1] - np.round(xy[:, 1] / BLOCK_M) * BLOCK_M),
    )
    assert off_street.max() < 25.0
    assert xy.min() > -25.0
    assert xy.max() < (SIDE - 1) * BLOCK_M + 25.0


def test_the_diligent_stay_in_their_grid_and_the_straying_do_not(terrain: Terrain) -> None:
    diligent = np.mean([inside_share(walked(terrain, day=str(d))) for d in range(5)])
    straying = [inside_share(walked(terrain, Habit.STRAYING, day=str(d))) for d in range(5)]
    assert diligent > 0.8
    assert np.mean(straying) < diligent


def test_the_slack_walk_less_than_the_diligent(terrain: Terrain) -> None:
    def walking(habit: Habit) -> float:
        shares = [walked(terrain, habit, day=str(d)).where(SECONDS).speed_mps > 0.3 for d in "abc"]
        return float(np.mean(shares))

    assert walking(Habit.SLACK) < 0.5 * walking(Habit.DILIGENT)


def test_a_diligent_day_touches_the_checkpoints(terrain: Terrain) -> None:
    xy = walked(terrain).where(SECONDS).xy
    for spot in ((205.0, 303.0), (401.0, 800.0)):
        assert np.hypot(*(xy - spot).T).min() < 3.0
