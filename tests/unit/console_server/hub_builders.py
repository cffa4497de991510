"""Builders with valid defaults for the live state."""

from typing import Any

from console_server.live.hub import Hub, LiveState
from console_server.live.roster import AreaRow, Roster, RosterRow
from telemetry_ingest.wire.live import LivePosition

NOW_S = 1_795_287_600.0
TOWN, NORTH, SOUTH, GRID_N, GRID_S = 1, 2, 3, 4, 5
AREAS = (
    AreaRow(TOWN, "320111001", [TOWN]),
    AreaRow(NORTH, "320111001001", [TOWN, NORTH]),
    AreaRow(SOUTH, "320111001002", [TOWN, SOUTH]),
    AreaRow(GRID_N, "320111001001001", [TOWN, NORTH, GRID_N]),
    AreaRow(GRID_S, "320111001002001", [TOWN, SOUTH, GRID_S]),
)


def roster_row(worker_id: int, **values: Any) -> RosterRow:
    defaults: dict[str, Any] = {
        "worker_id": worker_id,
        "code": f"W{worker_id}",
        "name": f"王{worker_id}",
        "kind": "full_time",
        "area_id": TOWN,
        "grid_ids": [GRID_N],
        "group_code": None,
        "reachable": True,
    }
    return RosterRow(**(defaults | values))


def position(worker_id: int, **values: Any) -> LivePosition:
    defaults: dict[str, Any] = {
        "worker_id": worker_id,
        "on_duty": True,
        "fixed_at": NOW_S,
        "lon": 118.5,
        "lat": 32.0,
        "accuracy_m": 5.0,
        "battery": 0.8,
        "grid_id": GRID_N,
    }
    return LivePosition(**(defaults | values))


def live_state(*positions: LivePosition, **values: Any) -> LiveState:
    rows = tuple(roster_row(each.worker_id) for each in positions)
    defaults: dict[str, Any] = {
        "roster": Roster(rows, AREAS),
        "positions": list(positions),
        "incidents": [],
        "seq": "5-0",
    }
    return LiveState(**(defaults | values))


def hub_with(state: LiveState) -> Hub:
    hub = Hub()
    hub.reset(state, NOW_S)
    return hub
