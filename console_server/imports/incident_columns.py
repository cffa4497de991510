"""The columns of a table of migrated cases: their spellings, and what must hold within a row.

Owns these checks; what a row may name (areas, people, classes) is checked by `incidents.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final

from console_server.imports.outcome import ImportContext
from console_server.imports.tables import Row
from console_server.incidents.incident import Status
from console_server.incidents.opening import TEXT_MAX, TITLE_MAX

HEADERS: Final = {
    "ticket*": ("工单号", "编号", "案卷号"),
    "source*": ("来源",),
    "class*": ("类别", "类别编码", "class_code"),
    "title*": ("标题",),
    "reported_at*": ("上报时间", "受理登记时间"),
    "status": ("状态",),
    "description": ("描述", "情况"),
    "place": ("地点", "地址"),
    "lon": ("经度", "longitude", "lng"),
    "lat": ("纬度", "latitude"),
    "area": ("网格", "区域", "网格编码", "grid"),
    "severity": ("等级",),
    "group": ("职能组",),
    "worker": ("处置人", "工号"),
    "accepted_at": ("受理时间",),
    "suspended_at": ("挂账时间",),
    "ordered_at": ("派单时间",),
    "acknowledged_at": ("接单时间",),
    "on_scene_at": ("到场时间",),
    "first_handled_at": ("首次处置时间",),
    "reworked_at": ("返工时间",),
    "handled_at": ("处置时间", "处置完毕时间"),
    "due_at": ("时限", "截止时间"),
    "closed_at": ("结案时间", "办结时间"),
    "reason": ("原因", "答复"),
}
IN_ORDER: Final = (
    "reported_at", "accepted_at", "suspended_at", "ordered_at", "acknowledged_at", "on_scene_at",
    "first_handled_at", "reworked_at", "handled_at", "closed_at",
)  # fmt: skip
STATUSES: Final = {
    "": Status.CLOSED,
    "已结案": Status.CLOSED,
    "办结": Status.CLOSED,
    "不予受理": Status.REJECTED,
    "作废": Status.VOID,
    "待受理": Status.REPORTED,
    "已受理": Status.ACCEPTED,
    "已处置": Status.HANDLED,
    "挂账": Status.SUSPENDED,
    "已挂账": Status.SUSPENDED,
} | {
    each.value: each
    for each in (
        *(Status.CLOSED, Status.REJECTED, Status.VOID, Status.REPORTED, Status.ACCEPTED),
        *(Status.HANDLED, Status.SUSPENDED),
    )
}
ENDS: Final = frozenset({Status.CLOSED, Status.REJECTED, Status.VOID})
# What each status must have happened before it, and must not.
NEEDED: Final[Mapping[Status, tuple[str, ...]]] = {
    Status.CLOSED: ("accepted_at", "handled_at", "closed_at"),
    Status.HANDLED: ("accepted_at", "handled_at"),
    Status.ACCEPTED: ("accepted_at",),
    Status.SUSPENDED: ("accepted_at", "suspended_at"),
    Status.REJECTED: ("closed_at",),
    Status.VOID: ("closed_at",),
    Status.REPORTED: (),
}
LATER: Final = ("ordered_at", "acknowledged_at", "on_scene_at", "first_handled_at", "reworked_at",
                "handled_at")  # fmt: skip
SOURCES: Final = {
    "网格员": "handset",
    "网格员手机终端": "handset",
    "坐席": "dispatcher",
    "坐席录入": "dispatcher",
    "12345": "hotline",
    "居民": "resident",
    "信访": "petition",
} | {each: each for each in ("handset", "dispatcher", "hotline", "resident", "alert", "petition")}


def check_words(row: Row, context: ImportContext) -> None:
    """Complain about texts that are missing or too long."""
    for column, longest in (("ticket", 100), ("title", TITLE_MAX)):
        text = row.text(column)
        if not 0 < len(text) <= longest:
            name = HEADERS[f"{column}*"][0]
            reason = f"{column} is empty or longer than {longest} characters"
            context.complaints.add(row.number, f"{name}为空或超过 {longest} 字", reason)
    for column, longest in (("description", TEXT_MAX), ("place", TITLE_MAX), ("reason", TEXT_MAX)):
        if len(row.text(column)) > longest:
            name = HEADERS[column][0]
            reason = f"{column} is longer than {longest} characters"
            context.complaints.add(row.number, f"{name}超过 {longest} 字", reason)


def check_times(
    row: Row, times: Mapping[str, datetime | None], status: Status, context: ImportContext
) -> None:
    """Complain about times that run backwards, lie ahead, or do not fit the status."""
    happened = [(name, at) for name in IN_ORDER if (at := times[name]) is not None]
    for (early, before), (late, after) in pairwise(happened):
        if after < before:
            names = f"{named(late)}早于{named(early)}"
            context.complaints.add(row.number, names, f"{late} lies before {early}")
    if happened and happened[-1][1] > context.now:
        name = happened[-1][0]
        context.complaints.add(row.number, f"{named(name)}在将来", f"{name} is in the future")
    for name in NEEDED[status]:
        if times[name] is None:
            reason = f"{status.value} needs {name}"
            context.complaints.add(row.number, f"该状态缺少{named(name)}", reason)
    allowed_late = status in {Status.CLOSED, Status.HANDLED}
    extra = [n for n in LATER if times[n] and not allowed_late]
    extra += ["suspended_at"] if times["suspended_at"] and status != Status.SUSPENDED else []
    extra += ["closed_at"] if times["closed_at"] and status not in ENDS else []
    for name in extra:
        reason = f"{status.value} cannot have {name}"
        context.complaints.add(row.number, f"该状态不应有{named(name)}", reason)
    if (times["reworked_at"] is None) != (times["first_handled_at"] is None):
        reason = "reworked_at and first_handled_at come together"
        context.complaints.add(row.number, "返工时间与首次处置时间应同时填写", reason)


def named(column: str) -> str:
    """The Chinese name of a column."""
    return (HEADERS.get(f"{column}*") or HEADERS[column])[0]
