"""A month of attendance as an Excel workbook in Chinese: a summary, and a line a worker and day.

Owns the look of the sheets; the lines come from `board.py`. Provisional days are marked as such and
left out of the summary.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from console_server.attendance.board import MonthLine
from console_server.attendance.month_lines import MonthRuleLine
from console_server.attendance.outcomes import Rule, bounds, outcomes_by
from console_server.attendance.sheet_lines import (
    DAY_COLUMNS,
    DAY_LOOKS,
    NO_NAMES,
    OUTCOMES,
    RULE_NAMES,
    SO_FAR,
    day_values,
    grids_of,
)
from console_server.downloads import BOOK
from console_server.packs.pack import RulePack
from console_server.wire.attendance import Outcome

COLOURS: Final[dict[str, str]] = {
    "达标": "#E2F0D9", "未达标": "#F8CBAD", "待定": "#FFF2CC", "暂达标": "#F3F9EF",
}  # fmt: skip
PERSON_COLUMNS: Final = (
    ("工号", 12), ("姓名", 10), ("网格", 24), ("天数", 8), ("计入时数", 10), ("在格时数", 10),
    ("在格率下限", 11), ("在格率上限", 11),
)  # fmt: skip
MONTH_COLUMNS: Final = (
    ("工号", 12), ("姓名", 10), ("规则", 18), ("应完成", 10), ("已完成", 10), ("最多可能", 10),
    ("判定", 10), ("未完成的网格或场所", 48), ("状态", 10),
)  # fmt: skip
SUMMARY_NOTE: Final = "；汇总只计已最终判定的日期，待定不作未达标"
KINDS: Final[tuple[Outcome, ...]] = ("met", "not_met", "undecided")


Cell = tuple[Any, Format]


@dataclass(frozen=True, slots=True)
class _Headings:
    """What stands above a sheet's columns."""

    name: str
    title: str
    note: str


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "border": 1, "valign": "vcenter"}
        centred = base | {"align": "center"}
        self.title = book.add_format(
            {"font_name": "Microsoft YaHei", "font_size": 14, "bold": True}
        )
        self.note = book.add_format(
            {"font_name": "Microsoft YaHei", "font_size": 9, "italic": True}
        )
        self.head = book.add_format(
            centred | {"bold": True, "bg_color": "#D9E2F3", "text_wrap": True}
        )
        self.text = book.add_format(base)
        self.wrapped = book.add_format(base | {"text_wrap": True})
        self.count = book.add_format(centred | {"num_format": "0"})
        self.hours = book.add_format(centred | {"num_format": "0.00"})
        self.share = book.add_format(centred | {"num_format": "0.0%"})
        self.day = book.add_format(centred | {"num_format": "yyyy-mm-dd"})
        self.outcome = {
            word: book.add_format(centred | ({"bg_color": colour} if colour else {}))
            for word, colour in (
                (word, COLOURS.get(word)) for word in (*OUTCOMES.values(), *SO_FAR.values())
            )
        }


def workbook(
    title: str,
    pack: RulePack,
    lines: Sequence[MonthLine],
    months: Sequence[MonthRuleLine] = (),
    names: Mapping[str, str] = NO_NAMES,
) -> bytes:
    """The workbook, ready to be sent; `names`: of the grids, by their codes."""
    held = BytesIO()
    rules = rules_asked(pack)
    with xlsxwriter.Workbook(held, BOOK) as book:
        formats = _Formats(book)
        note = f"规则包 {pack.name} {pack.version}；{_rules_in_words(pack)}"
        overall = _Headings("汇总", f"{title} 考勤汇总", note + SUMMARY_NOTE)
        _fill(
            book,
            formats,
            overall,
            _summary_columns(rules),
            _summary_lines(lines, rules, names, formats),
        )
        daily = _Headings("每日明细", f"{title} 每日考勤", note)
        cells = [_day_cells(line, names, formats) for line in lines]
        _fill(book, formats, daily, DAY_COLUMNS, cells)
        if months:
            monthly = _Headings("月度规则", f"{title} 按月判定的规则", note)
            _fill(book, formats, monthly, MONTH_COLUMNS, _month_lines(months, formats))
    return held.getvalue()


def rules_asked(pack: RulePack) -> list[Rule]:
    """The rules of a day that the pack asks for."""
    asked: dict[Rule, object] = {
        "in_grid": pack.share,
        "patrols": pack.patrol and pack.patrol.per_day,
        "twice_daily": pack.twice_daily,
        "checkpoints": pack.checkpoints,
        "night_watch": pack.night_watch,
    }
    return [rule for rule, rules in asked.items() if rules]


