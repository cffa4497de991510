"""A worker's day as one line of a table: the columns, and what stands in them.

Owns the order; the words are `sheet_words.py`'s, how a workbook looks is in `month_book.py`. Also
the plain tables: CSV for other programs, and what `gridbeat export attendance` writes.
"""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any, Final

from console_server.attendance.board import MonthLine, month_of
from console_server.attendance.outcomes import outcomes_by
from console_server.attendance.sheet_words import WORDS, SheetWords
from console_server.attendance.wire_form import Person, Summary
from console_server.database import Connection
from console_server.imports.tables import INJECTION_STARTS
from console_server.languages import Language, listed
from console_server.wire.attendance import Outcome

DAY_WIDTHS: Final = (
    11, 10, 9, 22, 7, 7, 7, 7, 7, 7, 7, 8, 8, 9, 7, 7, 9, 9, 9, 9, 14, 10,
)  # fmt: skip
DAY_LOOKS: Final = (
    "day", "text", "text", "wrapped", "hours", "hours", "hours", "hours", "hours", "hours",
    "hours", "share", "share", "outcome", "count", "count", "outcome", "outcome", "outcome",
    "outcome", "wrapped", "text",
)  # fmt: skip
NO_NAMES: Final[Mapping[str, str]] = {}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def day_values(
    line: MonthLine, names: Mapping[str, str] = NO_NAMES, language: Language = "zh"
) -> list[Any]:
    """The values of a line, in the order of the words' `day_heads`; hours as such, shares 0-1.

    `names`: of the grids, by their codes; a grid without one is told by its code.
    """
    summary, person, words = line.summary, line.person, WORDS[language]
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
        grids_of(person, names, language),
        *(each / 3600 for each in seconds),
        summary.in_grid.lower,
        summary.in_grid.upper,
        told(summary, words, summary.in_grid.outcome),
        summary.patrols.count,
        summary.patrols.possible,
        told(summary, words, summary.patrols.outcome),
        told(summary, words, summary.twice_daily.outcome),
        told(summary, words, worst_of(outcomes_by("checkpoints", summary))),
        told(summary, words, worst_of(outcomes_by("night_watch", summary))),
        listed(not_met(summary, words), language),
        words.final if line.final else words.running if summary.provisional else words.open,
    ]


def grids_of(person: Person, names: Mapping[str, str], language: Language) -> str:
    """Somebody's own grids, by their names."""
    return listed((names.get(code, code) for code in person.grid_codes), language)


def told(summary: Summary, words: SheetWords, outcome: Outcome | None) -> str:
    """An outcome in words; of a day that runs only what cannot be made up any more is one."""
    if summary.provisional and outcome is not None and outcome in words.so_far:
        return words.so_far[outcome]
    return words.outcomes[outcome]


def worst_of(outcomes: Collection[Outcome | None]) -> Outcome | None:
    """One failure is a failure, one doubt a doubt; None: nothing was asked."""
    ranked: tuple[Outcome, ...] = ("not_met", "undecided", "met")
    return next((each for each in ranked if each in outcomes), None)


def not_met(summary: Summary, words: SheetWords) -> list[str]:
    """The names of the rules that were not met."""
    return [name for rule, name in words.rules.items() if "not_met" in outcomes_by(rule, summary)]


def text_rows(lines: Iterable[MonthLine], language: Language = "zh") -> list[Sequence[str]]:
    """All lines as text below the headers."""
    values = (day_values(line, NO_NAMES, language) for line in lines)
    return [WORDS[language].day_heads, *([_text(value) for value in row] for row in values)]


def as_csv(lines: Iterable[MonthLine], language: Language = "zh") -> bytes:
    """The lines as CSV in UTF-8 with a mark, as Excel wants it."""
    held, rows = StringIO(newline=""), text_rows(lines, language)
    csv.writer(held).writerows([_harmless(cell) for cell in row] for row in rows)
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
