"""Checkpoints from XLSX or CSV: 编号 名称 网格 经度 纬度 半径 走访清单 生效日期 停用.

Owns what a row may say; since when a change holds is decided in `checkpoints/commands.py`. 生效日期
is a day or a minute of it, or 一直 for what always was so and was only written down wrong.
"""

import asyncio
from typing import Final

import shapely

from console_server.checkpoints.commands import WantedCheckpoint, put_checkpoints
from console_server.checkpoints.store import CheckpointRow, NewCheckpoint, list_checkpoints
from console_server.imports.features import degrees_fault
from console_server.imports.outcome import ImportContext, report
from console_server.imports.since import read_since
from console_server.imports.tables import Row, read_table
from console_server.wire.field import ImportReport

HEADERS: Final = {
    "code*": ("编号", "编码", "巡更点编号"),
    "name*": ("名称", "巡更点名称"),
    "grid*": ("网格", "网格编码", "grids", "grid_code"),
    "lon*": ("经度", "longitude", "lng"),
    "lat*": ("纬度", "latitude"),
    "radius_m": ("半径", "半径米", "radius"),
    "visit_list": ("走访清单", "清单"),
    "since": ("生效日期", "生效", "valid_from"),
    "removed": ("停用", "已停用"),
}
YES: Final = frozenset({"是", "停用", "yes", "true", "1"})
NO: Final = frozenset({"", "否", "no", "false", "0"})
RADIUS_M: Final = 30.0  # what a handset resolves between houses
RADIUS_RANGE_M: Final = (5.0, 500.0)
NEAR_GRID_DEG: Final = 0.001  # about 100 m: a booth may stand on the other side of the street


async def import_checkpoints(content: bytes, context: ImportContext) -> ImportReport:
    """Create, change and remove checkpoints by code; those that the file does not name stay.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
    """
    rows = await asyncio.to_thread(read_table, content, HEADERS, context.complaints)
    seen: set[str] = set()
    present = {each.code: each for each in await list_checkpoints(context.connection)}
    for row in rows:
        _check_owner(row, present.get(row.text("code")), context)
    read = [_checkpoint(row, context, seen) for row in rows]
    context.complaints.raise_if_any()
    wanted = [checkpoint for checkpoint in read if checkpoint is not None]
    outcomes = await put_checkpoints(context.connection, wanted, context.now)
    return report("checkpoints", outcomes)


def _check_owner(row: Row, present: CheckpointRow | None, context: ImportContext) -> None:
    """Nobody takes a checkpoint out of an area that is not theirs."""
    if present is not None and not context.may_touch(present.area_id):
        context.complaints.add(
            row.number,
            f"编号 {present.code} 已用于其他区域",
            f"the code {present.code} is in use in another area",
        )


def _checkpoint(row: Row, context: ImportContext, seen: set[str]) -> WantedCheckpoint | None:
    complain, before = context.complaints.add, len(context.complaints.found)
    code, name, grid_code = row.text("code"), row.text("name"), row.text("grid")
    if not code or not name:
        complain(row.number, "缺少编号或名称", "the code or the name is missing")
    elif code in seen:
        complain(row.number, f"编号 {code} 重复", f"the code {code} occurs twice")
    seen.add(code)
    grid = context.tree.by_code(grid_code)
    if grid is None or grid.kind != "grid" or not context.may_touch(grid.area_id):
        complain(row.number, f"网格 {grid_code} 不存在", f"no grid {grid_code}")
    lon, lat = _number(row, "lon", context), _number(row, "lat", context)
    radius = _number(row, "radius_m", context) if row.text("radius_m") else RADIUS_M
    if radius is not None and not RADIUS_RANGE_M[0] <= radius <= RADIUS_RANGE_M[1]:
        complain(row.number, f"半径 {radius:g} 米无效", f"radius {radius:g} m is not 5 to 500 m")
    if lon is not None and lat is not None:
        _check_place(row, lon, lat, grid.area_id if grid else None, context)
    visit_list = _visit_list(row, context)
    since = read_since(row.text("since"), row.number, context)
    removed = _removed(row, context)
    if len(context.complaints.found) > before or None in (grid, lon, lat, radius):
        return None
    assert grid is not None and lon is not None and lat is not None and radius is not None  # noqa: S101,PT018 - for types
    read = NewCheckpoint(code, name, grid.area_id, lon, lat, round(radius, 3), visit_list)
    return WantedCheckpoint(read, since, removed)


def _removed(row: Row, context: ImportContext) -> bool:
    text = row.text("removed").lower()
    if text not in YES | NO:
        complaint = f"removed {text!r} is neither yes nor no"
        context.complaints.add(row.number, f"停用“{text}”应为是或否", complaint)
    return text in YES


def _visit_list(row: Row, context: ImportContext) -> str | None:
    """The code of the pack's list that a cell names, by code or name."""
    text = row.text("visit_list")
    if not text:
        return None
    for each in context.pack.visit_lists if context.pack else ():
        if text in {each.code, each.name}:
            return each.code
    context.complaints.add(
        row.number, f"走访清单“{text}”不存在", f"the rule pack has no visit list {text!r}"
    )
    return None


def _number(row: Row, column: str, context: ImportContext) -> float | None:
    text = row.text(column)
    try:
        return float(text)
    except ValueError:
        context.complaints.add(row.number, f"“{text}”不是数字", f"{column} {text!r} is no number")
        return None


def _check_place(
    row: Row, lon: float, lat: float, grid_id: int | None, context: ImportContext
) -> None:
    if fault := degrees_fault(lon, lat, lon, lat):
        context.complaints.add(row.number, *fault)
        return
    border = context.tree.border(grid_id) if grid_id is not None else None
    if border is not None and shapely.distance(border, shapely.points(lon, lat)) > NEAR_GRID_DEG:
        context.complaints.add(
            row.number, "位置不在所属网格内", "the place does not lie in the grid named"
        )
