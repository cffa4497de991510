"""The measures of a period as an Excel workbook in Chinese: overview, tables, days, warnings.

Owns the look of the sheets; the values are `report.py`'s. Text stays text: no name becomes a
formula. Counts stand beside rates, so that nobody has to guess what
a percentage is of; the words are `words.py`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from console_server.downloads import BOOK
from console_server.incidents.words import SOURCES
from console_server.measures.words import DEFINITIONS, in_words, nothing_rises
from console_server.packs.pack import RulePack
from console_server.wire.measures import (
    EarlyWarnings,
    FigureRow,
    Figures,
    Measures,
    Rate,
    Spread,
)

FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
FIGURES: Final = (
    ("上报", 8), ("受理", 8), ("不予受理", 9), ("待受理", 8), ("办结", 8), ("办结率", 9),
    ("按期", 8), ("应按期", 8), ("按期率", 9), ("返工", 8), ("返工率", 9), ("当前超期", 9),
    ("响应中位(分)", 11), ("响应九成(分)", 11), ("响应样本", 9),
    ("到场中位(分)", 11), ("到场九成(分)", 11), ("到场样本", 9),
    ("处置中位(时)", 11), ("处置九成(时)", 11), ("处置样本", 9), ("评价均分", 9), ("评价数", 8),
)  # fmt: skip
NOBODY_WORDS: Final = {"区域": "未定位", "职能组": "未分组", "人员": "未派人"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What goes into the workbook; `area` is the name of the area asked for, or empty."""

    measures: Measures
    warnings: EarlyWarnings
    pack: RulePack
    area: str


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        cell = FONT | {"border": 1, "border_color": "#BFC8D6"}
        centred = cell | {"align": "center"}
        self.title = book.add_format(FONT | {"font_size": 14, "bold": True})
        self.note = book.add_format(FONT | {"font_size": 9, "font_color": "#5B6675"})
        self.head = book.add_format(
            centred | {"bold": True, "bg_color": "#D9E2F3", "text_wrap": True}
        )
        self.text = book.add_format(cell)
        self.words = book.add_format(cell | {"text_wrap": True})
        self.count = book.add_format(centred | {"num_format": "#,##0"})
        self.decimal = book.add_format(centred | {"num_format": "0.0"})
        self.share = book.add_format(centred | {"num_format": "0.0%"})
        self.chance = book.add_format(centred | {"num_format": "0.0000"})
        self.day = book.add_format(centred | {"num_format": "yyyy-mm-dd"})
        self.total = book.add_format(cell | {"bold": True, "bg_color": "#F2F5FA"})


Cell = tuple[Any, Format]


def workbook(printed: Printed) -> bytes:
    """The workbook, ready to be sent."""
    held, measures = BytesIO(), printed.measures
    with xlsxwriter.Workbook(held, BOOK) as book:
        looks = _Formats(book)
        total = FigureRow("", "合计", measures.total)
        for name, key, rows in (
            ("区域", "区域编码", measures.by_area),
            ("职能组", "组编码", measures.by_group),
            ("人员", "人员编号", measures.by_worker),
            ("类别", "类别编码", measures.by_class),
            ("来源", "来源", measures.by_source),
        ):
            sheet = _sheet(book, looks, printed, name, [(key, 18), (name, 24), *FIGURES])
            lines = [_line(name, row, looks) for row in (total, *rows)]
            _write(sheet, lines)
            sheet.freeze_panes(3, 2)
        _days(book, looks, printed)
        _warnings(book, looks, printed)
        _definitions(book, looks)
    return held.getvalue()


def _sheet(
    book: Workbook, looks: _Formats, printed: Printed, name: str, columns: Sequence[tuple[str, int]]
) -> Worksheet:
    sheet, measures = book.add_worksheet(name), printed.measures
    where = f" · {printed.area}" if printed.area else ""
    sheet.write(0, 0, f"{printed.pack.name}{where} 指标（{name}）", looks.title)
    made = measures.as_of.astimezone(printed.pack.zone)
    period = f"上报时间 {measures.first_day} 至 {measures.last_day}"
    sheet.write(1, 0, f"{period}；统计于 {made:%Y-%m-%d %H:%M}；口径见“口径”页", looks.note)
    for column, (head, width) in enumerate(columns):
        sheet.write(2, column, head, looks.head)
        sheet.set_column(column, column, width)
    sheet.set_row(2, 30)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    return sheet


