# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/attendance`: the board of a day, one worker's day with its evidence, a month as a sheet."""

import asyncio
from datetime import date as Date  # noqa: N812 - `date` is the parameter's name on the wire
from datetime import timedelta
from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.attendance import month_routes
from console_server.attendance.board import board_of, day_of, month_of, visible_person
from console_server.attendance.changes import changes_of
from console_server.attendance.export import workbook
from console_server.attendance.month_book import MonthBook
from console_server.attendance.month_lines import month_rule_lines
from console_server.attendance.monthly import first_of, last_of
from console_server.attendance.sheet_lines import as_csv
from console_server.attendance.sheet_words import WORDS
from console_server.database import Pool
from console_server.downloads import CSV, XLSX, download
from console_server.errors import Invalid
from console_server.languages import Language, month_in_words
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.attendance import AttendanceBoard, AttendanceDay, VerdictChanges

YEARS: Final = (2000, 2199)
READERS: Final = requires("supervisor", "duty_leader", "dispatcher")


@get("/attendance", guards=[READERS])
async def board(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    date: FromQuery[Date | None] = None,
    area: FromQuery[str | None] = None,
) -> AttendanceBoard:
    """Everybody planned or seen on a day of the pack's time zone; today if none is named."""
    now = clock()
    day = _recorded(date or now.astimezone(pack.zone).date())
    async with pool.connection() as connection:
        return await board_of(connection, pack, day, areas.within(request.user, area), now)


@get("/attendance/{worker_id:int}/{day:date}", guards=[READERS])
async def worker_day(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    worker_id: FromPath[int],
    day: FromPath[Date],
) -> AttendanceDay:
    """One worker's day with the evidence of each verdict."""
    async with pool.connection() as connection:
        person = await visible_person(connection, areas.visible(request.user), worker_id)
        return await day_of(connection, pack, _recorded(day), person, clock())


@get("/attendance/export.xlsx", guards=[READERS], media_type=XLSX)
async def export(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    month: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
    lang: FromQuery[Language] = "zh",
) -> Response[bytes]:
    """A month as a workbook: a summary, a calendar, and one line a worker and day."""
    now = clock().astimezone(pack.zone)
    first, last = _month(month, now.date())
    async with pool.connection() as connection:
        visible = areas.within(request.user, area)
        lines = await month_of(connection, first, last, visible)
        months = await month_rule_lines(connection, pack, first, visible, lang)
    title = _title(areas, pack, area, first, lang)
    codes = {code for line in lines for code in line.person.grid_codes}
    names = {code: grid.name for code in codes if (grid := areas.by_code(code))}
    book = MonthBook(title, first, pack, lines, months, names, lang, now)
    content = await asyncio.to_thread(workbook, book)
    plain_name = f"attendance-{first:%Y-%m}.xlsx"
    return download(content, XLSX, plain_name, f"{book.words.file_title}-{title}")


@get("/attendance/export.csv", guards=[READERS], media_type="text/csv")
async def export_csv(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    month: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
    lang: FromQuery[Language] = "zh",
) -> Response[bytes]:
    """A month as a table for other programs: one line a worker and day."""
    first, last = _month(month, clock().astimezone(pack.zone).date())
    async with pool.connection() as connection:
        lines = await month_of(connection, first, last, areas.within(request.user, area))
    content = await asyncio.to_thread(as_csv, lines, lang)
    title = f"{WORDS[lang].file_title}-{_title(areas, pack, area, first, lang)}"
    return download(content, CSV, f"attendance-{first:%Y-%m}.csv", title)


@get("/attendance/changes", guards=[READERS])
async def changes(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    first: Annotated[Date | None, QueryParameter(name="from")] = None,
    last: Annotated[Date | None, QueryParameter(name="to")] = None,
    area: FromQuery[str | None] = None,
) -> VerdictChanges:
    """Final verdicts that changed, of the days from `from` to `to`; else of five weeks."""
    to = _recorded(last or clock().astimezone(pack.zone).date())
    begin = _recorded(first or to - timedelta(days=35))
    async with pool.connection() as connection:
        return await changes_of(connection, begin, to, areas.within(request.user, area))


def _title(
    areas: AreaTree, pack: RulePack, area: str | None, first: Date, language: Language
) -> str:
    """Of which area and month it is."""
    node = areas.by_code(area) if area else None
    return f"{node.name if node else pack.name} {month_in_words(first, language)}"


def _recorded(day: Date) -> Date:
    """A day of which there can be a record.

    Raises:
        Invalid: a slip of the pen, such as the year 0226.
    """
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Invalid(f"{day} is no day on record.", ["date"])
    return day


def _month(text: str | None, today: Date) -> tuple[Date, Date]:
    """The first and the last day of a month."""
    first = first_of(text, today)
    return first, last_of(first)


router = Router(
    path="/",
    route_handlers=[board, worker_day, changes, export, export_csv, month_routes.router],
    tags=["attendance"],
)
