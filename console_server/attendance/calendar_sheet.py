"""The sheet of a month with a column a day: how each worker's days came out, at a glance.

Owns its signs; of a day the worst outcome of its rules counts, as on the page of the month.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from console_server.attendance.board import MonthLine
from console_server.attendance.month_book import Formats, MonthBook
from console_server.attendance.sheet_lines import worst_of
from console_server.book_pages import HEAD_ROW, Cell, new_page
from console_server.languages import weekday_letter
from console_server.wire.attendance import Outcome

PERSON_WIDTHS: Final = (11, 9)
DAY_WIDTH: Final = 3.6
SIGNS: Final[Mapping[Outcome, str]] = {"met": "✓", "not_met": "✕", "undecided": "?"}
SO_FAR: Final[Mapping[Outcome, str]] = {"met": "○", "undecided": "…"}
SATURDAY: Final = 5


def calendar_sheet(book: Workbook, formats: Formats, month: MonthBook) -> None:
    """Add the sheet."""
    words, first = month.words, month.first
    days = [first.replace(day=at + 1) for at in range(monthrange(first.year, first.month)[1])]
    widths = [*PERSON_WIDTHS, *[DAY_WIDTH] * len(days), *[words.count_width] * len(SIGNS)]
    above = month.above("calendar", words.calendar_note)
    sheet = new_page(book, formats, above, widths, head_rows=2)
    heads = dict(enumerate(words.calendar_heads))
    heads |= {
        len(PERSON_WIDTHS) + len(days) + at: words.outcomes[kind] for at, kind in enumerate(SIGNS)
    }
    for column, head in heads.items():
        sheet.paper.merge_range(HEAD_ROW, column, HEAD_ROW + 1, column, head, formats.head)
    for column, day in enumerate(days, start=len(PERSON_WIDTHS)):
        look = formats.weekend if day.weekday() >= SATURDAY else formats.head
        sheet.paper.write(HEAD_ROW, column, day.day, look)
        sheet.paper.write(HEAD_ROW + 1, column, weekday_letter(day, month.language), look)
    by_worker: dict[str, dict[date, MonthLine]] = defaultdict(dict)
    for line in month.lines:
        by_worker[line.person.code][line.day] = line
    for row, (_, known) in enumerate(sorted(by_worker.items()), start=sheet.first):
        sheet.write(row, _cells(known, days, formats))
    if not by_worker:
        sheet.say(sheet.first, words.nothing["calendar"], formats.said)


def _cells(known: Mapping[date, MonthLine], days: Sequence[date], formats: Formats) -> list[Cell]:
    person = next(iter(known.values())).person
    worst = [worst_of(line.summary.outcomes()) for line in known.values() if line.final]
    return [
        (person.code, formats.text),
        (person.name, formats.text),
        *(_day(known.get(day), formats) for day in days),
        *((worst.count(kind), formats.count) for kind in SIGNS),
    ]


def _day(line: MonthLine | None, formats: Formats) -> tuple[str | None, Format]:
    outcome = worst_of(line.summary.outcomes()) if line else None
    if line is None or outcome is None:
        return None, formats.centred
    if line.summary.provisional and outcome in SO_FAR:
        return SO_FAR[outcome], formats.so_far if outcome == "met" else formats.centred
    return SIGNS[outcome], formats.by_outcome[outcome]
