"""The pages of a workbook that people print: title, note, heads, lines, and A4 across.

Owns what every such page has in common: the title and the note go over all columns, the heads stay
in view and stand on each printed page, and all columns fit the width of the paper. What stands in
the cells, and in which format, is the caller's.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

A4: Final = 9
MARGIN_IN: Final = 0.4
BOTTOM_IN: Final = 0.6  # the footer stands in it
HEAD_ROW: Final = 2
ROW_PT, SAID_PT, NOTE_LINE_PT, HEAD_LINE_PT = 18, 28, 13.5, 15.5
FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10}
BORDER: Final = {"border": 1, "border_color": "#AEB9C7", "valign": "vcenter"}
HEAD_COLOUR: Final = "#D9E2F3"
NOTE_SIGNS: Final = 1.1  # signs of a note, which is written smaller, in a digit's width

Cell = tuple[Any, Format]


class PageLooks:
    """The formats that every page needs."""

    def __init__(self, book: Workbook) -> None:
        plain = FONT | BORDER
        self.title = book.add_format(FONT | {"font_size": 15, "bold": True, "valign": "vcenter"})
        self.note = book.add_format(
            FONT | {"font_size": 9, "font_color": "#4A5563", "text_wrap": True, "valign": "top"}
        )
        self.said = book.add_format(FONT | {"text_wrap": True, "valign": "vcenter"})
        self.head = book.add_format(
            plain | {"align": "center", "bold": True, "bg_color": HEAD_COLOUR, "text_wrap": True}
        )
        self.text = book.add_format(plain)
        self.wrapped = book.add_format(plain | {"text_wrap": True})
        centred = plain | {"align": "center"}
        self.centred = book.add_format(centred)
        self.count = book.add_format(centred | {"num_format": "#,##0"})
        self.share = book.add_format(centred | {"num_format": "0.0%"})


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above the columns of a page, and `footer` below it, in Excel's codes."""

    sheet: str
    title: str
    note: str
    footer: str


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of which title, note and columns stand; `first` is the row below the heads."""

    paper: Worksheet
    columns: int
    first: int

    def write(self, row: int, cells: Iterable[Cell]) -> None:
        """A line; None is an empty cell with a border."""
        for column, (value, look) in enumerate(cells):
            if value is None:
                self.paper.write_blank(row, column, None, look)
            else:
                self.paper.write(row, column, value, look)

    def heads(self, heads: Sequence[str], look: Format, lines: int = 2) -> None:
        """One row of heads, high enough for so many lines."""
        self.write(HEAD_ROW, [(head, look) for head in heads])
        self.paper.set_row(HEAD_ROW, HEAD_LINE_PT * lines)

    def fill(self, lines: Iterable[Sequence[Cell]]) -> int:
        """All lines, and a filter over them; the row below the last."""
        row = self.first - 1
        for row, cells in enumerate(lines, start=self.first):
            self.write(row, cells)
        self.paper.autofilter(self.first - 1, 0, max(row, self.first), self.columns - 1)
        return row + 1

    def say(self, row: int, text: str, look: Format) -> None:
        """A sentence over all columns, in place of lines or below them."""
        self.paper.merge_range(row, 0, row, self.columns - 1, text, look)
        self.paper.set_row(row, SAID_PT)


def new_page(  # noqa: PLR0913 - what stands above the lines, and the columns
    book: Workbook,
    looks: PageLooks,
    above: Above,
    widths: Sequence[float],
    *,
    head_rows: int = 1,
    fixed: int = 2,
) -> Page:
    """A page without heads yet; its first `fixed` columns and the heads stay in view."""
    paper, last, first = book.add_worksheet(above.sheet), len(widths) - 1, HEAD_ROW + head_rows
    paper.set_default_row(ROW_PT)
    paper.merge_range(0, 0, 0, last, above.title, looks.title)
    paper.merge_range(1, 0, 1, last, above.note, looks.note)
    paper.set_row(0, 26)
    paper.set_row(1, NOTE_LINE_PT * lines_of(above.note, sum(widths)) + 3)
    for column, width in enumerate(widths):
        paper.set_column(column, column, width)
    paper.freeze_panes(first, fixed)
    paper.set_landscape()
    paper.set_paper(A4)
    paper.set_margins(MARGIN_IN, MARGIN_IN, MARGIN_IN, BOTTOM_IN)
    paper.center_horizontally()
    paper.fit_to_pages(1, 0)
    paper.repeat_rows(HEAD_ROW, first - 1)
    paper.set_footer(f"&L&9{above.title.replace('&', '&&')}&R&9{above.footer}")
    return Page(paper, len(widths), first)


def lines_of(text: str, width: float) -> int:
    """How many lines a note takes in so many digits' width; a Chinese sign is two wide."""
    signs = sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)
    return max(1, math.ceil(signs / (width * NOTE_SIGNS)))
