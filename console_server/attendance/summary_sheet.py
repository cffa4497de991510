"""The sheet of a month that adds up each worker's days with a final verdict.

Owns its two rows of heads, the lines and the total below them; where no day is final yet it says
so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from xlsxwriter.workbook import Workbook

from console_server.attendance.board import MonthLine
from console_server.attendance.month_book import Formats, MonthBook
from console_server.attendance.outcomes import Rule, bounds, outcomes_by
from console_server.attendance.sheet_lines import grids_of
from console_server.book_pages import HEAD_ROW, Cell, new_page
from console_server.wire.attendance import Outcome

KINDS: Final[tuple[Outcome, ...]] = ("met", "not_met", "undecided")
PERSON_WIDTHS: Final = (11, 9, 24, 7, 9, 9, 9, 9)
NOT_ASKED: Final = "—"


def summary_sheet(
    book: Workbook, formats: Formats, month: MonthBook, rules: Sequence[Rule], note: str
) -> None:
    """Add the sheet."""
    words = month.words
    counts = len(rules) * len(KINDS)
    widths = [*PERSON_WIDTHS, *[words.count_width] * counts]
    sheet = new_page(book, formats, month.above("summary", note), widths, head_rows=2)
    for column, head in enumerate(words.person_heads):
        sheet.paper.merge_range(HEAD_ROW, column, HEAD_ROW + 1, column, head, formats.head)
    for at, rule in enumerate(rules):
        column = len(PERSON_WIDTHS) + at * len(KINDS)
        last = column + len(KINDS) - 1
        name = words.rules[rule]
        sheet.paper.merge_range(HEAD_ROW, column, HEAD_ROW, last, name, formats.head)
        for each, kind in enumerate(KINDS):
            sheet.paper.write(HEAD_ROW + 1, column + each, words.outcomes[kind], formats.head)
    days = list(_by_worker(month))
    if not days:
        open_days = month.open_days
        said = words.none_final(open_days) if open_days else words.nothing["summary"]
        sheet.say(sheet.first, said, formats.said)
        return
    below = sheet.fill([_worker_cells(each, rules, month, formats) for each in days])
    everything = [line for each in days for line in each]
    sheet.write(below, _total_cells(everything, rules, month, formats))
    if month.open_days:
        sheet.say(below + 1, words.running_days(month.open_days), formats.said)


def _by_worker(month: MonthBook) -> Iterator[list[MonthLine]]:
    """The final days of each worker, by code."""
    found: dict[str, list[MonthLine]] = defaultdict(list)
    for line in month.lines:
        if line.final:
            found[line.person.code].append(line)
    for _, days in sorted(found.items()):
        yield days


def _worker_cells(
    days: Sequence[MonthLine], rules: Sequence[Rule], month: MonthBook, formats: Formats
) -> list[Cell]:
    person = days[0].person
    looks = [formats.count, formats.hours, formats.hours, formats.share, formats.share]
    return [
        (person.code, formats.text),
        (person.name, formats.text),
        (grids_of(person, month.names, month.language), formats.wrapped),
        *zip(_figures(days), looks, strict=True),
        *((count, formats.count) for count in _counts(days, rules)),
    ]


def _total_cells(
    days: Sequence[MonthLine], rules: Sequence[Rule], month: MonthBook, formats: Formats
) -> list[Cell]:
    hours, share = formats.total_hours, formats.total_share
    looks = [formats.total_count, hours, hours, share, share]
    return [
        (month.words.total, formats.total),
        (None, formats.total),
        (None, formats.total),
        *zip(_figures(days), looks, strict=True),
        *((count, formats.total_count) for count in _counts(days, rules)),
    ]


def _figures(days: Sequence[MonthLine]) -> list[float | None]:
    """Days, hours of work and in the grid, and the share's bounds."""
    summaries = [each.summary for each in days]
    work = sum(each.work_s for each in summaries) / 3600
    inside = sum(each.inside_s for each in summaries) / 3600
    return [len(days), work, inside, *bounds(summaries)]


def _counts(days: Sequence[MonthLine], rules: Sequence[Rule]) -> list[int | str]:
    """By rule, how often it was met, not met and undecided; a dash where it was never asked."""
    found: list[int | str] = []
    for rule in rules:
        counts = Counter(each for line in days for each in outcomes_by(rule, line.summary))
        found += [counts[kind] if counts else NOT_ASKED for kind in KINDS]
    return found
