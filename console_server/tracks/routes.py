# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/workers/{id}/track` and `/api/track-looks`: a track, and who looked at which.

No look without its record: both happen in one transaction. Longer ranges than a month are refused,
and what is older than the retention is not there.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.errors import Invalid, NotFound
from console_server.parts import Clock
from console_server.tracks.store import (
    read_looks,
    read_track,
    record_look,
    worker_is_visible,
)
from console_server.wire.positions import Track, TrackLook

RANGE_MAX: Final = timedelta(days=31)
LOOKS_MAX: Final = 500
YEARS: Final = (2000, 2199)  # others are slips of the pen that a store may not even hold
RANGE: Final = ("from", "to")

Via = Literal["map", "attendance", "replay", "incident", "api"]


@get(
    "/workers/{worker_id:int}/track",
    guards=[requires("supervisor", "duty_leader", "dispatcher")],
)
async def track(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    worker_id: FromPath[int],
    from_at: Annotated[datetime | None, QueryParameter(name="from")] = None,
    to_at: Annotated[datetime | None, QueryParameter(name="to")] = None,
    via: FromQuery[Via] = "api",
) -> Track:
    """Accepted fixes of a worker from one instant to another; else the last 24 hours."""
    start, end = _range(from_at, to_at, clock())
    async with pool.connection() as connection:
        if not await worker_is_visible(connection, worker_id, areas.visible(request.user)):
            raise NotFound("worker", worker_id)
        await record_look(connection, request.user.account_id, worker_id, start, end, via)
        points = await read_track(connection, worker_id, start, end)
    return Track(
        worker_id=worker_id,
        from_at=start,
        to_at=end,
        fixed_at=[each.at_s for each in points],
        lon=[each.lon for each in points],
        lat=[each.lat for each in points],
        accuracy_m=[each.accuracy_m for each in points],
        flags=[each.flags for each in points],
        grid_code=[each.grid_code for each in points],
    )


@get("/track-looks", guards=[requires("supervisor")])
async def looks(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    worker_id: Annotated[int | None, QueryParameter(name="workerId")] = None,
    before: FromQuery[datetime | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=LOOKS_MAX)] = 100,
) -> list[TrackLook]:
    """Who looked at whose track, newest first; a replay of many is one look."""
    if before is not None and not _is_sound(before):
        raise Invalid("An instant needs its offset from UTC and a year such as 2026.", ["before"])
    async with pool.connection() as connection:
        rows = await read_looks(connection, areas.visible(request.user), worker_id, before, limit)
    return [
        TrackLook(
            each.look_id,
            each.looked_at,
            each.username,
            each.worker_id,
            each.worker_code,
            each.worker_name,
            each.from_at,
            each.to_at,
            each.via,
            each.workers,
            each.area_code,
        )
        for each in rows
    ]


def _range(
    from_at: datetime | None, to_at: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """The range that is asked for.

    Raises:
        Invalid: it has no offset, no length, or more of it than is shown at once.
    """
    end = to_at or now
    for each in (from_at, end):
        if each is not None and not _is_sound(each):
            raise Invalid("An instant needs its offset from UTC and a year such as 2026.", RANGE)
    start = from_at or end - timedelta(days=1)
    if start >= end:
        raise Invalid("`from` must lie before `to`.", RANGE)
    if end - start > RANGE_MAX:
        raise Invalid("A track is shown for at most 31 days at once.", RANGE)
    return start, end


def _is_sound(at: datetime) -> bool:
    return at.tzinfo is not None and YEARS[0] <= at.year <= YEARS[1]


router = Router(path="/", route_handlers=[track, looks], tags=["tracks"])
