"""What a place has arranged besides the rules: meetings, training, notices, lists; shown, not run.

Owns shapes; where they are shown is `told.py` and the page of the rule pack. Nothing is judged by
them: the product neither holds the meetings nor knows who came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Period = Literal["day", "week", "month", "quarter", "half_year", "year"]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A standing arrangement (制度): whom it is for, and how often, where that is said.

    `times` in each `per`. `note`: what it is, in the place's own words.
    """

    code: str
    name: str
    who: tuple[str, ...] = ()
    times: int | None = None
    per: Period | None = None
    note: str = ""
    example: bool = False


@dataclass(frozen=True, slots=True)
class AdmittedWork:
    """Work that a department may hand down to communities and grids (准入目录), by its group."""

    code: str
    name: str
    group: str | None = None
    example: bool = False


def arrangement_faults(arrangements: Sequence[Arrangement]) -> Iterator[tuple[int, str]]:
    """What is wrong with how often they are: the position, and why."""
    for at, each in enumerate(arrangements):
        if (each.times is None) != (each.per is None):
            yield at, f"arrangements {each.code}: times and per come together"
        elif each.times is not None and each.times < 1:
            yield at, f"arrangements {each.code}: times {each.times} is not 1 or more"
