import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulators.gnss import SKIES, Surroundings, observe
from simulators.noise import smooth_normal, stream_of

TIMES_S = np.arange(0.0, 400_000.0, 10.0)
STILL = np.zeros((len(TIMES_S), 2))


def around(surroundings: Surroundings) -> NDArray[np.uint8]:
    return np.full(len(TIMES_S), surroundings, dtype=np.uint8)


@pytest.mark.parametrize("surroundings", list(Surroundings))
def test_two_thirds_of_errors_lie_within_the_stated_accuracy(surroundings: Surroundings) -> None:
    seen = observe(stream_of(1, "a"), TIMES_S, STILL, around(surroundings))
    inside = (np.hypot(*seen.xy.T) < seen.accuracy_m).mean()
    assert 0.65 < inside < 0.71


@pytest.mark.parametrize("surroundings", list(Surroundings))
def test_accuracy_stays_in_the_range_of_the_surroundings(surroundings: Surroundings) -> None:
    seen = observe(stream_of(1, "a"), TIMES_S, STILL, around(surroundings))
    sky = SKIES[surroundings]
    assert sky.best_m <= seen.accuracy_m.min()
    assert seen.accuracy_m.max() <= sky.worst_m


@pytest.mark.parametrize("surroundings", list(Surroundings))
def test_fixes_get_lost_as_often_as_the_surroundings_say(surroundings: Surroundings) -> None:
    seen = observe(stream_of(2, "b"), TIMES_S, STILL, around(surroundings))
    assert 1 - seen.has_fix.mean() == pytest.approx(SKIES[surroundings].lost_share, abs=0.03)


def test_errors_of_neighbouring_instants_are_alike_and_of_distant_ones_not() -> None:
    error = observe(stream_of(3, "c"), TIMES_S, STILL, around(Surroundings.OPEN)).xy[:, 0]
    near = np.corrcoef(error[:-1], error[1:])[0, 1]
    far = np.corrcoef(error[:-60], error[60:])[0, 1]
    assert near > 0.5
    assert abs(far) < 0.05


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30, unique=True))
def test_an_observation_does_not_depend_on_what_else_is_asked(instants: list[int]) -> None:
    stream, times_s = stream_of(1, "w"), np.array(instants, dtype=float)
    places = np.zeros((len(instants), 2))
    kinds = np.zeros(len(instants), dtype=np.uint8)
    together = observe(stream, times_s, places, kinds)
    for i in range(len(instants)):
        alone = observe(stream, times_s[i : i + 1], places[:1], kinds[:1])
        assert np.array_equal(alone.xy[0], together.xy[i])
        assert alone.accuracy_m[0] == together.accuracy_m[i]
        assert alone.has_fix[0] == together.has_fix[i]


def test_two_phones_have_different_errors() -> None:
    one = observe(stream_of(1, "one"), TIMES_S, STILL, around(Surroundings.OPEN)).xy[:, 0]
    other = observe(stream_of(1, "other"), TIMES_S, STILL, around(Surroundings.OPEN)).xy[:, 0]
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


def test_smooth_noise_has_unit_variance_between_lattice_points_too() -> None:
    for offset in (0.0, 0.25, 0.5):
        times_s = np.asarray((np.arange(20_000) + offset) * 60.0, dtype=np.float64)
        values = smooth_normal(9, times_s, 60.0)
        assert values.std() == pytest.approx(1.0, abs=0.03)
