"""An assessment as an Excel workbook in Chinese: results, and the figures of every indicator.

Owns the look of the sheets; results come from `commands.py`. What is not from a published source
is marked 示例.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from console_server.assessment.commands import Assessed
from console_server.assessment.score import Figure, IndicatorScore, weights_of
from console_server.downloads import BOOK
from console_server.packs.assessment_rules import AssessmentScheme, Indicator, Source

FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10}
TONES: Final = {
    "red": "#F4B6B6", "blue": "#BDD7EE", "yellow": "#FFE699", "green": "#C6E0B4", "grey": "#E7E6E6",
}  # fmt: skip
STATES: Final = {
    "known": "计入",
    "undecided": "待定，不计",
    "missing": "未录入，不计",
    "not_asked": "不适用",
}
SOURCES: Final[dict[Source, str]] = {
    "attendance.in_grid": "日考勤：在格时长",
    "attendance.patrols": "日考勤：巡查",
    "attendance.twice_daily": "日考勤：一日双巡",
    "attendance.checkpoints": "日考勤：巡更点",
    "attendance.night_watch": "日考勤：巡夜",
    "attendance.guide_tour": "月度规则：指导员巡查",
    "attendance.visits": "月度规则：走访清单",
    "orders.acknowledged": "任务单：按时接收",
    "cases.handled_in_time": "案件：按期处置",
    "cases.without_rework": "案件：一次办结",
    "cases.closed": "案件：办结",
    "cases.satisfied": "案件：居民评价 4 分及以上",
    "manual": "人工录入（0–100）",
}
HEAD_ROW: Final = 2

Cell = tuple[Any, Format]


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        cell = FONT | {"border": 1, "valign": "vcenter"}
        centred = cell | {"align": "center"}
        self.title = book.add_format(FONT | {"font_size": 14, "bold": True})
        self.note = book.add_format(FONT | {"font_size": 9, "italic": True})
        self.head = book.add_format(
            centred | {"bold": True, "bg_color": "#D9E2F3", "text_wrap": True}
        )
        self.text = book.add_format(cell)
        self.centred = book.add_format(centred)
        self.points = book.add_format(centred | {"num_format": "0.0"})
        self.share = book.add_format(centred | {"num_format": "0.0%"})
        self.count = book.add_format(centred | {"num_format": "0"})
        self.tone = {
            tone: book.add_format(centred | {"bg_color": colour}) for tone, colour in TONES.items()
        }


def workbook(
    title: str, scheme: AssessmentScheme, assessed: Sequence[Assessed], version: str
) -> bytes:
    """The workbook, ready to be sent."""
    held = BytesIO()
    with xlsxwriter.Workbook(held, BOOK) as book:
        formats = _Formats(book)
        note = f"规则包版本 {version}；待定不计入；未录入或不适用的指标不计，其权重由其余指标分摊"
        if scheme.example:
            note += "；本考核的周期与口径为示例"
        results = _sheet(book, formats, "考核结果", title, note, _result_columns(scheme))
        _fill(results, (_result_cells(scheme, each, formats) for each in assessed))
        details = _sheet(book, formats, "指标明细", f"{title} · 指标明细", note, DETAIL_COLUMNS)
        _fill(details, (line for each in assessed for line in _detail_lines(scheme, each, formats)))
        rules = _sheet(book, formats, "口径", f"{title} · 口径", note, RULE_COLUMNS)
        _fill(rules, _rule_lines(scheme, formats))
    return held.getvalue()


DETAIL_COLUMNS: Final = (
    ("编号", 12), ("姓名/部门", 14), ("维度", 16), ("指标", 24), ("分子", 9), ("分母", 9),
    ("待定", 9), ("值", 10), ("得分", 9), ("实占权重", 10), ("说明", 14),
)  # fmt: skip
RULE_COLUMNS: Final = (
    ("维度", 16), ("指标", 24), ("权重", 10), ("0 分对应值", 12), ("100 分对应值", 12),
    ("来源", 26), ("示例", 8),
)  # fmt: skip


def _result_columns(scheme: AssessmentScheme) -> list[tuple[str, int]]:
    return [
        ("编号", 12),
        ("姓名/部门", 14),
        ("社区", 18),
        ("总分", 9),
        ("等次", 12),
        ("已知权重", 10),
        *((each.name, 14) for each in scheme.dimensions),
        ("状态", 14),
    ]


def _result_cells(scheme: AssessmentScheme, each: Assessed, formats: _Formats) -> list[Cell]:
    result = each.shown
    band = next((band for band in scheme.bands if band.code == result.band), None)
    name = (("★" * band.stars + " ") if band.stars else "") + band.name if band else "数据不足"
    state = f"已归档，第 {each.stored[0].revision} 版" if each.stored else "未归档"
    return [
        (each.subject.code, formats.text),
        (each.subject.name, formats.text),
        (each.subject.area_name, formats.text),
        (result.score, formats.points),
        (name, formats.tone[band.tone] if band else formats.centred),
        (result.known, formats.share),
        *((part.score, formats.points) for part in result.dimensions),
        (state + ("（依据已变）" if each.changed else ""), formats.centred),
    ]


def _detail_lines(
    scheme: AssessmentScheme, each: Assessed, formats: _Formats
) -> Iterable[list[Cell]]:
    for dimension, scored in zip(scheme.dimensions, each.shown.dimensions, strict=False):
        for indicator, points in zip(dimension.indicators, scored.indicators, strict=False):
            yield [
                (each.subject.code, formats.text),
                (each.subject.name, formats.text),
                (dimension.name, formats.text),
                (indicator.name, formats.text),
                *_figure_cells(indicator, points.figure, formats),
                *_points_cells(points, formats),
            ]


def _figure_cells(indicator: Indicator, figure: Figure, formats: _Formats) -> list[Cell]:
    if indicator.source == "manual":
        value = figure.value
        return [(None, formats.count), (None, formats.count), (None, formats.count),
                (value, formats.points)]  # fmt: skip
    return [
        (figure.numerator, formats.count),
        (figure.denominator, formats.count),
        (figure.undecided, formats.count),
        (figure.value, formats.share),
    ]


def _points_cells(points: IndicatorScore, formats: _Formats) -> list[Cell]:
    return [
        (points.points, formats.points),
        (points.share, formats.share),
        (STATES[points.state], formats.centred),
    ]


def _rule_lines(scheme: AssessmentScheme, formats: _Formats) -> Iterable[list[Cell]]:
    weights = weights_of(scheme)
    for dimension in scheme.dimensions:
        for each in dimension.indicators:
            ends = formats.points if each.source == "manual" else formats.share
            yield [
                (dimension.name, formats.text),
                (each.name, formats.text),
                (weights[each.code], formats.share),
                (each.zero, ends),
                (each.full, ends),
                (SOURCES[each.source], formats.text),
                ("示例" if each.example else "", formats.centred),
            ]


def _sheet(  # noqa: PLR0913, PLR0917 - a sheet's name, its headings and its columns
    book: Workbook,
    formats: _Formats,
    name: str,
    title: str,
    note: str,
    columns: Sequence[tuple[str, int]],
) -> Worksheet:
    sheet = book.add_worksheet(name)
    sheet.write(0, 0, title, formats.title)
    sheet.write(1, 0, note, formats.note)
    for column, (head, width) in enumerate(columns):
        sheet.write(HEAD_ROW, column, head, formats.head)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + 1, len(columns) - 1)
    return sheet


def _fill(sheet: Worksheet, lines: Iterable[Sequence[Cell]]) -> None:
    last = HEAD_ROW + 1
    for row, cells in enumerate(lines, start=HEAD_ROW + 1):
        last = row
        for column, (value, form) in enumerate(cells):
            if value is None:
                sheet.write_blank(row, column, None, form)
            else:
                sheet.write(row, column, value, form)
        sheet.autofilter(HEAD_ROW, 0, last, len(cells) - 1)
