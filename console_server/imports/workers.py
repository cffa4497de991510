"""Workers from XLSX or CSV: 工号 姓名 类别 电话 网格 职能组 技能 岗位, or the English names.

生效日期 says since when grids and post are those of the row, if not from now on.
"""

import asyncio
import re
from typing import Final

from console_server.imports.outcome import ImportContext, report
from console_server.imports.since import read_since
from console_server.imports.tables import Row, read_table, split_list
from console_server.wire.field import ImportReport
from console_server.workers.commands import WantedWorker, put_workers, subdistrict_of
from console_server.workers.store import groups_by_name
from console_server.workers.worker import WorkerKind, WorkerRecord

HEADERS: Final = {
    "code*": ("工号", "编号", "人员编号"),
    "name*": ("姓名",),
    "kind": ("类别", "人员类别", "类型"),
    "phone": ("电话", "手机", "手机号", "联系电话"),
    "area": ("街道", "区域", "area_code"),
    "grids": ("网格", "网格编码", "grid", "grid_codes"),
    "group": ("职能组", "group_code"),
    "skills": ("技能", "特长"),
    "post": ("岗位", "职务"),
    "since": ("生效日期", "生效", "valid_from"),
}
KINDS: Final[dict[str, WorkerKind]] = {
    "": "part_time",
    "专职": "full_time",
    "兼职": "part_time",
    "志愿者": "volunteer",
    "full_time": "full_time",
    "part_time": "part_time",
    "volunteer": "volunteer",
}
PHONE: Final = re.compile(r"^\+?[\d][\d -]{4,19}$")


async def import_workers(content: bytes, context: ImportContext) -> ImportReport:
    """Create and change workers by code; those that the file does not name stay.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
    """
    groups = await groups_by_name(context.connection)
    rows = await asyncio.to_thread(read_table, content, HEADERS, context.complaints)
    seen: set[str] = set()
    workers = [_worker(row, context, groups, seen) for row in rows]
    context.complaints.raise_if_any()
    wanted = [worker for worker in workers if worker is not None]
    return report("workers", await put_workers(context.connection, wanted, context.now))


def _worker(
    row: Row, context: ImportContext, groups: dict[str, int], seen: set[str]
) -> WantedWorker | None:
    complain, before = context.complaints.add, len(context.complaints.found)
    code, name, phone = row.text("code"), row.text("name"), row.text("phone")
    if not code or not name:
        complain(row.number, "缺少工号或姓名", "the code or the name is missing")
    elif code in seen:
        complain(row.number, f"工号 {code} 重复", f"the code {code} occurs twice")
    seen.add(code)
    kind = KINDS.get(row.text("kind").lower())
    if kind is None:
        text = row.text("kind")
        complain(row.number, f"类别“{text}”未知", f"{text!r} is none of 专职 兼职 志愿者")
    if phone and not PHONE.match(phone):
        complain(row.number, f"电话“{phone}”无效", f"{phone!r} is no telephone number")
    group = row.text("group")
    if group and group not in groups:
        complain(row.number, f"职能组“{group}”不存在", f"no functional group {group!r}")
    area_id, grid_ids = _place(row, context)
    since = read_since(row.text("since"), row.number, context)
    if len(context.complaints.found) > before or kind is None or area_id is None:
        return None
    record = WorkerRecord(
        code,
        name,
        kind,
        phone or None,
        area_id,
        groups.get(group),
        tuple(split_list(row.text("skills"))),
        grid_ids,
        row.text("post"),
    )
    return WantedWorker(record, since)


def _place(row: Row, context: ImportContext) -> tuple[int | None, frozenset[int]]:
    """Subdistrict and grids of a row."""
    complain, tree = context.complaints.add, context.tree
    grids = []
    for code in split_list(row.text("grids")):
        node = tree.by_code(code)
        if node is None or node.kind != "grid" or not context.may_touch(node.area_id):
            complain(row.number, f"网格 {code} 不存在", f"no grid {code}")
            return None, frozenset()
        grids.append(node.area_id)
    area_id = subdistrict_of(tree, row.text("area") or None, frozenset(grids))
    if area_id is None:
        complain(
            row.number,
            "无法由网格或街道确定唯一的街道",
            "the grids (or the column 街道/area) do not name one subdistrict",
        )
    elif not grids and not context.may_touch(area_id):
        complain(row.number, "不在您的管辖区域内", "outside of your area")
    return area_id, frozenset(grids)
