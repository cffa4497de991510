import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from ingest_builders import border, duty, fixes, s, world

from telemetry_ingest import movement, screening
from telemetry_ingest.duty import Period
from telemetry_ingest.fix import Reason
from telemetry_ingest.geofencing import BorderHistory
from telemetry_ingest.movement import LastFixes
from telemetry_ingest.pipeline import judge
from telemetry_ingest.wire.live import Flag

TOWN = BorderHistory([border(4, shapely.box(118.6, 32.0, 118.61, 32.01))])
number = st.floats() | st.sampled_from([0.0, -0.0, 90.0, 180.0, 1e308, 5e-324])
row = st.fixed_dictionaries(
    {
        "handset": st.integers(1, 3),
        "at": st.floats(-1e7, 1e7).map(round),
        "lon": number,
        "lat": number,
        "accuracy_m": number,
        "speed_mps": number,
        "course_deg": number,
        "battery": number,
        "mock": st.booleans(),
        "datum": st.integers(0, 2),
    }
)


def reasons(rows: list[dict[str, Any]], **changes: Any) -> dict[Reason, int]:
    return {
        reason: len(refused) for reason, refused in judge(fixes(rows), world(**changes)).refused
    }


@given(st.lists(row, max_size=40))
def test_every_fix_has_exactly_one_outcome_and_what_is_kept_makes_sense(
    rows: list[dict[str, Any]],
) -> None:
    result = judge(fixes(rows), world(borders=TOWN))
    kept = result.positions.fixes
    assert len(kept) + sum(len(f) for _, f in result.refused) + result.repeats == len(rows)
    assert (np.abs(kept.lon) <= 180).all()
    assert (np.abs(kept.lat) <= 90).all()
    for column, low, high in (("battery", 0, 1), ("course_deg", 0, 360), ("speed_mps", 0, 1000)):
        values = getattr(kept, column)
        assert (np.isnan(values) | ((values >= low) & (values <= high))).all()
    assert len({(h, t) for h, t in zip(kept.handset, kept.at_us, strict=True)}) == len(kept)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lon": math.nan}, Reason.NOT_FINITE),
        ({"lat": math.inf}, Reason.NOT_FINITE),
        ({"lon": 180.5}, Reason.OUT_OF_RANGE),
        ({"lon": 10.0, "lat": 91.0}, Reason.OUT_OF_RANGE),
        ({"lon": 0.0, "lat": 0.0}, Reason.NULL_ISLAND),
        ({"lon": 32.005, "lat": 118.605}, Reason.SWAPPED_AXES),
        ({"at": 301.0}, Reason.FUTURE),
        ({"at": 1e12}, Reason.FUTURE),
        ({"at": -86_401.0}, Reason.OFF_DUTY),
        ({"at": -1e12}, Reason.OFF_DUTY),
    ],
)
def test_each_fault_has_its_reason(change: dict[str, float], reason: Reason) -> None:
    assert reasons([{}, change], borders=TOWN) == {reason: 1}


def test_older_than_the_retention_is_too_old() -> None:
    assert reasons([{"at": -100.0}], oldest_us=s(-50)) == {Reason.TOO_OLD: 1}


def test_five_minutes_ahead_is_allowed() -> None:
    assert reasons([{"at": 300.0}]) == {}


def test_what_was_recorded_before_the_enrolment_ended_still_counts() -> None:
    ended = world().revoked_us.copy()
    ended[1] = s(-60)
    assert reasons([{"at": -61.0}, {"at": -60.0}], revoked_us=ended) == {Reason.REVOKED: 1}


def test_duty_is_judged_by_the_time_of_the_fix() -> None:
    on_duty = duty({1: [Period(s(-100), s(-50))]})
    rows = [{"at": at} for at in (-101.0, -100.0, -50.000001, -50.0)]
    assert reasons(rows, duty=on_duty) == {Reason.OFF_DUTY: 2}


