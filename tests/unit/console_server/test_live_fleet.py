import numpy as np
import pytest
from hub_builders import AREAS, GRID_N, GRID_S, NOW_S, position, roster_row
from hypothesis import given
from hypothesis import strategies as st

from console_server.live.fleet import Fleet
from console_server.live.roster import Roster
from telemetry_ingest.wire.live import COURSE_UNKNOWN, FrameState, LivePosition
from telemetry_ingest.wire.presence import Presence, SilentCause, presence_at


def fleet_of(*positions: LivePosition) -> Fleet:
    fleet = Fleet(Roster(tuple(roster_row(each.worker_id) for each in positions), AREAS))
    fleet.apply(positions)
    return fleet


def state_of(fleet: Fleet, now_s: float = NOW_S) -> int:
    return int(fleet.columns(now_s).state[0])


@given(st.lists(st.tuples(st.booleans(), st.none() | st.floats(-1000, 1000)), max_size=20))
def test_presence_of_all_is_the_presence_of_each(rows: list[tuple[bool, float | None]]) -> None:
    fleet = fleet_of(
        *(
            position(i, on_duty=duty, fixed_at=None if age is None else NOW_S - age)
            for i, (duty, age) in enumerate(rows)
        )
    )
    expected = [
        presence_at(NOW_S, on_duty=duty, last_fix_at_s=None if age is None else NOW_S - age)
        for duty, age in rows
    ]
    assert fleet.presence(NOW_S).tolist() == expected


def test_a_worker_on_duty_is_shown_where_the_fix_was() -> None:
    columns = fleet_of(position(1, lon=118.54321091, lat=-32.0, course_deg=91.0)).columns(NOW_S)
    shown = [int(column[0]) for column in (columns.lon_e7, columns.lat_e7, columns.fixed_at)]
    assert shown == [1_185_432_109, -320_000_000, int(NOW_S)]
    assert (int(columns.course_2deg[0]), state_of(fleet_of(position(1)))) == (46, 1)


def test_going_off_duty_takes_the_place_out_of_memory() -> None:
    fleet = fleet_of(position(1))
    fleet.apply([position(1, on_duty=False)])  # even if somebody still sends a place
    columns = fleet.columns(NOW_S)
    assert [int(columns.lon_e7[0]), int(columns.lat_e7[0]), int(columns.fixed_at[0])] == [0, 0, 0]
    assert int(columns.course_2deg[0]) == COURSE_UNKNOWN
    assert state_of(fleet) == Presence.OFF_DUTY
    assert np.isnan([fleet.lon[0], fleet.lat[0], fleet.battery[0]]).all()


def test_on_duty_without_a_fix_is_silent_and_nowhere() -> None:
    fleet = fleet_of(position(1, fixed_at=None, lon=None, lat=None, grid_id=None))
    assert state_of(fleet) == Presence.SILENT
    assert int(fleet.columns(NOW_S).fixed_at[0]) == 0


@pytest.mark.parametrize(("grid_id", "outside"), [(GRID_N, False), (GRID_S, True), (None, True)])
def test_outside_the_own_grid_is_marked(grid_id: int | None, outside: bool) -> None:  # noqa: FBT001
    state = state_of(fleet_of(position(1, grid_id=grid_id)))
    assert bool(state & FrameState.OUTSIDE_OWN_GRID) is outside


def test_a_worker_without_own_grids_is_nowhere_outside() -> None:
    fleet = Fleet(Roster((roster_row(1, grid_ids=[]),), AREAS))
    fleet.apply([position(1, grid_id=None)])
    assert not state_of(fleet) & FrameState.OUTSIDE_OWN_GRID


def test_low_battery_orders_and_duress_are_marked() -> None:
    fleet = fleet_of(position(1, battery=0.19))
    fleet.running_orders[0], fleet.duress[0] = 2, True
    flags = FrameState.LOW_BATTERY | FrameState.ON_ORDER | FrameState.DURESS
    assert state_of(fleet) == Presence.ONLINE | flags


def test_a_call_for_help_stays_visible_off_duty_without_a_place() -> None:
    fleet = fleet_of(position(1, on_duty=False))
    fleet.duress[0] = True
    assert state_of(fleet) == Presence.OFF_DUTY | FrameState.DURESS


@pytest.mark.parametrize(
    ("age_s", "cause", "shown"),
    [
        (10, SilentCause.APP_KILLED, SilentCause.NONE),
        (200, SilentCause.APP_KILLED, SilentCause.APP_KILLED),
        (200, SilentCause.NONE, SilentCause.NONE),
        (400, SilentCause.NO_NETWORK, SilentCause.NO_NETWORK),
        (400, SilentCause.NONE, SilentCause.UNKNOWN),
    ],
)
def test_a_cause_is_told_of_those_who_do_not_report(
    age_s: int, cause: SilentCause, shown: SilentCause
) -> None:
    fleet = fleet_of(position(1, fixed_at=NOW_S - age_s, cause=cause))
    assert fleet.shown_causes(NOW_S).tolist() == [shown]


def test_somebody_who_is_not_on_the_roster_is_not_shown() -> None:
    fleet = fleet_of(position(1))
    fleet.apply([position(99)])
    assert len(fleet.columns(NOW_S).state) == 1
