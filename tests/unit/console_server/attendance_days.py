"""Days for tests of attendance: a rectangular grid in a town, and builders with valid defaults."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from oracle_stays import Ground, Rectangle

from console_server.attendance.border import border_of
from console_server.attendance.day import FIX_DTYPE, Checkpoint, DayInput, Fixes, OwnGround
from console_server.attendance.spans import Span
from console_server.packs.pack import RulePack, load_pack

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 18)
GRID = 7
OTHER = 8
WEST, SOUTH, EAST, NORTH = 118.60, 32.05, 118.605, 32.054  # about 470 m by 445 m
MIDDLE = ((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
_SHIPPED = load_pack("xingdian")
PACK = replace(_SHIPPED, judgement=replace(_SHIPPED.judgement, max_still_s=None))  # people stand
ALWAYS = (-(1 << 60), 1 << 60)
Row = tuple[int, float, float, float, int, int, bool]  # as FIX_DTYPE


def at(clock: str) -> int:
    """Microseconds of a time of the day, such as "08:30" or "08:30:15"."""
    hours, minutes, *seconds = (int(each) for each in clock.split(":"))
    moment = datetime(DAY.year, DAY.month, DAY.day, tzinfo=ZONE).timestamp()
    return round(moment + hours * 3600 + minutes * 60 + sum(seconds)) * 1_000_000


def span(start: str, end: str) -> tuple[int, int]:
    return at(start), at(end)


def outline(rectangle: Rectangle) -> bytes:
    box = shapely.box(rectangle.west, rectangle.south, rectangle.east, rectangle.north)
    return shapely.to_wkb(box)


RECTANGLE = Rectangle(WEST, SOUTH, EAST, NORTH)


def ground(
    rectangle: Rectangle = RECTANGLE, span_us: Span = ALWAYS, grids: tuple[int, ...] = (GRID,)
) -> OwnGround:
    return OwnGround(*span_us, grids, border_of((outline(rectangle),)) if grids else None)


def oracle_ground(
    rectangle: Rectangle = RECTANGLE, span_us: Span = ALWAYS, grids: tuple[int, ...] = (GRID,)
) -> Ground:
    return Ground(*span_us, grids, rectangle)


def grid_at(lon: float, lat: float, rectangle: Rectangle = RECTANGLE) -> int:
    inside = rectangle.west <= lon <= rectangle.east and rectangle.south <= lat <= rectangle.north
    return GRID if inside else OTHER


def fix(
    at_us: int,
    lon: float = MIDDLE[0],
    lat: float = MIDDLE[1],
    accuracy_m: float = 8.0,
    *,
    grid: int | None = None,
    handset: int = 1,
    mock: bool = False,
) -> Row:
    grid_id = grid_at(lon, lat) if grid is None else grid
    return (at_us, lon, lat, accuracy_m, grid_id, handset, mock)


def fixes(*rows: Row) -> Fixes:
    return np.array(list(rows), dtype=FIX_DTYPE)


def standing(
    start: str,
    end: str,
    lon: float = MIDDLE[0],
    lat: float = MIDDLE[1],
    every_s: int = 30,
    **more: Any,
) -> list[Row]:
    """Fixes at one place, from start to end inclusive."""
    step = every_s * 1_000_000
    return [fix(when, lon, lat, **more) for when in range(at(start), at(end) + 1, step)]


def walking(start: str, end: str, every_s: int = 30, **more: Any) -> list[Row]:
    """Fixes up and down the grid, well inside, at about 1.2 m/s."""
    step = every_s * 1_000_000
    rows = []
    for index, when in enumerate(range(at(start), at(end) + 1, step)):
        way = abs(index * every_s * 1.2 % 600 - 300) - 150  # metres north of the middle
        rows.append(fix(when, MIDDLE[0], MIDDLE[1] + way / 111_195, **more))
    return rows


OUT_LON = EAST + 0.01  # about 940 m east of the border


def day(*rows: Row, **more: Any) -> DayInput:
    given: dict[str, Any] = {
        "worker_id": 1,
        "day": DAY,
        "fixes": fixes(*rows),
        "grounds": (ground(),),
        "planned": (span("08:30", "12:00"), span("13:30", "17:30")),
    }
    return DayInput(**{**given, **more})


def checkpoint(
    number: int = 1, lon: float = MIDDLE[0], lat: float = MIDDLE[1], radius_m: float = 30.0
) -> Checkpoint:
    return Checkpoint(number, lon, lat, radius_m)


def with_patrol(pack: RulePack = PACK, **changes: Any) -> RulePack:
    assert pack.patrol is not None
    return replace(pack, patrol=replace(pack.patrol, **changes))
