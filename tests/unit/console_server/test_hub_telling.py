import json
from typing import Any

import pytest
from frame_reading import read_frame, rows_of
from hub_builders import (
    AREAS,
    GRID_N,
    GRID_S,
    NORTH,
    NOW_S,
    SOUTH,
    TOWN,
    hub_with,
    live_state,
    position,
    roster_row,
)

from console_server.live.events import Event
from console_server.live.hub import HEARTBEAT_TICKS, Hub
from console_server.live.interest import Sight
from console_server.live.roster import Roster
from console_server.live.subscription import (
    BEHIND_AFTER_TICKS,
    CLOSE_AFTER_TICKS,
    QUEUE_MAX,
    Subscription,
)
from telemetry_ingest.wire.live import FrameState
from telemetry_ingest.wire.presence import Presence, SilentCause

TICK_S = 0.25


def started(
    hub: Hub, area_id: int | None = None, seq: str = "5-0", ordered_to: str | None = None
) -> Subscription:
    subscription = hub.subscribe(Sight(area_id, ordered_to))
    subscription.begin(seq)
    return subscription


def taken(subscription: Subscription) -> bytes:
    frame, subscription.frame = subscription.frame, None
    assert frame is not None
    return frame


def texts(subscription: Subscription) -> list[dict[str, Any]]:
    found = [json.loads(delta.text) for delta in subscription.deltas]
    subscription.deltas.clear()
    return found


def incident(version: int = 1, **values: Any) -> bytes:
    body = {
        "id": "a",
        "version": version,
        "source": "handset",
        "reporterWorkerId": None,
        "closedAt": None,
        "dispatches": [],
    }
    return json.dumps(body | values).encode()


def event(seq: str, area_id: int | None = GRID_N, body: bytes | None = None) -> Event:
    return Event(seq, "incident", area_id, body or incident())


def test_only_workers_that_changed_are_in_a_tick() -> None:
    hub = hub_with(live_state(position(1), position(2)))
    console = started(hub)
    hub.apply_positions([position(2, lon=118.6)])
    hub.tick(NOW_S)
    assert {slot: row["lon_e7"] for slot, row in rows_of(taken(console)).items()} == {
        1: 1_186_000_000
    }


def test_many_positions_between_two_ticks_are_one_row() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    hub.apply_positions([position(1, lon=118.5 + step / 1000) for step in range(50)])
    hub.tick(NOW_S)
    assert read_frame(taken(console))["lon_e7"] == [1_185_490_000]


def test_a_worker_turns_stale_by_the_clock_alone() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    hub.tick(NOW_S + 90)
    assert console.frame is None
    hub.tick(NOW_S + 90.25)
    assert read_frame(taken(console))["state"] == [Presence.STALE]


def test_when_nothing_happens_a_heartbeat_comes_every_two_seconds() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    seen = []
    for tick in range(HEARTBEAT_TICKS * 3):
        hub.tick(NOW_S + tick * TICK_S)
        seen.append(read_frame(taken(console))["count"] if console.frame else None)
    assert [at for at, count in enumerate(seen) if count == 0] == [7, 15, 23]


def test_off_duty_tells_the_state_and_no_place() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    hub.apply_positions([position(1, on_duty=False, lon=118.7, lat=32.3)])
    hub.tick(NOW_S)
    (row,) = rows_of(taken(console)).values()
    assert row == {
        "slot": 0,
        "lon_e7": 0,
        "lat_e7": 0,
        "fixed_at": 0,
        "state": Presence.OFF_DUTY,
        "course_2deg": 255,
    }


def test_a_console_of_one_community_sees_its_own_workers_and_cases_only() -> None:
    rows = (roster_row(1, grid_ids=[GRID_N]), roster_row(2, grid_ids=[GRID_S]))
    hub = hub_with(live_state(position(1), position(2), roster=Roster(rows, AREAS)))
    north, south, town, everything = (
        started(hub, area_id) for area_id in (NORTH, SOUTH, TOWN, None)
    )
    assert [worker.worker_id for worker in hub.workers(north.interest)] == [1]
    assert list(rows_of(hub.full_frame(south.interest, NOW_S))) == [1]
    hub.apply_positions([position(1, lon=118.6), position(2, lon=118.7)])
    hub.tick(NOW_S)
    assert [list(rows_of(taken(each))) for each in (north, south, town, everything)] == [
        [0],
        [1],
        [0, 1],
        [0, 1],
    ]
    hub.apply_event(event("6-0", GRID_S))
    hub.apply_event(event("7-0", None))
    told = [len(texts(each)) for each in (north, south, town, everything)]
    assert told == [0, 1, 1, 2]


