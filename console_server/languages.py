"""The languages that files are written in, and how dates and lists are put in them.

Owns no words of any subject: those stand beside what they describe. Names from the rule pack and of
areas and people stay as they were written.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Literal

Language = Literal["zh", "en"]
DAY_FORMATS: Final[dict[Language, str]] = {"zh": "yyyy-mm-dd", "en": "[$-409]d mmm yyyy"}
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS: Final[dict[Language, str]] = {"zh": "一二三四五六日", "en": "MTWTFSS"}


def month_in_words(first: date, language: Language) -> str:
    """A month as people write it: `2026年11月`, `November 2026`."""
    if language == "zh":
        return f"{first.year}年{first.month}月"
    return f"{MONTHS[first.month - 1]} {first.year}"


def moment_in_words(at: datetime, language: Language) -> str:
    """A moment, in the time zone that it has: `2026-11-22 14:05`, `22 Nov 2026, 14:05`."""
    if language == "zh":
        return f"{at:%Y-%m-%d %H:%M}"
    return f"{at.day} {MONTHS[at.month - 1][:3]} {at:%Y, %H:%M}"


def weekday_letter(day: date, language: Language) -> str:
    """The day of the week in one letter."""
    return DAYS[language][day.weekday()]


def listed(names: Iterable[str], language: Language) -> str:
    """Several names after each other."""
    return ("、" if language == "zh" else ", ").join(names)
