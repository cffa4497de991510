# ruff: noqa: PLR0913, PLR0917 - one parameter for each filter of a list
"""What a list of cases is asked for: the query parameters, and what the account may see at all.

Owns this translation into a `PageQuery`, for the list on screen and for the spreadsheet alike.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from console_server.access.account import Account, AccountRequest
from console_server.areas.tree import AreaTree
from console_server.errors import Invalid
from console_server.incidents.page_query import PageQuery
from console_server.incidents.visible import areas_asked, ordered_to
from console_server.packs.pack import RulePack
from console_server.wire.cases import IncidentStatus

PAGE_MAX = 500
TEXT_MAX = 200
State = Annotated[Literal["open", "closed", "all"] | None, QueryParameter(name="state")]
Page = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]
ClassCode = Annotated[str | None, QueryParameter(name="class")]
Text = Annotated[str | None, QueryParameter(max_length=TEXT_MAX)]
FromDay = Annotated[date | None, QueryParameter(name="from")]
ToDay = Annotated[date | None, QueryParameter(name="to")]


def asked_page(
    request: AccountRequest,
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    which: State = None,
    area: FromQuery[str | None] = None,
    limit: Page = 100,
    before: FromQuery[datetime | None] = None,
    class_code: ClassCode = None,
    group: FromQuery[str | None] = None,
    source: FromQuery[str | None] = None,
    status: FromQuery[IncidentStatus | None] = None,
    severity: FromQuery[int | None] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    overdue: FromQuery[bool | None] = None,
    supervised: FromQuery[bool | None] = None,
    waiting: FromQuery[bool | None] = None,
    text: Text = None,
) -> PageQuery:
    """The filter; the days are those of the pack's time zone, `to` included.

    Raises:
        NotFound: the account sees no area of that code.
        Invalid: the words have a NUL character.
    """
    if text and "\0" in text:
        raise Invalid("Not a text.", ["text: has a NUL character"])
    account: Account = request.user
    return PageQuery(
        state=which or "open",
        areas=areas_asked(areas, account, area),
        limit=limit,
        before=before,
        classes=None if class_code is None else under(class_code, pack),
        group=group,
        ordered_to=ordered_to(account),
        source=source,
        status=status,
        severity=severity,
        since=None if from_day is None else _begins(from_day, pack),
        until=None if to_day is None else _begins(to_day + timedelta(days=1), pack),
        overdue=bool(overdue),
        supervised=bool(supervised),
        waiting=bool(waiting),
        text=text,
    )


def under(class_code: str, pack: RulePack) -> frozenset[str]:
    """The class itself and all classes under it."""
    known = [each.code for each in pack.classes]
    lineages = {code: {above.code for above in pack.lineage(code)} for code in known}
    return frozenset(code for code in known if class_code in lineages[code]) | {class_code}


def _begins(day: date, pack: RulePack) -> datetime:
    return datetime.combine(day, time.min, tzinfo=pack.zone)
