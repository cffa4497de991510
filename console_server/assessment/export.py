"""An assessment as an Excel workbook: results, every figure behind them, and the rules.

Owns the look of the sheets; results come from `commands.py`, words from `sheet_words.py`. What is
not from a published source is marked 示例.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

import xlsxwriter
from xlsxwriter.workbook import Workbook

from console_server.assessment.commands import Assessed
from console_server.assessment.score import Figure, IndicatorScore, weights_of
from console_server.assessment.sheet_words import WORDS, SheetWords
from console_server.book_pages import BORDER, FONT, Above, Cell, PageLooks, new_page
from console_server.downloads import BOOK
from console_server.languages import Language, listed, moment_in_words
from console_server.packs.assessment_rules import AssessmentScheme, Indicator

TONES: Final = {
    "red": "#F4B6B6", "blue": "#BDD7EE", "yellow": "#FFE699", "green": "#C6E0B4", "grey": "#E7E6E6",
}  # fmt: skip
RESULT_WIDTHS: Final = (11, 14, 18, 9, 13, 10)
DIMENSION_WIDTH, STATE_WIDTH = 14, 24
DETAIL_WIDTHS: Final = (11, 13, 15, 24, 9, 9, 10, 10, 9, 11, 20)
RULE_WIDTHS: Final = (18, 28, 11, 14, 14, 30, 10)


@dataclass(frozen=True, slots=True)
class AssessmentBook:
    """The results of a scheme; `version` is the pack's, `made_at` in the pack's time zone."""

    title: str
    scheme: AssessmentScheme
    assessed: Sequence[Assessed]
    version: str
    language: Language = "zh"
    made_at: datetime | None = None

    @property
    def words(self) -> SheetWords:
        """What it says."""
        return WORDS[self.language]

    def above(self, sheet: str, note: str) -> Above:
        """What stands above a sheet."""
        return Above(sheet, f"{self.title} · {sheet}", note, self.words.page)


class _Formats(PageLooks):
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        centred = FONT | BORDER | {"align": "center"}
        self.points = book.add_format(centred | {"num_format": "0.0"})
        self.tone = {
            tone: book.add_format(centred | {"bg_color": colour}) for tone, colour in TONES.items()
        }


def workbook(asked: AssessmentBook) -> bytes:
    """The workbook, ready to be sent."""
    held, words, scheme = BytesIO(), asked.words, asked.scheme
    note = _note(asked)
    with xlsxwriter.Workbook(held, BOOK) as book:
        formats = _Formats(book)
        dimensions = [each.name for each in scheme.dimensions]
        widths = (*RESULT_WIDTHS, *[DIMENSION_WIDTH] * len(dimensions), STATE_WIDTH)
        results = new_page(book, formats, asked.above(words.sheets[0], note), widths)
        results.heads([*words.result_heads, *dimensions, words.last_head], formats.head)
        results.fill([_result_cells(asked, each, formats) for each in asked.assessed])
        details = new_page(book, formats, asked.above(words.sheets[1], note), DETAIL_WIDTHS)
        details.heads(words.detail_heads, formats.head)
        details.fill(
            [line for each in asked.assessed for line in _detail_lines(asked, each, formats)]
        )
        for page in (results, details):
            if not asked.assessed:
                page.say(page.first, words.nobody, formats.said)
        above = asked.above(words.sheets[2], f"{note}{words.between}{words.formula}")
        rules = new_page(book, formats, above, RULE_WIDTHS)
        rules.heads(words.rule_heads, formats.head)
        below = rules.fill(_rule_lines(asked, formats))
        rules.say(below, _grades(asked), formats.said)
    return held.getvalue()


def _note(asked: AssessmentBook) -> str:
    words = asked.words
    made = words.made(moment_in_words(asked.made_at, asked.language)) if asked.made_at else ""
    example = words.example_note if asked.scheme.example else ""
    return words.between.join(each for each in (made, words.note(asked.version), example) if each)


def _grades(asked: AssessmentBook) -> str:
    """From which score each grade is given; where no source says so it is an example."""
    words = asked.words
    bands = sorted(asked.scheme.bands, key=lambda band: -band.min_score)
    example = f" ({words.example})" if any(band.example for band in bands) else ""
    grades = listed((words.grade(band.name, band.min_score) for band in bands), asked.language)
    return words.grades(grades) + example


def _result_cells(asked: AssessmentBook, each: Assessed, formats: _Formats) -> list[Cell]:
    result, words = each.shown, asked.words
    band = next((band for band in asked.scheme.bands if band.code == result.band), None)
    name = (
        (("★" * band.stars + " ") if band.stars else "") + band.name if band else words.too_little
    )
    state = words.stored(each.stored[0].revision) if each.stored else words.not_stored
    return [
        (each.subject.code, formats.text),
        (each.subject.name, formats.text),
        (each.subject.area_name, formats.text),
        (result.score, formats.points),
        (name, formats.tone[band.tone] if band else formats.centred),
        (result.known, formats.share),
        *((part.score, formats.points) for part in result.dimensions),
        (state + (words.changed if each.changed else ""), formats.centred),
    ]


def _detail_lines(asked: AssessmentBook, each: Assessed, formats: _Formats) -> Iterable[list[Cell]]:
    for dimension, scored in zip(asked.scheme.dimensions, each.shown.dimensions, strict=False):
        for indicator, points in zip(dimension.indicators, scored.indicators, strict=False):
            yield [
                (each.subject.code, formats.text),
                (each.subject.name, formats.text),
                (dimension.name, formats.text),
                (indicator.name, formats.text),
                *_figure_cells(indicator, points.figure, formats),
                *_points_cells(points, asked.words, formats),
            ]


def _figure_cells(indicator: Indicator, figure: Figure, formats: _Formats) -> list[Cell]:
    if indicator.source == "manual":
        value = figure.value
        return [(None, formats.count), (None, formats.count), (None, formats.count),
                (value, formats.points)]  # fmt: skip
    counts = (figure.numerator, figure.denominator, figure.undecided)
    asked = any(counts)  # else nothing is counted, not even as none
    return [
        *((count if asked else None, formats.count) for count in counts),
        (figure.value, formats.share),
    ]


def _points_cells(points: IndicatorScore, words: SheetWords, formats: _Formats) -> list[Cell]:
    share = points.share if points.state == "known" else None
    return [
        (points.points, formats.points),
        (share, formats.share),
        (words.states[points.state], formats.centred),
    ]


def _rule_lines(asked: AssessmentBook, formats: _Formats) -> Iterable[list[Cell]]:
    weights, words = weights_of(asked.scheme), asked.words
    for dimension in asked.scheme.dimensions:
        for each in dimension.indicators:
            ends = formats.points if each.source == "manual" else formats.share
            yield [
                (dimension.name, formats.text),
                (each.name, formats.text),
                (weights[each.code], formats.share),
                (each.zero, ends),
                (each.full, ends),
                (words.sources[each.source], formats.text),
                (words.example if each.example else "", formats.centred),
            ]
