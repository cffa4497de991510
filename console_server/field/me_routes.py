# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/field/me`: who is asking, and all that the page needs for a shift without a network."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final

import shapely
from litestar import Router, get
from litestar.di import NamedDependency
from shapely.geometry.base import BaseGeometry

from console_server.areas.tree import AreaTree
from console_server.checkpoints.commands import checkpoints_in
from console_server.database import Pool
from console_server.field.mqtt import PATH
from console_server.field.session import FieldRequest, requires_worker
from console_server.field.store import own_grid_ids
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.settings import Settings
from console_server.shifts.commands import shifts_of
from console_server.wire.field import Shift
from console_server.wire.handset import FieldMe, OwnCheckpoint, OwnGrid, ReportClass

PLACES: Final = 6  # decimals of a degree: 11 cm


@get("/me", guards=[requires_worker])
async def me(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> FieldMe:
    """Worker, grids, classes, shifts of today and tomorrow, and how to reach the broker."""
    account, now = request.user, clock()
    today = datetime.combine(now.astimezone(pack.zone).date(), time.min, pack.zone)
    async with pool.connection() as connection:
        grid_ids = await own_grid_ids(connection, account.worker_id)
        checkpoints = await checkpoints_in(connection, grid_ids)
        shifts = await shifts_of(connection, account.worker_id, today, today + timedelta(days=2))
    return FieldMe(
        worker_id=account.worker_id,
        worker_code=account.worker_code,
        worker_name=account.display_name,
        handset_id=account.handset_code,
        topic_prefix=account.topic_prefix,
        mqtt_path=PATH if settings.mqtt_websocket_url else None,
        pack_name=pack.name,
        time_zone=pack.time_zone,
        grids=list(_grids(areas, grid_ids)),
        checkpoints=[OwnCheckpoint(c.code, c.name, c.lon, c.lat) for c in checkpoints],
        classes=[ReportClass(each.code, each.name, each.parent) for each in pack.classes],
        shifts=[
            Shift(each.shift_id, each.worker_id, each.starts_at, each.ends_at, each.kind)
            for each in shifts
        ],
        server_at=now,
    )


def _grids(areas: AreaTree, grid_ids: Iterable[int]) -> Iterable[OwnGrid]:
    for grid_id in grid_ids:
        node = areas.by_id(grid_id)
        if node is not None:
            community = areas.ancestor(grid_id, "community")
            yield OwnGrid(
                code=node.code,
                name=node.name,
                community_name=community.name if community else None,
                rings=rings_of(areas.border(grid_id)),
            )


def rings_of(border: BaseGeometry | None) -> list[list[list[float]]]:
    """Outer borders and holes of a polygon or several, lon/lat degrees; drawn even-odd."""
    if border is None:
        return []
    return [
        [[round(lon, PLACES), round(lat, PLACES)] for lon, lat in ring.coords]
        for polygon in shapely.get_parts(border)
        for ring in (polygon.exterior, *polygon.interiors)
    ]


router = Router(path="/", route_handlers=[me], tags=["field"])
