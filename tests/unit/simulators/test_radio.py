import numpy as np
import pytest

from simulators.gnss import Surroundings
from simulators.radio import Radio
from simulators.scenario import RadioPlan

TIMES_S = np.arange(0.0, 600_000.0, 20.0)
HERE = np.tile([30.0, 40.0], (len(TIMES_S), 1))
OUTDOORS = np.full(len(TIMES_S), Surroundings.OPEN, dtype=np.uint8)
INDOORS = np.full(len(TIMES_S), Surroundings.INDOOR, dtype=np.uint8)


def plan(**shares: float) -> RadioPlan:
    nothing = {"dead_place_share": 0.0, "outage_share": 0.0, "indoor_outage_share": 0.0}
    return RadioPlan(**{**nothing, **shares})


def test_without_outages_there_is_always_data() -> None:
    assert Radio(1, plan()).has_data(5, TIMES_S, HERE, OUTDOORS).mean() > 0.9999


def test_outages_take_the_share_of_time_that_the_scenario_says() -> None:
    radio = Radio(1, plan(outage_share=0.1, indoor_outage_share=0.4))
    assert 1 - radio.has_data(5, TIMES_S, HERE, OUTDOORS).mean() == pytest.approx(0.1, abs=0.02)
    assert 1 - radio.has_data(5, TIMES_S, HERE, INDOORS).mean() == pytest.approx(0.4, abs=0.03)


def test_outages_last_longer_than_a_report() -> None:
    lost = ~Radio(1, plan(outage_share=0.1)).has_data(5, TIMES_S, HERE, OUTDOORS)
    outages = np.count_nonzero(np.diff(lost.astype(int)) == 1)
    assert lost.sum() * 20.0 / outages > 60.0


def test_a_dead_place_is_dead_for_every_phone_at_any_time() -> None:
    places = np.random.default_rng(1).uniform(-3000, 3000, (4000, 2))
    kinds = np.zeros(len(places), dtype=np.uint8)
    radio = Radio(1, plan(dead_place_share=0.05))
    one = radio.has_data(5, np.full(len(places), 100.0), places, kinds)
    other = radio.has_data(6, np.full(len(places), 9e5), places, kinds)
    assert np.array_equal(one, other)
    assert 1 - one.mean() == pytest.approx(0.05, abs=0.03)


def test_masts_go_down_in_turn() -> None:
    radio = Radio(1, plan(mast_outage_every_s=1500.0, mast_outage_s=240.0))
    here = ~radio.has_data(5, TIMES_S, HERE, OUTDOORS)
    there = ~radio.has_data(5, TIMES_S, HERE + 6000.0, OUTDOORS)
    assert here.mean() == pytest.approx(0.16, abs=0.01)
    assert not np.array_equal(here, there)
