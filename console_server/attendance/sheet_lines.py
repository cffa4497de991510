"""A worker's day as one line of a table: the columns, and what stands in them, in Chinese.

Owns the order and the words; how a workbook looks is in `export.py`. Also the plain tables: CSV for
other programs, and what `gridbeat export attendance` writes.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any, Final

from console_server.attendance.board import MonthLine, month_of
from console_server.attendance.outcomes import Rule, outcomes_by
from console_server.attendance.wire_form import Person, Summary
from console_server.database import Connection
from console_server.imports.tables import INJECTION_STARTS
from console_server.wire.attendance import Outcome

OUTCOMES: Final[dict[Outcome | None, str]] = {
    "met": "达标",
    "not_met": "未达标",
    "undecided": "待定",
    None: "—",
}
DAY_COLUMNS: Final = (
    ("日期", 12), ("工号", 12), ("姓名", 10), ("网格", 24), ("应勤时数", 10), ("任务外出时数", 13),
    ("系统故障时数", 13), ("申诉免计时数", 13), ("计入时数", 10), ("在格时数", 10),
    ("不明时数", 10), ("在格率下限", 11), ("在格率上限", 11), ("在格判定", 10), ("巡查次数", 10),
    ("可能次数", 10), ("巡查判定", 10), ("双巡判定", 10), ("巡更点判定", 11), ("巡夜判定", 10),
    ("未达标项", 18), ("状态", 10),
)  # fmt: skip
DAY_LOOKS: Final = (
    "day", "text", "text", "text", "hours", "hours", "hours", "hours", "hours", "hours", "hours",
    "share", "share", "outcome", "count", "count", "outcome", "outcome", "outcome", "outcome",
    "text", "text",
)  # fmt: skip
RULE_NAMES: Final[dict[Rule, str]] = {
    "in_grid": "在格",
    "patrols": "巡查",
    "twice_daily": "双巡",
    "checkpoints": "巡更点",
    "night_watch": "巡夜",
}
SO_FAR: Final[Mapping[Outcome, str]] = {"met": "暂达标", "undecided": "进行中"}
NO_NAMES: Final[Mapping[str, str]] = {}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def day_values(line: MonthLine, names: Mapping[str, str] = NO_NAMES) -> list[Any]:
    """The values of a line, in the order of `DAY_COLUMNS`; hours as such, shares 0-1.

    `names`: of the grids, by their codes; a grid without one is told by its code.
    """
    summary, person = line.summary, line.person
    seconds = (
        summary.planned_s - summary.leave_s,
        summary.order_s,
        summary.outage_s,
        summary.excused_s,
        summary.work_s,
        summary.inside_s,
        summary.unknown_s,
    )
    return [
        line.day,
        person.code,
        person.name,
        grids_of(person, names),
        *(each / 3600 for each in seconds),
        summary.in_grid.lower,
        summary.in_grid.upper,
        _told(summary, summary.in_grid.outcome),
        summary.patrols.count,
        summary.patrols.possible,
        _told(summary, summary.patrols.outcome),
        _told(summary, summary.twice_daily.outcome),
        _told(summary, worst_of(outcomes_by("checkpoints", summary))),
        _told(summary, worst_of(outcomes_by("night_watch", summary))),
        "、".join(not_met(summary)),
        "最终" if line.final else "当日未结束" if summary.provisional else "未结",
    ]


def grids_of(person: Person, names: Mapping[str, str]) -> str:
    """Somebody's own grids, by their names."""
    return "、".join(names.get(code, code) for code in person.grid_codes)


def _told(summary: Summary, outcome: Outcome | None) -> str:
    """An outcome in words; of a day that runs only what cannot be made up any more is one."""
    if summary.provisional and outcome is not None and outcome in SO_FAR:
        return SO_FAR[outcome]
    return OUTCOMES[outcome]


def worst_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """One failure is a failure, one doubt a doubt; None: nothing was asked."""
    ranked: tuple[Outcome, ...] = ("not_met", "undecided", "met")
    return next((each for each in ranked if each in outcomes), None)


def not_met(summary: Summary) -> list[str]:
    """The names of the rules that were not met."""
    return [name for rule, name in RULE_NAMES.items() if "not_met" in outcomes_by(rule, summary)]


def text_rows(lines: Iterable[MonthLine]) -> list[Sequence[str]]:
    """All lines as text below the headers."""
    heads = [name for name, _ in DAY_COLUMNS]
    return [heads, *([_text(value) for value in day_values(line)] for line in lines)]


def as_csv(lines: Iterable[MonthLine]) -> bytes:
    """The lines as CSV in UTF-8 with a mark, as Excel wants it."""
    held = StringIO(newline="")
    csv.writer(held).writerows([_harmless(cell) for cell in row] for row in text_rows(lines))
    return held.getvalue().encode("utf-8-sig")


async def attendance_rows(connection: Connection) -> list[Sequence[str]]:
    """Every stored day of everybody, below the headers."""
    return text_rows(await month_of(connection, FIRST_DAY, LAST_DAY, None))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(INJECTION_STARTS) else cell