def test_consoles_that_see_the_same_share_one_encoded_frame() -> None:
    hub = hub_with(live_state(position(1)))
    one, other = started(hub), started(hub)
    hub.apply_positions([position(1, lon=118.6)])
    hub.tick(NOW_S)
    assert one.frame is other.frame


def test_a_running_order_marks_the_worker_until_it_ends() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    for version, status in ((2, "ordered"), (3, "cleared")):
        dispatch = {"workerId": 1, "status": status}
        hub.apply_event(event(f"{version}-0", body=incident(version, dispatches=[dispatch])))
        hub.tick(NOW_S)
        on_order = bool(read_frame(taken(console))["state"][0] & FrameState.ON_ORDER)
        assert on_order is (status == "ordered")


def test_an_older_version_that_comes_late_does_not_bring_an_order_back() -> None:
    hub = hub_with(live_state(position(1)))
    dispatch = {"workerId": 1, "status": "ordered"}
    hub.apply_event(event("7-0", body=incident(3)))
    hub.apply_event(event("8-0", body=incident(2, dispatches=[dispatch])))
    assert hub.fleet.running_orders.tolist() == [0]


def test_a_call_for_help_marks_the_worker_until_it_is_closed() -> None:
    call = incident(1, source="duress", reporterWorkerId=1)
    hub = hub_with(live_state(position(1), incidents=[call]))
    assert hub.fleet.duress.tolist() == [True]
    closed = incident(2, source="duress", reporterWorkerId=1, closedAt="2026-11-21T09:00:00Z")
    hub.apply_event(event("9-0", body=closed))
    assert hub.fleet.duress.tolist() == [False]


def test_a_cause_of_silence_is_told_once_when_it_shows() -> None:
    hub = hub_with(live_state(position(1, cause=SilentCause.APP_KILLED)))
    console = started(hub)
    for later_s in (10, 100, 101, 400):
        hub.tick(NOW_S + later_s)
    assert [(each["type"], each["worker"]["cause"]) for each in texts(console)] == [
        ("worker", "app_killed")
    ]


def test_small_changes_of_a_battery_are_not_worth_a_message() -> None:
    hub = hub_with(live_state(position(1, battery=0.8)))
    console = started(hub)
    for battery in (0.79, 0.78, 0.77, 0.76):
        hub.apply_positions([position(1, battery=battery)])
        hub.tick(NOW_S)
    assert [each["worker"]["battery"] for each in texts(console)] == [0.75]


def test_what_the_snapshot_held_is_not_told_again() -> None:
    hub = hub_with(live_state(position(1)))
    console = hub.subscribe(Sight())
    for seq in ("5-1", "6-0", "10-0"):
        hub.apply_event(event(seq))
    console.begin("6-0")
    hub.apply_event(event("6-0"))
    hub.apply_event(event("11-0"))
    assert [each["seq"] for each in texts(console)] == ["10-0", "11-0"]


def test_a_department_hears_of_the_cases_of_its_group_and_of_no_worker() -> None:
    hub = hub_with(live_state(position(1)))
    department = started(hub, ordered_to="shizheng")
    hub.apply_event(event("6-0", body=incident(1)))
    hub.apply_event(event("6-1", body=incident(2, groupOrders=[{"groupCode": "zhian"}])))
    given = [{"groupCode": "zhian"}, {"groupCode": "shizheng"}]
    hub.apply_event(event("6-2", body=incident(3, groupOrders=given)))
    hub.apply_event(Event("6-3", "alert", GRID_N, b'{"id":"x"}'))
    hub.apply_positions([position(1, lon=118.6, battery=0.1)])
    for step in range(HEARTBEAT_TICKS):
        hub.tick(NOW_S + step * TICK_S)
    assert [each["seq"] for each in texts(department)] == ["6-2"]
    assert read_frame(taken(department))["lon_e7"] == []
    assert hub.workers(department.interest) == []


