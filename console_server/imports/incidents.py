"""Cases of another system from XLSX or CSV: 工单号 来源 类别 标题 上报时间 …, or the English names.

Owns reading and checking the rows; writing them is `incidents/migrated.py`. Times without an
offset are of the pack's time zone. A case that is known already, by source and ticket, stays.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from console_server.imports.features import degrees_fault
from console_server.imports.incident_columns import (
    HEADERS,
    IN_ORDER,
    SOURCES,
    STATUSES,
    check_times,
    check_words,
    named,
)
from console_server.imports.outcome import ImportContext, report
from console_server.imports.shifts import parse_instant
from console_server.imports.tables import Row, read_table
from console_server.incidents.flow import flow_of
from console_server.incidents.incident import Status
from console_server.incidents.migrated import MigratedCase, take_over
from console_server.packs.calendar import due_at
from console_server.packs.pack import RulePack, load_pack
from console_server.wire.field import ImportReport
from console_server.workers.store import list_workers


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows may name: workers by number, groups and classes by code or name."""

    workers: Mapping[str, tuple[int, str]]
    groups: Mapping[str, int]
    classes: Mapping[str, str]
    pack: RulePack


async def import_incidents(content: bytes, context: ImportContext) -> ImportReport:
    """Take over the cases that are not known yet; nothing of a known one is changed.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
    """
    known = await _read_known(context)
    rows = await asyncio.to_thread(read_table, content, HEADERS, context.complaints)
    seen: set[str] = set()
    read = [_case(row, known, context, seen) for row in rows]
    context.complaints.raise_if_any()
    cases = [each for each in read if each is not None]
    fresh = await take_over(
        context.connection, cases, known.pack, context.now, context.complaints.file
    )
    return report("incidents", ["created" if new else "unchanged" for new in fresh])


async def _read_known(context: ImportContext) -> _Known:
    pack = context.pack or load_pack("xingdian")
    cursor = await context.connection.execute("SELECT code, name, group_id FROM functional_groups")
    groups = {name: row[2] for row in await cursor.fetchall() for name in (row[1], row[0])}
    workers = await list_workers(context.connection, context.visible)
    return _Known(
        workers={row.code: (row.worker_id, row.name) for row in workers},
        groups=groups,
        classes={name: each.code for each in pack.classes for name in (each.name, each.code)},
        pack=pack,
    )


def _case(row: Row, known: _Known, context: ImportContext, seen: set[str]) -> MigratedCase | None:
    before = len(context.complaints.found)
    times = {name: _time(row, name, known, context) for name in (*IN_ORDER, "due_at")}
    status = STATUSES.get(row.text("status"))
    source = SOURCES.get(row.text("source"))
    class_code = known.classes.get(row.text("class"))
    check_words(row, context)
    for column, value in (("status", status), ("source", source), ("class", class_code)):
        if value is None:
            _complain_unknown(row, column, context)
    worker = known.workers.get(row.text("worker"))
    if row.text("worker") and worker is None:
        _complain_unknown(row, "worker", context)
    lon, lat, area_id = _place(row, context)
    if context.visible is not None and (area_id is None or not context.may_touch(area_id)):
        reason = "the place lies outside of the areas of this account"
        context.complaints.add(row.number, "地点不在本账号辖区内", reason)
    severity = _severity(row, context)
    if status == Status.SUSPENDED and status not in flow_of(known.pack).steps:
        reason = f"the rule pack {known.pack.code} suspends no cases"
        context.complaints.add(row.number, "本规则包没有挂账环节", reason)
    if status is not None:
        check_times(row, times, status, context)
    reported_at = times["reported_at"]
    if reported_at is None or status is None or source is None or class_code is None:
        return None
    if len(context.complaints.found) > before:
        return None
    pack = known.pack
    group = row.text("group") or pack.group_of(class_code) or ""
    case = MigratedCase(
        ticket=row.text("ticket"),
        source=source,
        class_code=class_code,
        severity=severity or pack.severity_of(class_code),
        title=row.text("title"),
        description=row.text("description"),
        place=row.text("place"),
        lon=lon,
        lat=lat,
        area_id=area_id,
        group_id=_group(row, group, known, context),
        status=status,
        reason=row.text("reason"),
        reported_at=reported_at,
        due_at=times["due_at"] or due_at(pack.calendar, reported_at, pack.due_after(class_code)),
        worker_id=worker[0] if worker else None,
        worker_name=worker[1] if worker else "",
        **{name: times[name] for name in IN_ORDER[1:]},
    )
    if case.client_id in seen:
        context.complaints.add(row.number, "来源和工单号重复", "the source and ticket occur twice")
    seen.add(case.client_id)
    return case


def _complain_unknown(row: Row, column: str, context: ImportContext) -> None:
    text = row.text(column)
    context.complaints.add(row.number, f"{named(column)}“{text}”不存在", f"no {column} {text!r}")


def _time(row: Row, column: str, known: _Known, context: ImportContext) -> datetime | None:
    text = row.text(column)
    if not text and column != "reported_at":
        return None
    parsed = parse_instant(row.cells.get(column, ""), known.pack.zone)
    if parsed is None:
        reason = f"{column} {text!r} is no date with a time"
        context.complaints.add(row.number, f"时间“{text}”无法识别", reason)
    return parsed


def _place(row: Row, context: ImportContext) -> tuple[float | None, float | None, int | None]:
    """Longitude and latitude in degrees and the area: the one named, else where the place lies."""
    area, code = None, row.text("area")
    if code:
        area = context.tree.by_code(code)
        if area is None or not context.may_touch(area.area_id):
            _complain_unknown(row, "area", context)
    area_id = area.area_id if area else None
    if not row.text("lon") and not row.text("lat"):
        return None, None, area_id
    try:
        lon, lat = float(row.text("lon")), float(row.text("lat"))
    except ValueError:
        context.complaints.add(row.number, "经纬度不是数字", "lon or lat is no number")
        return None, None, area_id
    if fault := degrees_fault(lon, lat, lon, lat):
        context.complaints.add(row.number, *fault)
        return None, None, area_id
    return lon, lat, area_id if area_id is not None else context.tree.locate(lon, lat)


def _severity(row: Row, context: ImportContext) -> int | None:
    text = row.text("severity")
    if text and text not in {"1", "2", "3", "4"}:
        context.complaints.add(row.number, f"等级“{text}”不是 1 至 4", "severity is not 1 to 4")
        return None
    return int(text) if text else None


def _group(row: Row, name: str, known: _Known, context: ImportContext) -> int | None:
    if row.text("group") and name not in known.groups:
        _complain_unknown(row, "group", context)
    return known.groups.get(name)
