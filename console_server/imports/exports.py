"""Files out of an installation, in the form that the imports read.

Owns the columns; they are the importers' own, so a file that goes out comes in again unchanged.
"""

import asyncio
import csv
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter
from shapely.geometry import mapping

from console_server.areas.store import read_tree
from console_server.attendance.sheet_lines import attendance_rows
from console_server.database import Connection, connect
from console_server.errors import Invalid
from console_server.imports.commands import stored_pack
from console_server.imports.tables import INJECTION_STARTS
from console_server.shifts.store import list_shifts
from console_server.workers.store import list_workers

T = TypeVar("T")
Rows = list[Sequence[str]]
KIND_WORDS: Final = {"full_time": "专职", "part_time": "兼职", "volunteer": "志愿者"}
SHIFT_WORDS: Final = {"patrol": "巡查", "standby": "值班", "night": "夜巡"}
COLUMN_WIDTH: Final = 20


def export_file(database_url: str, kind: str, path: Path) -> int:
    """Write areas (GeoJSON), or a table (`.csv` or `.xlsx`), to a file; how many records.

    Raises:
        Invalid: there is no export of this kind, or not in this format.
        OSError: the file cannot be written.
        psycopg.Error: the store cannot be reached.
    """
    if kind == "areas":
        features = asyncio.run(_read(database_url, area_features))
        path.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": features}))
        return len(features)
    if kind not in TABLES:
        raise Invalid(f"There is no export of {kind}; there are areas, {', '.join(TABLES)}.")
    rows = asyncio.run(_read(database_url, TABLES[kind]))
    write_table(path, rows)
    return len(rows) - 1


async def _read(database_url: str, read: Callable[[Connection], Awaitable[T]]) -> T:
    async with await connect(database_url) as connection:
        return await read(connection)


async def area_features(connection: Connection) -> list[dict[str, object]]:
    """All areas in force as GeoJSON features, parents first."""
    tree = await read_tree(connection)
    ordered = sorted(tree.nodes, key=lambda node: (len(node.lineage), node.code))
    features: list[dict[str, object]] = []
    for node in ordered:
        border = tree.border(node.area_id)
        parent = tree.by_id(node.parent_id) if node.parent_id is not None else None
        properties = {
            "code": node.code,
            "name": node.name,
            "kind": node.kind,
            "parent": parent.code if parent else None,
            "households": node.households,
        }
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": mapping(border) if border is not None else None,
            }
        )
    return features


async def worker_rows(connection: Connection) -> Rows:
    """All workers in service, below the headers."""
    rows: Rows = [("工号", "姓名", "类别", "电话", "街道", "网格", "职能组", "技能", "岗位")]
    for worker in await list_workers(connection):
        rows.append(
            (
                worker.code,
                worker.name,
                KIND_WORDS[worker.kind],
                worker.phone or "",
                worker.area_code,
                ";".join(worker.grid_codes),
                worker.group_code or "",
                ";".join(worker.skills),
                worker.post,
            )
        )
    return rows


async def shift_rows(connection: Connection) -> Rows:
    """All shifts, below the headers, in the pack's time zone."""
    zone = (await stored_pack(connection)).zone
    rows: Rows = [("工号", "姓名", "开始", "结束", "类型")]
    always = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    for shift in await list_shifts(connection, *always):
        rows.append(
            (
                shift.worker_code,
                shift.worker_name,
                _local(shift.starts_at, zone),
                _local(shift.ends_at, zone),
                SHIFT_WORDS[shift.kind],
            )
        )
    return rows


TABLES: Final[dict[str, Callable[[Connection], Awaitable[Rows]]]] = {
    "workers": worker_rows,
    "shifts": shift_rows,
    "attendance": attendance_rows,
}


def write_table(path: Path, rows: Rows) -> None:
    """Write rows as text cells, so that codes keep their zeros and nothing computes.

    Raises:
        Invalid: neither `.csv` nor `.xlsx`.
    """
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
        return
    if path.suffix != ".xlsx":
        raise Invalid(f"{path.name}: the name must end in .csv or .xlsx.")
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.set_column(0, len(rows[0]) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 0)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; reading takes the apostrophe off again."""
    return f"'{cell}" if cell.startswith(INJECTION_STARTS) else cell


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
