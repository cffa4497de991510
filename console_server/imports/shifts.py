"""Shifts from XLSX or CSV: 工号 开始 结束 类型, or the English column names.

Times without an offset are of the pack's time zone.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from console_server.imports.complaints import Complaints
from console_server.imports.outcome import ImportContext, report
from console_server.imports.tables import Cell, Row, cell_text, read_table
from console_server.shifts.commands import LONGEST_S, put_shifts, shifts_around
from console_server.shifts.store import PlannedShift, ShiftKind
from console_server.wire.field import ImportReport
from console_server.workers.store import list_workers

HEADERS: Final = {
    "worker*": ("工号", "人员编号", "worker_code", "code"),
    "starts_at*": ("开始", "开始时间", "上班时间", "start"),
    "ends_at*": ("结束", "结束时间", "下班时间", "end"),
    "kind": ("类型", "班次类型"),
}
KINDS: Final[dict[str, ShiftKind]] = {
    "": "patrol",
    "巡查": "patrol",
    "值班": "standby",
    "备勤": "standby",
    "夜巡": "night",
    "patrol": "patrol",
    "standby": "standby",
    "night": "night",
}
FORMATS: Final = ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M")


async def import_shifts(content: bytes, context: ImportContext) -> ImportReport:
    """Create and change shifts by worker and start; those that the file does not name stay.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
    """
    zone = context.pack.zone if context.pack else ZoneInfo("Asia/Shanghai")
    workers = {
        row.code: row.worker_id for row in await list_workers(context.connection, context.visible)
    }
    rows = await asyncio.to_thread(read_table, content, HEADERS, context.complaints)
    read = [(row.number, _shift(row, workers, zone, context.complaints)) for row in rows]
    numbered = [(number, shift) for number, shift in read if shift is not None]
    await _check_overlaps(numbered, context)
    context.complaints.raise_if_any()
    wanted = [shift for _, shift in numbered]
    return report("shifts", await put_shifts(context.connection, wanted, zone))


def _shift(
    row: Row, workers: dict[str, int], zone: ZoneInfo, complaints: Complaints
) -> PlannedShift | None:
    before = len(complaints.found)
    worker_id = workers.get(row.text("worker"))
    if worker_id is None:
        code = row.text("worker")
        complaints.add(row.number, f"工号“{code}”不存在", f"no worker {code!r}")
    starts_at = _instant(row, "starts_at", zone, complaints)
    ends_at = _instant(row, "ends_at", zone, complaints)
    kind = KINDS.get(row.text("kind").lower())
    if kind is None:
        text = row.text("kind")
        complaints.add(row.number, f"类型“{text}”未知", f"{text!r} is none of 巡查 值班 夜巡")
    if starts_at and ends_at and not 0 < (ends_at - starts_at).total_seconds() <= LONGEST_S:
        complaints.add(
            row.number, "结束时间应在开始后 24 小时内", "the end must follow the start within 24 h"
        )
    if len(complaints.found) > before or not (worker_id and starts_at and ends_at and kind):
        return None
    return PlannedShift(worker_id, starts_at, ends_at, kind)


def _instant(row: Row, column: str, zone: ZoneInfo, complaints: Complaints) -> datetime | None:
    cell = row.cells.get(column, "")
    parsed = parse_instant(cell, zone)
    if parsed is None:
        text = cell_text(cell)
        complaints.add(row.number, f"时间“{text}”无法识别", f"{text!r} is no date with a time")
    return parsed


def parse_instant(cell: Cell, zone: ZoneInfo) -> datetime | None:
    """A cell as an instant in UTC; None when it names no date and time."""
    if isinstance(cell, datetime):
        return _utc(cell, zone)
    if isinstance(cell, date):
        return _utc(datetime(cell.year, cell.month, cell.day), zone)  # noqa: DTZ001 - zoned there
    text = cell_text(cell)
    for read in (datetime.fromisoformat, *(_reader(pattern) for pattern in FORMATS)):
        try:
            return _utc(read(text), zone)
        except ValueError:
            continue
    return None


def _reader(pattern: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007 - zoned by the caller


def _utc(value: datetime, zone: ZoneInfo) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


async def _check_overlaps(numbered: list[tuple[int, PlannedShift]], context: ImportContext) -> None:
    """Shifts of one worker must not overlap, in the file or with what is planned already."""
    if not numbered:
        return
    replaced = {(shift.worker_id, shift.starts_at) for _, shift in numbered}
    stored = await shifts_around(context.connection, [shift for _, shift in numbered])
    kept = [
        (None, row.planned()) for row in stored if (row.worker_id, row.starts_at) not in replaced
    ]
    for number, other, shift in overlaps([*numbered, *kept]):
        with_row = f"第 {other} 行" if other else "已有班次"
        at = f"{shift.starts_at:%Y-%m-%d %H:%M}Z"
        context.complaints.add(
            number,
            f"班次 {at} 与{with_row}重叠",
            f"the shift {at} overlaps with " + (f"row {other}" if other else "a planned one"),
        )


def overlaps(
    shifts: Iterable[tuple[int | None, PlannedShift]],
) -> list[tuple[int, int | None, PlannedShift]]:
    """Pairs of one worker's shifts that overlap: row, the other row (None: stored), the shift."""
    ordered = sorted(shifts, key=lambda each: (each[1].worker_id, each[1].starts_at))
    found = []
    for (row, shift), (next_row, following) in pairwise(ordered):
        if shift.worker_id == following.worker_id and shift.overlaps(following):
            first, second = (row, next_row) if next_row is None else (next_row, row)
            if first is not None:
                found.append((first, second, following))
    return found
