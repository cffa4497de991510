"""A month of attendance as an Excel workbook: a summary, a calendar, and a line a worker and day.

Owns which sheets there are and what is said above them; how cells look is `month_book.py`'s, the
lines come from `board.py`. Provisional days are marked as such and left out of the summary.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

import xlsxwriter
from xlsxwriter.workbook import Workbook

from console_server.attendance.board import MonthLine
from console_server.attendance.calendar_sheet import calendar_sheet
from console_server.attendance.month_book import Formats, MonthBook
from console_server.attendance.outcomes import Rule
from console_server.attendance.sheet_lines import DAY_LOOKS, DAY_WIDTHS, day_values
from console_server.attendance.sheet_words import SheetWords
from console_server.attendance.summary_sheet import summary_sheet
from console_server.book_pages import Cell, new_page
from console_server.downloads import BOOK
from console_server.languages import listed, moment_in_words
from console_server.packs.pack import RulePack

MONTH_WIDTHS: Final = (11, 9, 20, 9, 9, 9, 11, 60, 10)


def workbook(month: MonthBook) -> bytes:
    """The workbook, ready to be sent."""
    held, words = BytesIO(), month.words
    rules = rules_asked(month.pack)
    with xlsxwriter.Workbook(held, BOOK) as book:
        book.set_properties({"title": f"{month.title} {words.titles['summary']}"})
        formats = Formats(book, words, month.language)
        note = _note(month)
        summed = f"{note}{words.between}{words.summary_note}"
        summary_sheet(book, formats, month, rules, summed)
        calendar_sheet(book, formats, month)
        _days(book, formats, month, note)
        if month.months:
            _month_rules(book, formats, month, note)
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


def _days(book: Workbook, formats: Formats, month: MonthBook, note: str) -> None:
    sheet = new_page(book, formats, month.above("daily", note), DAY_WIDTHS, fixed=3)
    sheet.heads(month.words.day_heads, formats.head, lines=3)
    sheet.fill([_day_cells(line, month, formats) for line in month.lines])
    if not month.lines:
        sheet.say(sheet.first, month.words.nothing["daily"], formats.said)


def _month_rules(book: Workbook, formats: Formats, month: MonthBook, note: str) -> None:
    sheet = new_page(book, formats, month.above("monthly", note), MONTH_WIDTHS)
    sheet.heads(month.words.month_heads, formats.head)
    sheet.fill(_month_cells(month, formats))


def _day_cells(line: MonthLine, month: MonthBook, formats: Formats) -> list[Cell]:
    looks = {"text": formats.text, "wrapped": formats.wrapped, "hours": formats.hours}
    looks |= {"share": formats.share, "count": formats.count, "day": formats.day}
    values = day_values(line, month.names, month.language)
    return [
        (value, formats.outcome[str(value)] if look == "outcome" else looks[look])
        for value, look in zip(values, DAY_LOOKS, strict=True)
    ]


def _month_cells(month: MonthBook, formats: Formats) -> Iterable[list[Cell]]:
    words = month.words
    for each in month.months:
        yield [
            (each.person.code, formats.text),
            (each.person.name, formats.text),
            (each.name, formats.text),
            (each.required, formats.count),
            (each.count, formats.count),
            (each.possible, formats.count),
            (words.outcomes[each.outcome], formats.by_outcome[each.outcome]),
            (listed(each.open_places, month.language), formats.wrapped),
            (words.final if each.final else words.open, formats.text),
        ]


def _note(month: MonthBook) -> str:
    """When and by which rules: what stands under every title."""
    words, pack = month.words, month.pack
    made = words.made(moment_in_words(month.made_at, month.language)) if month.made_at else ""
    said = [made, words.pack(pack.name, pack.version), *_rules_in_words(pack, words)]
    return words.between.join(each for each in said if each)


def _rules_in_words(pack: RulePack, words: SheetWords) -> list[str]:
    rules: list[tuple[str, bool]] = []
    if pack.share:
        asked = words.share(str(pack.share.min_share)) + _of(pack.share.posts, words)
        rules.append((asked, pack.share.example))
    if pack.patrol and pack.patrol.per_day:
        asked = words.patrols(pack.patrol.per_day) + _of(pack.patrol.posts, words)
        rules.append((asked, pack.patrol.example))
    if pack.twice_daily:
        rules.append(
            (words.twice_daily + _of(pack.twice_daily.posts, words), pack.twice_daily.example)
        )
    if pack.checkpoints:
        asked = words.checkpoints(pack.checkpoints.per_day) + _of(pack.checkpoints.posts, words)
        rules.append((asked, pack.checkpoints.example))
    if pack.night_watch:
        rules.append((words.night_watch, pack.night_watch.example))
    if pack.visits:
        visits = words.visits(pack.visits.per_month, pack.visits.shared)
        rules.append((visits, pack.visits.example))
    return [said + (words.example if example else "") for said, example in rules]


def _of(posts: Sequence[str], words: SheetWords) -> str:
    """Whom alone a rule asks, in the pack's own words."""
    return words.only(posts) if posts else ""