def _write(sheet: Worksheet, lines: Iterable[Iterable[Cell]]) -> None:
    for row, cells in enumerate(lines, start=3):
        for column, (value, look) in enumerate(cells):
            if value is None:
                sheet.write_blank(row, column, None, look)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, look)
            else:
                sheet.write(row, column, value, look)


def _line(kind: str, row: FigureRow, looks: _Formats) -> list[Cell]:
    name = row.name or NOBODY_WORDS.get(kind, "")
    name = SOURCES.get(name, name) if kind == "来源" else name
    total = name == "合计"
    text = looks.total if total else looks.text
    return [(row.key, text), (name, text), *_cells(row.figures, looks)]


def _cells(figures: Figures, looks: _Formats) -> list[Cell]:
    plain = (figures.reported, figures.accepted, figures.rejected, figures.waiting, figures.closed)
    return [
        *((count, looks.count) for count in plain),
        (_share(figures.closure), looks.share),
        (figures.on_time.n, looks.count),
        (figures.on_time.of, looks.count),
        (_share(figures.on_time), looks.share),
        (figures.rework.n, looks.count),
        (_share(figures.rework), looks.share),
        (figures.overdue_now, looks.count),
        *_spread(figures.response, 60, looks),
        *_spread(figures.arrival, 60, looks),
        *_spread(figures.handling, 3600, looks),
        (figures.rating.mean, looks.decimal),
        (figures.rating.count, looks.count),
    ]


def _share(rate: Rate) -> float | None:
    return rate.n / rate.of if rate.of else None


def _spread(spread: Spread, unit_s: int, looks: _Formats) -> list[Cell]:
    return [
        (None if spread.median_s is None else spread.median_s / unit_s, looks.decimal),
        (None if spread.p90_s is None else spread.p90_s / unit_s, looks.decimal),
        (spread.count, looks.count),
    ]


def _days(book: Workbook, looks: _Formats, printed: Printed) -> None:
    days = printed.measures.days
    sheet = _sheet(book, looks, printed, "逐日", [("日期", 14), ("上报", 10), ("办结", 10)])
    _write(
        sheet,
        [
            [(each.day, looks.day), (each.reported, looks.count), (each.closed, looks.count)]
            for each in days
        ],
    )
    chart = book.add_chart({"type": "line"})
    last = 2 + len(days)
    for column, colour in ((1, "#2F6FB5"), (2, "#2E9E7A")):
        chart.add_series(
            {
                "name": ["逐日", 2, column],
                "categories": ["逐日", 3, 0, last, 0],
                "values": ["逐日", 3, column, last, column],
                "line": {"color": colour, "width": 2},
            }
        )
    chart.set_title({"name": "逐日上报与办结", "name_font": {"size": 12}})
    chart.set_size({"width": 760, "height": 340})
    sheet.insert_chart("E3", chart)


def _warnings(book: Workbook, looks: _Formats, printed: Printed) -> None:
    columns = [
        ("区域", 22),
        ("类别", 18),
        ("近7天", 9),
        ("此前周均", 10),
        ("概率 p", 10),
        ("说明", 90),
    ]
    sheet = _sheet(book, looks, printed, "预警", columns)
    found = printed.warnings
    if not found.warnings:
        sheet.write(3, 0, nothing_rises(found), looks.note)
    _write(
        sheet,
        [
            [
                (each.area_name, looks.text),
                (each.class_name, looks.text),
                (each.count, looks.count),
                (each.mean, looks.decimal),
                (each.p, looks.chance),
                (in_words(each), looks.words),
            ]
            for each in found.warnings
        ],
    )


def _definitions(book: Workbook, looks: _Formats) -> None:
    sheet = book.add_worksheet("口径")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 100)
    for row, (name, text) in enumerate(DEFINITIONS):
        sheet.write_string(row, 0, name, looks.head)
        sheet.write_string(row, 1, text, looks.words)