def test_the_first_of_two_with_one_instant_is_kept() -> None:
    result = judge(fixes([{"lon": 118.6}, {"lon": 118.7}, {"handset": 2}]), world())
    assert result.positions.fixes.lon.tolist() == [118.6, 118.605]
    assert result.repeats == 1


@pytest.mark.parametrize("unknown", [-1.0, 0.0, math.nan, math.inf, 1e9])
def test_an_impossible_accuracy_is_unknown_and_so_coarse(unknown: float) -> None:
    result = judge(fixes([{"accuracy_m": unknown}]), world())
    assert math.isnan(result.positions.fixes.accuracy_m[0])
    assert result.positions.flags.tolist() == [Flag.COARSE]


def test_flags_mark_and_do_not_drop() -> None:
    rows = [
        {"at": -30.0},
        {"at": -20.0, "mock": True},
        {"at": -10.0, "accuracy_m": 50.1},
        {"at": -5.0, "lon": 118.7},
        {"at": -25.0},
    ]
    flags = judge(fixes(rows), world()).positions.flags.tolist()
    assert flags == [0, Flag.MOCK, Flag.COARSE, Flag.IMPLAUSIBLE_SPEED, Flag.LATE]


def last_of(worker: int, at: float, lon: float = 118.605, lat: float = 32.005) -> LastFixes:
    last = LastFixes()
    last.make_room(20)
    last.set_newest(worker, s(at), lon, lat, 5.0)
    return last


def test_speed_is_judged_against_the_last_fix_of_an_earlier_batch() -> None:
    last = last_of(11, -20.0, lon=118.62)
    rows = [{"at": -10.0}, {"at": -10.0, "handset": 2}]
    assert judge(fixes(rows), world(last=last)).positions.flags.tolist() == [
        Flag.IMPLAUSIBLE_SPEED,
        0,
    ]


def test_a_late_fix_is_compared_where_it_belongs_in_time() -> None:
    """A worker drives away in ten minutes; the backlog of before must not look like a jump."""
    last = last_of(11, 0.0, lon=118.9)
    rows = [{"at": -700.0}, {"at": -600.0}]
    assert judge(fixes(rows), world(last=last)).positions.flags.tolist() == [Flag.LATE] * 2


@given(st.lists(st.tuples(st.integers(11, 13), st.integers(-50, 50)), max_size=40))
def test_late_is_older_than_anything_accepted_before(arrivals: list[tuple[int, int]]) -> None:
    last = last_of(12, 0.0)
    rows = [{"handset": worker - 10, "at": float(at)} for worker, at in arrivals]
    worker = np.array([w for w, _ in arrivals], dtype=np.int64)
    newest, expected = {12: 0}, []
    for whose, at in arrivals:
        expected.append(at < newest.get(whose, -1000))
        newest[whose] = max(at, newest.get(whose, -1000))
    assert movement.is_late(fixes(rows), worker, last).tolist() == expected


@given(st.lists(st.tuples(st.integers(11, 13), st.integers(-50, 50)), max_size=40))
def test_the_newest_fix_of_each_worker_is_remembered(arrivals: list[tuple[int, int]]) -> None:
    last = last_of(12, 0.0)
    rows = [{"handset": worker - 10, "at": float(at)} for worker, at in arrivals]
    batch = fixes(rows)
    moved = last.advance(batch, np.array([w for w, _ in arrivals], dtype=np.int64))
    for whose in (11, 12, 13):
        known = [s(at) for w, at in arrivals if w == whose] + ([s(0)] if whose == 12 else [])
        if known:
            assert last.at_us[whose] == max(known)
    assert len({arrivals[i][0] for i in moved}) == len(moved)


def test_distance_agrees_with_a_known_one() -> None:
    metres = movement.distance_m(*(np.array([v]) for v in (118.0, 32.0, 118.0, 33.0)))
    assert metres[0] == pytest.approx(111_195, rel=1e-4)


def test_region_margin_lets_neighbours_in() -> None:
    assert screening.is_swapped(fixes([{"lon": 117.7, "lat": 31.1}]), TOWN.region).tolist() == [
        False
    ]
