# ruff: noqa: PLR0913, PLR0917 - one parameter for each part of the question
"""The query of a request for measures, as handlers get it: `asked` and `asker`.

Owns the parameters' names and defaults; their meaning is in `asked.py`.
"""

from datetime import date
from typing import Annotated

from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.areas.tree import AreaTree
from console_server.measures.asked import Asked, Asker
from console_server.packs.pack import RulePack
from console_server.parts import Clock

PeriodKind = Annotated[str, QueryParameter(name="period")]
FromDay = Annotated[date | None, QueryParameter(name="from")]
ToDay = Annotated[date | None, QueryParameter(name="to")]
ClassCode = Annotated[str | None, QueryParameter(name="class")]


def _asked(
    period: PeriodKind = "week",
    on: FromQuery[date | None] = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    area: FromQuery[str | None] = None,
    group: FromQuery[str | None] = None,
    class_code: ClassCode = None,
    source: FromQuery[str | None] = None,
) -> Asked:
    return Asked(period, on, from_day, to_day, area, group, class_code, source)


def _asker(
    request: AccountRequest,
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
) -> Asker:
    return Asker(request.user, areas, pack, clock())


QUERY = {
    "asked": Provide(_asked, sync_to_thread=False),
    "asker": Provide(_asker, sync_to_thread=False),
}
