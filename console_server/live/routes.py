"""`/api/live`, the socket, and `GET /api/positions`, the same state for those who only ask."""

import math
from datetime import UTC, datetime

import numpy as np
from litestar import Router, get
from litestar.di import NamedDependency

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.live.fleet import Fleet
from console_server.live.hub import Hub
from console_server.live.interest import Sight
from console_server.live.messages import cause_name, presence_name
from console_server.live.socket import live
from console_server.parts import Clock
from console_server.wire.positions import Position
from telemetry_ingest.wire.presence import Presence


@get("/positions", guards=[requires("dispatcher", "duty_leader", "supervisor", "wall")])
async def list_positions(
    request: AccountRequest, hub: NamedDependency[Hub], clock: NamedDependency[Clock]
) -> list[Position]:
    """The latest place of every worker one may see; of the off-duty ones only that they are."""
    now_s = clock().timestamp()
    presence, causes = hub.fleet.presence(now_s), hub.fleet.shown_causes(now_s)
    slots = np.flatnonzero(hub.interest(Sight(request.user.area_id)).workers)
    return [
        _position(hub.fleet, slot, Presence(presence[slot]), cause_name(int(causes[slot])))
        for slot in map(int, slots)
    ]


def _position(fleet: Fleet, slot: int, presence: Presence, cause: str | None) -> Position:
    fixed_at = _known(fleet.fixed_at[slot])
    return Position(
        worker_id=fleet.roster.rows[slot].worker_id,
        lon=_known(fleet.lon[slot]),
        lat=_known(fleet.lat[slot]),
        fixed_at=None if fixed_at is None else datetime.fromtimestamp(fixed_at, UTC),
        grid_code=fleet.area_codes.get(int(fleet.grid_id[slot])),
        presence=presence_name(presence),
        cause=cause,
        battery=_known(fleet.battery[slot]),
        speed_mps=_known(fleet.speed_mps[slot]),
        course_deg=_known(fleet.course_deg[slot]),
        accuracy_m=_known(fleet.accuracy_m[slot]),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


router = Router(path="/", route_handlers=[list_positions, live], tags=["live"])
