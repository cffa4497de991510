import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.gnss import Surroundings
from simulators.movement import Pen, Walk


def drawn() -> Walk:
    pen = Pen(1000.0, (0.0, 0.0))
    pen.go((0.0, 60.0), 1.2)
    pen.stay(30.0, Surroundings.INDOOR)
    pen.go((60.0, 60.0), 1.2, Surroundings.OPEN)
    return pen.walk()


def test_a_walk_is_where_it_was_drawn_at_every_instant() -> None:
    true = drawn().where(np.array([900.0, 1025.0, 1060.0, 1105.0, 2000.0]))
    assert true.xy.tolist() == [[0, 0], [0, 30], [0, 60], [30, 60], [60, 60]]
    assert true.speed_mps == pytest.approx([0.0, 1.2, 0.0, 1.2, 0.0])
    assert true.course_deg[1] == pytest.approx(0.0)
    assert true.course_deg[3] == pytest.approx(90.0)
    assert true.surroundings[2] == Surroundings.INDOOR


@given(st.floats(1000.0, 1130.0), st.floats(1.0, 300.0))
def test_a_changed_walk_keeps_its_past_and_does_not_jump(at_s: float, metres: float) -> None:
    before = drawn()
    pen = Pen(at_s, before.place_at(at_s))
    pen.go((pen.xy[0] - metres, pen.xy[1]), 1.4)
    after = before.followed_by(pen.walk())
    past = np.linspace(990.0, at_s, 20)
    assert np.allclose(after.where(past).xy, before.where(past).xy)
    fine = np.arange(1000.0, at_s + 300.0, 0.5)
    steps = np.hypot(*np.diff(after.where(fine).xy, axis=0).T)
    assert steps.max() <= 1.4 * 0.5 + 1e-6
