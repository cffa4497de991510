"""The weekly comparison: exact chances, few false alarms in noise, and rises that are found."""

from fractions import Fraction
from math import comb, prod
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console_server.measures.surge import (
    FALSE_SHARE,
    Cell,
    adjusted,
    beta_binomial_tail,
    binomial_tail,
    chance_of,
    dispersion_of,
    judge_family,
)

WEEKS = 8


@settings(deadline=None)
@given(st.integers(1, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_binomial_tail_is_exact(counts: tuple[int, int]) -> None:
    count, total = counts
    share = Fraction(1, 9)
    exact = sum(
        comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(count, total + 1)
    )
    assert binomial_tail(count, total, 1 / 9) == pytest.approx(float(exact), rel=1e-9)


@settings(deadline=None)
@given(st.integers(1, 40).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_beta_binomial_tail_is_exact(counts: tuple[int, int]) -> None:
    count, total = counts

    def rising(start: Fraction, steps: int) -> Fraction:
        return prod((start + step for step in range(steps)), start=Fraction(1))

    a, b = Fraction(3, 2), Fraction(12)
    exact = sum(
        comb(total, k) * rising(a, k) * rising(b, total - k) / rising(a + b, total)
        for k in range(count, total + 1)
    )
    assert beta_binomial_tail(count, total, 1.5, 12.0) == pytest.approx(float(exact), rel=1e-9)


def test_chance_of_a_published_size_by_hand() -> None:
    # 14 after 41 in 8 weeks: of 55 cases 14 or more fall into one week of nine.
    exact = sum(comb(55, k) * 8 ** (55 - k) for k in range(14, 56)) / 9**55
    assert chance_of(Cell((5, 6, 4, 5, 5, 6, 5, 5), 14)) == pytest.approx(exact)
    assert 0.002 < exact < 0.004


def test_what_does_not_rise_has_the_chance_one() -> None:
    assert chance_of(Cell((5,) * WEEKS, 5)) == 1.0
    assert chance_of(Cell((900,) * WEEKS, 3)) == 1.0
    assert chance_of(Cell((0,) * WEEKS, 0)) == 1.0


def test_more_scatter_makes_the_same_rise_less_striking() -> None:
    cell = Cell((5, 6, 4, 5, 5, 6, 5, 5), 14)
    assert chance_of(cell) < chance_of(cell, 1.5) < chance_of(cell, 3.0)


def test_dispersion_is_one_for_chance_and_found_where_counts_scatter() -> None:
    draw = np.random.default_rng(5)
    even = [Cell(tuple(map(int, draw.poisson(6, WEEKS))), 0) for _ in range(300)]
    wild = [Cell(tuple(map(int, draw.negative_binomial(3, 1 / 3, WEEKS))), 0) for _ in range(300)]
    assert dispersion_of(even) == pytest.approx(1.0, abs=0.08)
    assert dispersion_of(wild) == pytest.approx(3.0, rel=0.12)
    assert dispersion_of([]) == dispersion_of([Cell((0,) * WEEKS, 4)]) == 1.0


def test_adjusting_is_that_of_benjamini_and_hochberg() -> None:
    assert adjusted([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_adjusted_chances_do_not_depend_on_the_order(chances: list[float], order: Random) -> None:
    places = list(range(len(chances)))
    order.shuffle(places)
    mixed = adjusted([chances[at] for at in places])
    plain = adjusted(chances)
    assert mixed == [plain[at] for at in places]
    assert all(q >= p for p, q in zip(chances, plain, strict=True))


def test_two_cases_are_no_warning_whatever_the_odds() -> None:
    assert not judge_family([Cell((0,) * WEEKS, 2)], 1.0)[0].rises
    assert judge_family([Cell((0,) * WEEKS, 4)], 1.0)[0].rises


def test_small_rise_of_large_numbers_is_certain_but_nothing_to_act_on() -> None:
    verdict = judge_family([Cell((1000,) * WEEKS, 1300)], 1.0)[0]
    assert verdict.p < 1e-9
    assert not verdict.rises


def _noise(draw: np.random.Generator, dispersion: float) -> list[Cell]:
    """A district's cells without any rise: 9 classes in 15 communities, few to many a week."""
    means = np.repeat(draw.gamma(1.0, 2.0, 9), 15) * draw.uniform(0.3, 1.7, 135)
    if dispersion > 1:
        shape = means / (dispersion - 1)
        counts = draw.negative_binomial(shape[:, None], 1 / dispersion, (135, WEEKS + 1))
    else:
        counts = draw.poisson(means[:, None], (135, WEEKS + 1))
    return [Cell(tuple(map(int, row[:-1])), int(row[-1])) for row in counts if row.any()]


@pytest.mark.parametrize("dispersion", [1.0, 1.3, 2.0, 3.0])
def test_pure_noise_hardly_ever_raises_an_alarm(dispersion: float) -> None:
    runs, alarmed = 400, 0
    for seed in range(runs):
        cells = _noise(np.random.default_rng(seed), dispersion)
        alarmed += any(each.rises for each in judge_family(cells, dispersion_of(cells)))
    assert alarmed / runs <= FALSE_SHARE + 2 * (FALSE_SHARE * (1 - FALSE_SHARE) / runs) ** 0.5


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_seeded_rise_is_found_and_little_else(dispersion: float) -> None:
    runs, found, false = 200, 0, 0
    for seed in range(runs):
        draw = np.random.default_rng(10_000 + seed)
        cells = [Cell(tuple(map(int, draw.poisson(4, WEEKS))), 18 if dispersion == 1 else 28)]
        cells += _noise(draw, dispersion)
        judged = judge_family(cells, dispersion_of(cells))
        found += judged[0].rises
        false += any(each.rises for each in judged[1:])
    assert found / runs >= 0.95
    assert false / runs <= 0.1
