"""Periods of an assessment by their names: 2026-11 is a month, 2026-H2 a half-year. Pure."""

import re
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from console_server.errors import Invalid
from console_server.languages import Language, month_in_words
from console_server.measures.period import Period, period_around

Kind = Literal["month", "half_year"]


def period_named(name: str, kind: Kind, zone: ZoneInfo) -> Period:
    """The period of a name.

    Raises:
        Invalid: it is no name of a period of this kind.
    """
    form = r"(2[01]\d\d)-(0[1-9]|1[0-2])" if kind == "month" else r"(2[01]\d\d)-H([12])"
    found = re.fullmatch(form, name)
    if found is None:
        example = "2026-11" if kind == "month" else "2026-H2"
        raise Invalid(f"{name} is no period such as {example}.", ["period"])
    month = int(found[2]) if kind == "month" else int(found[2]) * 6
    return period_around(kind, date(int(found[1]), month, 1), zone)


def name_of(kind: Kind, on: date) -> str:
    """The name of the period that holds a day."""
    return f"{on:%Y-%m}" if kind == "month" else f"{on.year}-H{1 if on.month <= 6 else 2}"


def name_before(kind: Kind, on: date) -> str:
    """The name of the period before the one that holds a day: the latest that is over."""
    first = period_around(kind, on, ZoneInfo("UTC")).first
    return name_of(kind, date.fromordinal(first.toordinal() - 1))


def period_in_words(name: str, language: Language) -> str:
    """A period as people write it: `2026年11月`, `2026年下半年`, `second half of 2026`."""
    year, _, rest = name.partition("-")
    if not rest.startswith("H"):
        return month_in_words(date(int(year), int(rest), 1), language)
    if language == "zh":
        return f"{year}年{'上' if rest == 'H1' else '下'}半年"
    return f"{'first' if rest == 'H1' else 'second'} half of {year}"
