"""What a console asks to be measured, made into a selection that the account may see.

Owns the query string's meaning; not HTTP (`routes.py`) nor the counting (`facts.py`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from console_server.access.account import Account
from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.errors import Invalid, NotFound
from console_server.incidents.casefile import group_id_of
from console_server.incidents.visible import areas_asked
from console_server.measures.breakdown import break_down, classes_within
from console_server.measures.facts import Selection
from console_server.measures.period import Period, PeriodKind, custom_period, period_around
from console_server.packs.pack import RulePack


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a request for measures, as it came."""

    period: str = "week"
    on: date | None = None
    from_day: date | None = None
    to_day: date | None = None
    area: str | None = None
    group: str | None = None
    class_code: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, and by which areas and rules."""

    account: Account
    areas: AreaTree
    pack: RulePack
    now: datetime


async def select(connection: Connection, asked: Asked, asker: Asker) -> Selection:
    """The cases asked for, as far as the account may see them.

    Raises:
        NotFound: no such area or group, or not for this account.
        Invalid: no such period.
    """
    within = areas_asked(asker.areas, asker.account, asked.area)
    top = _top_area(asked, asker)
    rows = break_down(asker.areas, asker.pack, top, asked.class_code)
    code = asked.class_code
    return Selection(
        period=period_asked(asked, asker),
        now=asker.now,
        areas=within,
        group_id=await group_id_of(connection, asked.group) if asked.group else None,
        classes=classes_within(asker.pack, code) if code else None,
        source=asked.source,
        area_rows=rows.area_rows,
        class_rows=rows.class_rows,
    )


def period_asked(asked: Asked, asker: Asker) -> Period:
    """The period; without a day the one that holds today.

    Raises:
        Invalid: an unknown period, or a custom one without its ends.
    """
    zone = asker.pack.zone
    kinds: dict[str, PeriodKind] = {kind: kind for kind in get_args(PeriodKind)}
    kind = kinds.get(asked.period)
    if kind is None:
        raise Invalid("Not a period.", [f"period: none of {', '.join(kinds)}"])
    if kind == "custom":
        if asked.from_day is None or asked.to_day is None:
            raise Invalid("Not a period.", ["from, to: both are needed"])
        return custom_period(asked.from_day, asked.to_day, zone)
    return period_around(kind, asked.on or asker.now.astimezone(zone).date(), zone)


def until_asked(until: date | None, asker: Asker) -> datetime:
    """The end of a day, or now if that is sooner or no day is named."""
    if until is None:
        return asker.now
    midnight = datetime.combine(until + timedelta(days=1), time(), asker.pack.zone)
    return min(asker.now, midnight.astimezone(UTC))


def _top_area(asked: Asked, asker: Asker) -> int | None:
    """The area that is broken down: the one asked for, else the account's own."""
    if asked.area is None:
        return asker.account.area_id
    node = asker.areas.by_code(asked.area)
    if node is None:
        raise NotFound("area", asked.area)
    return node.area_id