def test_a_department_of_one_area_hears_of_its_groups_cases_there_alone() -> None:
    hub = hub_with(live_state(position(1)))
    north = started(hub, NORTH, ordered_to="shizheng")
    given = incident(1, groupOrders=[{"groupCode": "shizheng"}])
    hub.apply_event(event("6-0", GRID_S, given))
    hub.apply_event(event("6-1", GRID_N, given))
    assert [each["seq"] for each in texts(north)] == ["6-1"]


def test_before_its_snapshot_a_console_gets_no_frames() -> None:
    hub = hub_with(live_state(position(1)))
    console = hub.subscribe(Sight())
    hub.apply_positions([position(1, lon=119.0)])
    hub.tick(NOW_S)
    assert console.frame is None
    assert read_frame(hub.full_frame(console.interest, NOW_S))["lon_e7"] == [1_190_000_000]


def test_a_slow_console_misses_ticks_but_no_change() -> None:
    hub = hub_with(live_state(position(1), position(2), position(3)))
    slow, quick = started(hub), started(hub)
    slow.sending = True
    for worker_id in (1, 2):
        hub.apply_positions([position(worker_id, lon=119.0)])
        hub.tick(NOW_S)
        taken(quick)
    slow.sending = False
    hub.apply_positions([position(3, lon=119.0)])
    hub.tick(NOW_S)
    assert list(rows_of(taken(slow))) == [0, 1, 2]
    assert list(rows_of(taken(quick))) == [2]


def test_a_slow_console_is_told_that_it_is_behind_then_closed() -> None:
    hub = hub_with(live_state(position(1)))
    slow, quick = started(hub), started(hub)
    slow.sending = True
    for tick in range(CLOSE_AFTER_TICKS):
        hub.tick(NOW_S + tick * TICK_S)
        quick.frame = None
    assert slow.closing.is_set()
    assert not quick.closing.is_set()
    assert (slow.take_behind(), slow.take_behind()) == (CLOSE_AFTER_TICKS, 0)


def test_a_short_pause_is_not_worth_a_word() -> None:
    hub = hub_with(live_state(position(1)))
    slow = started(hub)
    slow.sending = True
    for _ in range(BEHIND_AFTER_TICKS - 1):
        hub.tick(NOW_S)
    assert slow.take_behind() == 0


def test_a_queue_that_overflows_ends_in_a_new_snapshot_not_in_a_lost_delta() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    for number in range(QUEUE_MAX + 1):
        hub.apply_event(event(f"10-{number}"))
    assert (console.live, len(console.deltas)) == (False, 0)


def test_a_reset_sends_every_console_to_a_new_snapshot() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    hub.apply_event(event("6-0"))
    hub.reset(live_state(position(1), position(2), seq="9-0"), NOW_S)
    assert (console.live, len(console.deltas), console.wake.is_set()) == (False, 0, True)
    hub.tick(NOW_S)
    assert console.frame is None


def test_a_handset_enrolled_later_changes_nothing_that_consoles_show() -> None:
    hub = hub_with(live_state(position(1), roster=Roster((roster_row(1, reachable=False),), AREAS)))
    console = started(hub)
    assert hub.change_roster(Roster((roster_row(1, reachable=True),), AREAS))
    assert (console.live, hub.fleet.reachable.tolist()) == (True, [True])
    assert not hub.change_roster(Roster((roster_row(1, name="another"),), AREAS))


def test_what_is_not_well_is_told_once() -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub)
    for failing in ([], ["cache"], ["cache"], []):
        hub.tell_health(failing)
    assert [each["failing"] for each in texts(console)] == [["cache"], []]


@pytest.mark.parametrize("area_id", [None, TOWN, NORTH])
def test_a_console_that_left_is_not_told_any_more(area_id: int | None) -> None:
    hub = hub_with(live_state(position(1)))
    console = started(hub, area_id)
    hub.unsubscribe(console)
    hub.apply_positions([position(1, lon=119.0)])
    hub.tick(NOW_S)
    assert (console.frame, hub.consoles) == (None, 0)


def test_a_console_stuck_in_its_snapshot_is_closed_too() -> None:
    hub = hub_with(live_state(position(1)))
    stuck = started(hub)
    stuck.sending = True
    for number in range(QUEUE_MAX + 1):
        hub.apply_event(event(f"10-{number}"))
    for tick in range(CLOSE_AFTER_TICKS):
        hub.tick(NOW_S + tick * TICK_S)
    assert stuck.closing.is_set()
