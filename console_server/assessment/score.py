"""From figures to points, a score and its name, by the pack's scheme.

Owns the arithmetic: a straight line makes a figure points 0-100, weights make points a score. What
is not known is left out and its weight goes to the others, and it is said so; what is undecided
stands in no figure, so that it never counts against anybody. Pure.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from console_server.packs.assessment_rules import AssessmentScheme, Dimension, Indicator

DIGITS: Final = 9  # of a score; what lies beyond is no figure
# known; asked for, but nothing of it is decided; to be entered, and nobody did; not asked for.
State = Literal["known", "undecided", "missing", "not_asked"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A share `numerator` / `denominator` of what was decided; `undecided`: how many were not."""

    numerator: float = 0.0
    denominator: float = 0.0
    undecided: int = 0

    @property
    def value(self) -> float | None:
        """The share; None where nothing was decided."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """One indicator's points 0-100. `share`: of the whole score that it makes, 0-1."""

    code: str
    figure: Figure
    state: State
    points: float | None
    share: float


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """A dimension's score 0-100 from its known indicators; None without any."""

    code: str
    score: float | None
    indicators: tuple[IndicatorScore, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A subject's score 0-100. `known`: the share of the weight asked for that is known, 0-1.

    `band` None: too little is known to call it anything.
    """

    score: float | None
    band: str | None
    known: float
    dimensions: tuple[DimensionScore, ...]


def assess(scheme: AssessmentScheme, figures: Mapping[str, Figure]) -> Result:
    """The result of the figures, by the code of their indicator; one that is missing is empty."""
    states = {each.code: _state(each, figures) for each in _indicators(scheme)}
    weights = weights_of(scheme)
    known = sum(weights[code] for code, state in states.items() if state == "known")
    asked = sum(weights[code] for code, state in states.items() if state != "not_asked")
    dimensions = tuple(
        _dimension(each, figures, states, weights, known) for each in scheme.dimensions
    )
    scored = [each for dimension in dimensions for each in dimension.indicators]
    made = sum((each.points or 0.0) * each.share for each in scored)
    score = _told(made) if known else None
    share = known / asked if asked else 0.0
    enough = score is not None and share >= scheme.min_known
    band = scheme.band_of(score).code if enough and score is not None else None
    return Result(score, band, share, dimensions)


def weights_of(scheme: AssessmentScheme) -> dict[str, float]:
    """Each indicator's weight in the whole, all together 1."""
    total = sum(each.weight for each in scheme.dimensions)
    return {
        indicator.code: dimension.weight
        / total
        * indicator.weight
        / sum(each.weight for each in dimension.indicators)
        for dimension in scheme.dimensions
        for indicator in dimension.indicators
    }


def points_of(indicator: Indicator, value: float) -> float:
    """Points 0-100 of a value, on the straight line from `zero` to `full`."""
    along = (value - indicator.zero) / (indicator.full - indicator.zero)
    return 100.0 * min(1.0, max(0.0, along))


def input_hash(
    pack_code: str, pack_version: str, scheme: str, period: str, figures: Mapping[str, Figure]
) -> str:
    """SHA-256 of all that decides a result: the rules and the figures."""
    told = {
        code: [each.numerator, each.denominator, each.undecided] for code, each in figures.items()
    }
    facts = [pack_code, pack_version, scheme, period, told]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _dimension(
    dimension: Dimension,
    figures: Mapping[str, Figure],
    states: Mapping[str, State],
    weights: Mapping[str, float],
    known: float,
) -> DimensionScore:
    indicators = []
    for each in dimension.indicators:
        figure = figures.get(each.code, Figure())
        counts = states[each.code] == "known"
        points = points_of(each, figure.value) if counts and figure.value is not None else None
        share = weights[each.code] / known if counts else 0.0
        indicators.append(IndicatorScore(each.code, figure, states[each.code], points, share))
    of = sum(each.share for each in indicators)
    made = sum((each.points or 0.0) * each.share for each in indicators)
    return DimensionScore(dimension.code, _told(made / of) if of else None, tuple(indicators))


def _told(score: float) -> float:
    """A score without the last digits of binary fractions: 90 is 90 and reaches the grade of 90."""
    return round(score, DIGITS)


def _state(indicator: Indicator, figures: Mapping[str, Figure]) -> State:
    figure = figures.get(indicator.code, Figure())
    if figure.value is not None:
        return "known"
    if indicator.source == "manual":
        return "missing"
    return "undecided" if figure.undecided else "not_asked"


def _indicators(scheme: AssessmentScheme) -> list[Indicator]:
    return [each for dimension in scheme.dimensions for each in dimension.indicators]
