"""How a pack assesses: schemes of dimensions and indicators, each with a weight and a line.

Owns the shapes, and the checks of what belongs together. An indicator names a figure that the
server computes, or one that people enter; a straight line from `zero` to `full` turns its value
into points 0-100. There are no expressions. Points are computed in `assessment/score.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

# Figures 0-1 that the server computes. Each is a share of what was decided: what is undecided
# stands in neither part. Distance and steps are no figures, on purpose.
Source = Literal[
    "attendance.in_grid", "attendance.patrols", "attendance.twice_daily", "attendance.checkpoints",
    "attendance.night_watch", "attendance.guide_tour", "attendance.visits", "orders.acknowledged",
    "cases.handled_in_time", "cases.without_rework", "cases.closed", "cases.satisfied", "manual",
]  # fmt: skip
GROUP_SOURCES = frozenset(
    {"cases.handled_in_time", "cases.without_rework", "cases.closed", "cases.satisfied", "manual"}
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure and what it is worth. `zero` and `full`: values worth 0 and 100 points.

    `source` "manual": entered by a supervisor, 0-100. `weight` is relative to its dimension.
    """

    code: str
    name: str
    source: Source
    weight: float = 1.0
    zero: float = 0.0
    full: float = 1.0
    example: bool = False


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of the work. `weight` is relative to the scheme."""

    code: str
    name: str
    weight: float
    indicators: tuple[Indicator, ...]
    example: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What a score of at least `min_score` is called. `tone`: its colour, beside the words.

    The colours are each place's own: 红 is the best one in Xingdian.
    """

    code: str
    name: str
    min_score: float
    tone: Literal["red", "blue", "yellow", "green", "grey"] = "grey"
    stars: int = 0
    example: bool = False


@dataclass(frozen=True, slots=True)
class AssessmentScheme:
    """One assessment: whom, how often, by what, and what the score is called.

    `kinds`: only workers of these kinds (分类); empty: all. With less than `min_known` of the
    weight known there is no band. `form`: how results are shown.
    """

    code: str
    name: str
    subject: Literal["worker", "group"]
    period: Literal["month", "half_year"]
    form: Literal["colours", "stars", "points", "grades", "review"]
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]
    kinds: tuple[Literal["full_time", "part_time", "volunteer"], ...] = ()
    min_known: float = 0.5
    example: bool = False

    def band_of(self, score: float) -> Band:
        """The best band that a score reaches; the last one takes everything."""
        return next((each for each in self.bands if score >= each.min_score), self.bands[-1])


def scheme_faults(schemes: Sequence[AssessmentScheme]) -> Iterator[tuple[int, str]]:
    """Everything that is wrong with schemes whose types are right, each with its position."""
    codes = [each.code for each in schemes]
    for at, each in enumerate(schemes):
        if each.code in codes[:at]:
            yield at, f"assessments: code {each.code} stands more than once"
        for fault in (*_parts(each), *_bands(each)):
            yield at, f"assessments {each.code}: {fault}"


def _parts(scheme: AssessmentScheme) -> Iterator[str]:
    indicators = [each for dimension in scheme.dimensions for each in dimension.indicators]
    for parts in (scheme.dimensions, indicators):
        codes = [each.code for each in parts]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield f"code {code} stands more than once"
    for dimension in scheme.dimensions:
        if dimension.weight <= 0 or not dimension.indicators:
            yield f"dimension {dimension.code}: needs a weight above 0 and an indicator"
    for indicator in indicators:
        if indicator.weight <= 0 or indicator.zero == indicator.full:
            yield f"indicator {indicator.code}: needs a weight above 0, and two ends that differ"
        if indicator.source not in get_args(Source):
            yield f"indicator {indicator.code}: source {indicator.source} is not known"
        if scheme.subject == "group" and indicator.source not in GROUP_SOURCES:
            yield f"indicator {indicator.code}: {indicator.source} is no figure of a group"


def _bands(scheme: AssessmentScheme) -> Iterator[str]:
    if not scheme.dimensions or not scheme.bands:
        yield "needs dimensions and bands"
        return
    marks = [each.min_score for each in scheme.bands]
    if marks != sorted(marks, reverse=True) or len(set(marks)) < len(marks):
        yield "bands: from the best down, no two alike"
    if marks[-1] > 0:
        yield "bands: the last one must begin at 0"
    if not 0 < scheme.min_known <= 1:
        yield "min_known: not between 0 and 1"
