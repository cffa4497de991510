# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/assessment`: schemes, results with what they rest on, entries by hand, closed periods."""

import asyncio

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.assessment.commands import (
    assess_now,
    close_period,
    enter,
    is_over,
    scheme_named,
)
from console_server.assessment.export import AssessmentBook, workbook
from console_server.assessment.figures import Asked, read_evidence
from console_server.assessment.periods import name_of, period_in_words, period_named
from console_server.assessment.store import entries_of
from console_server.assessment.wire_form import (
    indicators_to_wire,
    revisions_to_wire,
    row_to_wire,
    schemes_to_wire,
)
from console_server.database import Pool
from console_server.downloads import XLSX, download
from console_server.errors import NotFound
from console_server.languages import Language
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.assessment import (
    AssessmentBoard,
    AssessmentDetail,
    Closing,
    EntryOf,
    NewClosing,
    NewEntry,
    Schemes,
)

READERS = requires("supervisor", "duty_leader")
WRITERS = requires("supervisor")


@get("/assessment/schemes", guards=[READERS])
async def schemes(pack: NamedDependency[RulePack], clock: NamedDependency[Clock]) -> Schemes:
    """The assessments of the pack in force."""
    return schemes_to_wire(pack, clock().astimezone(pack.zone).date())


@get("/assessment", guards=[READERS])
async def board(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    scheme: FromQuery[str],
    period: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
) -> AssessmentBoard:
    """Everybody's result, by area and then by name: there is no ranking."""
    now, chosen = clock(), scheme_named(pack, scheme)
    name = period or name_of(chosen.period, now.astimezone(pack.zone).date())
    visible = areas.within(request.user, area)
    async with pool.connection() as connection:
        assessed = await assess_now(connection, pack, chosen, name, visible, now)
    span = period_named(name, chosen.period, pack.zone)
    return AssessmentBoard(
        scheme=chosen.code,
        period=name,
        first=span.first,
        last=span.last,
        over=is_over(pack, chosen, name, now),
        rows=[row_to_wire(each) for each in assessed],
    )


@get("/assessment/export.xlsx", guards=[READERS], media_type=XLSX)
async def export(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    scheme: FromQuery[str],
    period: FromQuery[str | None] = None,
    area: FromQuery[str | None] = None,
    lang: FromQuery[Language] = "zh",
) -> Response[bytes]:
    """Results, figures and rules as a workbook."""
    now, chosen = clock(), scheme_named(pack, scheme)
    name = period or name_of(chosen.period, now.astimezone(pack.zone).date())
    visible = areas.within(request.user, area)
    async with pool.connection() as connection:
        assessed = await assess_now(connection, pack, chosen, name, visible, now)
    title = f"{pack.name} {chosen.name} {period_in_words(name, lang)}"
    book = AssessmentBook(title, chosen, assessed, pack.version, lang, now.astimezone(pack.zone))
    content = await asyncio.to_thread(workbook, book)
    plain_name = f"assessment-{chosen.code}-{name}.xlsx"
    return download(content, XLSX, plain_name, f"{book.words.file_title}-{title}")


@get("/assessment/{scheme:str}/{period:str}/{subject_id:int}", guards=[READERS])
async def detail(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    scheme: FromPath[str],
    period: FromPath[str],
    subject_id: FromPath[int],
) -> AssessmentDetail:
    """One result down to the days and cases that its figures count."""
    now, chosen = clock(), scheme_named(pack, scheme)
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        found = await assess_now(connection, pack, chosen, period, visible, now, subject_id)
        if not found:
            raise NotFound("subject", subject_id)
        span = period_named(period, chosen.period, pack.zone)
        asked = Asked(pack, chosen, period, span, now, [subject_id])
        evidence = {
            each.code: await read_evidence(connection, asked, each.source)
            for dimension in chosen.dimensions
            for each in dimension.indicators
        }
        entries = await entries_of(connection, chosen.code, period, subject_id)
    one = found[0]
    stored = one.stored[0] if one.stored else None
    return AssessmentDetail(
        row=row_to_wire(one),
        pack_version=stored.pack_version if stored else pack.version,
        input_hash=stored.input_hash if stored else one.input_hash,
        indicators=indicators_to_wire(one.shown, evidence),
        entries=[
            EntryOf(
                entry_id=each.entry_id,
                indicator=each.indicator,
                value=each.value,
                note=each.note,
                entered_at=each.entered_at,
                entered_by=each.entered_by,
            )
            for each in entries
        ],
        revisions=revisions_to_wire(one),
    )


@post("/assessment/entries", guards=[WRITERS])
async def new_entry(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    data: JSONBody[NewEntry],
) -> None:
    """Enter a value, correct one, or take one back: each is a further entry."""
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        await enter(connection, pack, request.user, data, visible, clock())


@post("/assessment/{scheme:str}/{period:str}/closing", guards=[WRITERS])
async def closing(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    scheme: FromPath[str],
    period: FromPath[str],
    data: JSONBody[NewClosing],
) -> Closing:
    """Store the results of a period that is over; again, those that came out otherwise."""
    chosen = scheme_named(pack, scheme)
    visible = areas.visible(request.user)
    async with pool.connection() as connection:
        return await close_period(
            connection, pack, request.user, chosen, period, visible, data.reason, clock()
        )


router = Router(
    path="/",
    route_handlers=[schemes, board, export, detail, new_entry, closing],
    tags=["assessment"],
)
