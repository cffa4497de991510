"""What goes into a month's workbook, in which language, and how its cells look.

Owns the formats of its cells; the pages themselves are `book_pages.py`'s, what stands in them is
`export.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from xlsxwriter.workbook import Workbook

from console_server.attendance.board import MonthLine
from console_server.attendance.month_lines import MonthRuleLine
from console_server.attendance.sheet_lines import NO_NAMES
from console_server.attendance.sheet_words import WORDS, SheetWords
from console_server.book_pages import BORDER, FONT, HEAD_COLOUR, Above, PageLooks
from console_server.languages import DAY_FORMATS, Language
from console_server.packs.pack import RulePack
from console_server.wire.attendance import Outcome

COLOURS: Final[dict[Outcome, str]] = {
    "met": "#E2F0D9", "not_met": "#F8CBAD", "undecided": "#FFF2CC",
}  # fmt: skip
SO_FAR, WEEKEND, TOTAL = "#F3F9EF", "#B45309", "#F2F5FA"


@dataclass(frozen=True, slots=True)
class MonthBook:
    """A month of an area; `grid_names` by their codes; `made_at` in the pack's time zone."""

    title: str
    first: date
    pack: RulePack
    lines: Sequence[MonthLine]
    months: Sequence[MonthRuleLine] = ()
    grid_names: Mapping[str, str] | None = None
    language: Language = "zh"
    made_at: datetime | None = None

    @property
    def words(self) -> SheetWords:
        """What it says."""
        return WORDS[self.language]

    @property
    def names(self) -> Mapping[str, str]:
        """The names of grids."""
        return self.grid_names or NO_NAMES

    @property
    def open_days(self) -> int:
        """Workers' days without a final verdict."""
        return sum(not line.final for line in self.lines)

    def above(self, kind: str, note: str) -> Above:
        """What stands above a sheet of a kind."""
        words = self.words
        return Above(words.sheets[kind], f"{self.title} {words.titles[kind]}", note, words.page)


class Formats(PageLooks):
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook, words: SheetWords, language: Language) -> None:
        super().__init__(book)
        centred = FONT | BORDER | {"align": "center"}
        head = centred | {"bold": True, "bg_color": HEAD_COLOUR}
        total = centred | {"bold": True, "bg_color": TOTAL}
        self.weekend = book.add_format(head | {"font_color": WEEKEND})
        self.hours = book.add_format(centred | {"num_format": "#,##0.00"})
        self.day = book.add_format(centred | {"num_format": DAY_FORMATS[language]})
        self.total = book.add_format(total | {"align": "left"})
        self.total_count = book.add_format(total | {"num_format": "#,##0"})
        self.total_hours = book.add_format(total | {"num_format": "#,##0.00"})
        self.total_share = book.add_format(total | {"num_format": "0.0%"})
        self.so_far = book.add_format(centred | {"bg_color": SO_FAR})
        self.by_outcome = {
            outcome: book.add_format(centred | {"bg_color": colour})
            for outcome, colour in COLOURS.items()
        }
        self.outcome = {
            **{words.outcomes[each]: look for each, look in self.by_outcome.items()},
            words.outcomes[None]: self.centred,
            words.so_far["met"]: self.so_far,
            words.so_far["undecided"]: self.centred,
        }