def _fill(
    book: Workbook,
    formats: _Formats,
    headings: _Headings,
    columns: Sequence[tuple[str, int]],
    lines: Iterable[Sequence[Cell]],
) -> None:
    """A sheet with all of its lines, and a filter over them."""
    sheet, row = _sheet(book, formats, headings, columns), 2
    for row, cells in enumerate(lines, start=3):
        _write(sheet, row, cells)
    sheet.autofilter(2, 0, max(row, 3), len(columns) - 1)


def _sheet(
    book: Workbook, formats: _Formats, headings: _Headings, columns: Sequence[tuple[str, int]]
) -> Worksheet:
    sheet = book.add_worksheet(headings.name)
    sheet.write(0, 0, headings.title, formats.title)
    sheet.write(1, 0, headings.note, formats.note)
    for column, (head, width) in enumerate(columns):
        sheet.write(2, column, head, formats.head)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 3)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
    return sheet


def _write(sheet: Worksheet, row: int, cells: Iterable[Cell]) -> None:
    for column, (value, form) in enumerate(cells):
        if value is None:
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write(row, column, value, form)


def _day_cells(line: MonthLine, names: Mapping[str, str], formats: _Formats) -> list[Cell]:
    looks = {"text": formats.text, "hours": formats.hours, "share": formats.share}
    looks |= {"count": formats.count, "day": formats.day}
    return [
        (value, formats.outcome[str(value)] if look == "outcome" else looks[look])
        for value, look in zip(day_values(line, names), DAY_LOOKS, strict=True)
    ]


def _summary_columns(rules: Sequence[Rule]) -> list[tuple[str, int]]:
    words = [OUTCOMES[kind] for kind in KINDS]
    return [*PERSON_COLUMNS, *((RULE_NAMES[rule] + word, 11) for rule in rules for word in words)]


def _summary_lines(
    lines: Sequence[MonthLine],
    rules: Sequence[Rule],
    names: Mapping[str, str],
    formats: _Formats,
) -> Iterable[list[Cell]]:
    by_worker: dict[str, list[MonthLine]] = defaultdict(list)
    for line in lines:
        if line.final:
            by_worker[line.person.code].append(line)
    for _, days in sorted(by_worker.items()):
        yield _summary_cells(days, rules, names, formats)


def _summary_cells(
    days: Sequence[MonthLine],
    rules: Sequence[Rule],
    names: Mapping[str, str],
    formats: _Formats,
) -> list[Cell]:
    person, summaries = days[0].person, [each.summary for each in days]
    lower, upper = bounds(summaries)
    counts = {
        rule: Counter(each for summary in summaries for each in outcomes_by(rule, summary))
        for rule in rules
    }
    return [
        (person.code, formats.text),
        (person.name, formats.text),
        (grids_of(person, names), formats.text),
        (len(days), formats.count),
        (sum(each.work_s for each in summaries) / 3600, formats.hours),
        (sum(each.inside_s for each in summaries) / 3600, formats.hours),
        (lower, formats.share),
        (upper, formats.share),
        *((counts[rule][kind], formats.count) for rule in rules for kind in KINDS),
    ]


def _month_lines(months: Sequence[MonthRuleLine], formats: _Formats) -> Iterable[list[Cell]]:
    for each in months:
        word = OUTCOMES[each.outcome]
        yield [
            (each.person.code, formats.text),
            (each.person.name, formats.text),
            (each.name, formats.text),
            (each.required, formats.count),
            (each.count, formats.count),
            (each.possible, formats.count),
            (word, formats.outcome[word]),
            ("、".join(each.open_places), formats.wrapped),
            ("最终" if each.final else "未结", formats.text),
        ]


def _rules_in_words(pack: RulePack) -> str:
    rules = []
    if pack.share:
        rules.append(f"在格率 ≥ {pack.share.min_share}" + _example(pack.share.example))
    if pack.patrol and pack.patrol.per_day:
        rules.append(f"每日巡查 ≥ {pack.patrol.per_day} 次" + _example(pack.patrol.example))
    if pack.twice_daily:
        rules.append("一日双巡" + _example(pack.twice_daily.example))
    if pack.checkpoints:
        rules.append(
            f"巡更点每日 ≥ {pack.checkpoints.per_day} 处" + _example(pack.checkpoints.example)
        )
    if pack.night_watch:
        rules.append("上下半夜各巡一次" + _example(pack.night_watch.example))
    if pack.visits:
        whose = "同网格任一人到访即可" if pack.visits.shared else "每人均须到访"
        days = f"走访清单各点每月 ≥ {pack.visits.per_month} 天，{whose}"
        rules.append(days + _example(pack.visits.example))
    return "；".join(rules)


def _example(example: bool) -> str:  # noqa: FBT001 - a word of the pack
    return "（示例）" if example else ""
