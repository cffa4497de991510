"""A month of attendance as an Excel workbook in Chinese: a summary, and a line a worker and day.

Owns the look of the sheets; the lines come from `board.py`. Provisional days are marked as such and
left out of the summary.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from console_server.attendance.board import MonthLine
from console_server.attendance.sheet_lines import DAY_COLUMNS, DAY_LOOKS, OUTCOMES, day_values
from console_server.packs.pack import RulePack
from console_server.wire.attendance import Outcome

COLOURS: Final[dict[str, str]] = {"达标": "#E2F0D9", "未达标": "#F8CBAD", "待定": "#FFF2CC"}
SUMMARY_COLUMNS: Final = (
    ("工号", 12), ("姓名", 10), ("网格", 20), ("天数", 8), ("计入时数", 10), ("在格时数", 10),
    ("在格率下限", 11), ("在格达标", 10), ("在格未达标", 11), ("在格待定", 10), ("巡查达标", 10),
    ("巡查未达标", 11), ("巡查待定", 10), ("双巡达标", 10), ("双巡未达标", 11), ("双巡待定", 10),
)  # fmt: skip


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
        self.count = book.add_format(centred | {"num_format": "0"})
        self.hours = book.add_format(centred | {"num_format": "0.00"})
        self.share = book.add_format(centred | {"num_format": "0.0%"})
        self.day = book.add_format(centred | {"num_format": "yyyy-mm-dd"})
        self.outcome = {
            word: book.add_format(centred | ({"bg_color": colour} if colour else {}))
            for word, colour in ((word, COLOURS.get(word)) for word in OUTCOMES.values())
        }


def workbook(title: str, pack: RulePack, lines: Sequence[MonthLine]) -> bytes:
    """The workbook, ready to be sent."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        formats = _Formats(book)
        note = f"规则包 {pack.name} {pack.version};{_rules_in_words(pack)}"
        overall = _Headings("汇总", f"{title} 考勤汇总", note)
        summary = _sheet(book, formats, overall, SUMMARY_COLUMNS)
        for row, cells in enumerate(_summary_lines(lines, formats), start=3):
            _write(summary, row, cells)
        daily = _Headings("每日明细", f"{title} 每日考勤", note)
        days = _sheet(book, formats, daily, DAY_COLUMNS)
        for row, line in enumerate(lines, start=3):
            _write(days, row, _day_cells(line, formats))
        days.autofilter(2, 0, 2 + max(len(lines), 1), len(DAY_COLUMNS) - 1)
    return held.getvalue()


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
    return sheet


Cell = tuple[Any, Format]


def _write(sheet: Worksheet, row: int, cells: Iterable[Cell]) -> None:
    for column, (value, form) in enumerate(cells):
        if value is None:
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write(row, column, value, form)


def _day_cells(line: MonthLine, formats: _Formats) -> list[Cell]:
    looks = {"text": formats.text, "hours": formats.hours, "share": formats.share}
    looks |= {"count": formats.count, "day": formats.day}
    return [
        (value, formats.outcome[str(value)] if look == "outcome" else looks[look])
        for value, look in zip(day_values(line), DAY_LOOKS, strict=True)
    ]


def _summary_lines(lines: Sequence[MonthLine], formats: _Formats) -> Iterable[list[Cell]]:
    by_worker: dict[str, list[MonthLine]] = defaultdict(list)
    for line in lines:
        if line.final:
            by_worker[line.person.code].append(line)
    for _, days in sorted(by_worker.items()):
        yield _summary_cells(days, formats)


def _summary_cells(days: Sequence[MonthLine], formats: _Formats) -> list[Cell]:
    person = days[0].person
    work_s = sum(each.summary.work_s for each in days)
    inside_s = sum(each.summary.inside_s for each in days)
    shares = Counter(each.summary.in_grid.outcome for each in days)
    patrols = Counter(each.summary.patrols.outcome for each in days)
    twice = Counter(each.summary.twice_daily.outcome for each in days)
    return [
        (person.code, formats.text),
        (person.name, formats.text),
        ("、".join(person.grid_codes), formats.text),
        (len(days), formats.count),
        *_hours(formats, work_s, inside_s),
        (inside_s / work_s if work_s else None, formats.share),
        *_counts(shares, formats),
        *_counts(patrols, formats),
        *_counts(twice, formats),
    ]


def _counts(outcomes: Counter[Outcome | None], formats: _Formats) -> list[Cell]:
    kinds: tuple[Outcome, ...] = ("met", "not_met", "undecided")
    return [(outcomes[kind], formats.count) for kind in kinds]


def _hours(formats: _Formats, *seconds: float) -> list[Cell]:
    return [(each / 3600, formats.hours) for each in seconds]


def _outcome(outcome: Outcome | None, formats: _Formats) -> Cell:
    word = OUTCOMES[outcome]
    return word, formats.outcome[word]


def _rules_in_words(pack: RulePack) -> str:
    rules = []
    if pack.share:
        rules.append(f"在格率 ≥ {pack.share.min_share}" + ("(示例)" if pack.share.example else ""))
    if pack.patrol and pack.patrol.per_day:
        rules.append(
            f"每日巡查 ≥ {pack.patrol.per_day} 次" + ("(示例)" if pack.patrol.example else "")
        )
    if pack.twice_daily:
        rules.append("一日双巡" + ("(示例)" if pack.twice_daily.example else ""))
    return ";".join(rules)
