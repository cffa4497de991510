"""Many cases as a spreadsheet, one line each.

Owns the columns; which cases are in it is the route's. Text stays text: nothing a reporter writes
can become a formula.
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter

from console_server.downloads import BOOK
from console_server.incidents.words import SEVERITIES, SOURCES, STATUSES, class_in_words
from console_server.packs.pack import RulePack
from console_server.wire.cases import IncidentSummary

COLUMNS = (
    ("案卷号", 16),
    ("状态", 10),
    ("类别", 18),
    ("等级", 8),
    ("标题", 36),
    ("地点", 28),
    ("网格", 18),
    ("来源", 16),
    ("职能组", 14),
    ("人员", 20),
    ("上报时间", 19),
    ("时限", 19),
    ("办结时间", 19),
    ("超时", 8),
)


def workbook(title: str, pack: RulePack, cases: Sequence[IncidentSummary]) -> bytes:
    """The workbook, ready to be sent."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, BOOK) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EDF5", "border": 1})
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("案卷")
        sheet.write(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        for column, (name, width) in enumerate(COLUMNS):
            sheet.write(1, column, name, head)
            sheet.set_column(column, column, width)
        for row, case in enumerate(cases, start=2):
            for column, value in enumerate(_line(case, pack)):
                if isinstance(value, datetime):
                    sheet.write_datetime(row, column, value, times)
                else:
                    sheet.write_string(row, column, value)
        sheet.freeze_panes(2, 1)
        sheet.autofilter(1, 0, 1 + max(len(cases), 1), len(COLUMNS) - 1)
    return held.getvalue()


def _line(case: IncidentSummary, pack: RulePack) -> list[str | datetime]:
    groups = {each.code: each.name for each in pack.groups}
    workers = dict.fromkeys(each.worker_name for each in case.dispatches)
    return [
        case.code,
        STATUSES.get(case.status, case.status),
        class_in_words(case.class_code, pack),
        SEVERITIES.get(case.severity, str(case.severity)),
        case.title,
        case.place,
        case.grid_code or "",
        SOURCES.get(case.source, case.source),
        groups.get(case.group_code or "", case.group_code or ""),
        "、".join(workers),
        *(_local(at, pack.zone) for at in (case.reported_at, case.due_at, case.closed_at)),
        "是" if case.overdue_at else "",
    ]


def _local(at: datetime | None, zone: ZoneInfo) -> str | datetime:
    return "" if at is None else at.astimezone(zone).replace(tzinfo=None)
