"""Whether a week has clearly more cases than the weeks before: a test made for small counts.

Owns the statistics and nothing of what is counted (`warnings.py`). Pure.

At an unchanged rate, this week's count given the total of all weeks is binomial with 1 of n + 1
weeks: exact however small the numbers are, and the weeks before count as what they are, a sample.
Where counts scatter more than chance alone would have it (by the factor `dispersion`), counts are
taken as negative binomial; the same conditional count is then beta-binomial, as exact.
Sources: Przyborowski and Wilenski, Biometrika 31 (1940), 313-323; Farrington et al., J. R.
Statist. Soc. A 159 (1996), 547-563; Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p
from typing import Final

FALSE_SHARE: Final = 0.05  # of what is flagged in one family of cells, at most so many are chance
LEAST_COUNT: Final = 3  # two cases are no rise, whatever the odds
LEAST_RATIO: Final = 1.5  # of the weekly mean: less is nothing to act on, however certain
POISSON_BELOW: Final = 1.0 + 1e-6


@dataclass(frozen=True, slots=True)
class Cell:
    """The counts of one class in one area: the weeks before, oldest first, and this week."""

    weekly: tuple[int, ...]
    count: int

    @property
    def mean(self) -> float:
        """Cases a week before."""
        return sum(self.weekly) / len(self.weekly)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the test says. `p`: the chance of so many; `q`: `p` adjusted for the number of cells."""

    p: float
    q: float
    rises: bool


def judge_family(cells: Sequence[Cell], dispersion: float) -> list[Judged]:
    """Judge cells that are read together, such as all classes of all communities."""
    chances = [chance_of(cell, dispersion) for cell in cells]
    return [
        Judged(p, q, q <= FALSE_SHARE and _matters(cell))
        for cell, p, q in zip(cells, chances, adjusted(chances), strict=True)
    ]


def chance_of(cell: Cell, dispersion: float = 1.0) -> float:
    """The chance of this week's count or more at an unchanged rate, given all the weeks.

    1 where there is no rise at all: what is not above its share is of no interest here.
    """
    total, weeks = cell.count + sum(cell.weekly), len(cell.weekly)
    if cell.count * (weeks + 1) <= total:
        return 1.0
    if dispersion <= POISSON_BELOW:
        return binomial_tail(cell.count, total, 1 / (weeks + 1))
    # Of one week's negative binomial. By the weeks before alone, lest a rise vouch for itself;
    # half a case more, as a class that never came may come: tried in noise of many kinds.
    shape = (sum(cell.weekly) + 0.5) / (weeks + 0.5) / (dispersion - 1)
    return beta_binomial_tail(cell.count, total, shape, weeks * shape)


def dispersion_of(cells: Sequence[Cell]) -> float:
    """How much more the weeks before scatter than chance: variance by mean, pooled; at least 1.

    Given a cell's total, the sum of (count - mean)² / mean has the mean weeks - 1 by chance alone.
    """
    seen = [cell for cell in cells if any(cell.weekly) and len(cell.weekly) > 1]
    freedom = sum(len(cell.weekly) - 1 for cell in seen)
    if not freedom:
        return 1.0
    squares = sum((n - cell.mean) ** 2 / cell.mean for cell in seen for n in cell.weekly)
    return max(1.0, squares / freedom)


def adjusted(chances: Sequence[float]) -> list[float]:
    """Benjamini–Hochberg: each chance as the share of false alarms among it and all below it."""
    order = sorted(range(len(chances)), key=lambda at: chances[at], reverse=True)
    found, least = [1.0] * len(chances), 1.0
    for above, at in enumerate(order):
        least = min(least, chances[at] * (len(chances) / (len(chances) - above)))
        found[at] = least
    return found


def binomial_tail(count: int, total: int, share: float) -> float:
    """The chance of `count` or more of `total`, each with the chance `share`."""
    log_first = _log_choose(total, count) + count * log(share) + (total - count) * log1p(-share)
    odds = share / (1 - share)
    return _summed(exp(log_first), ((total - k) / (k + 1) * odds for k in range(count, total)))


def beta_binomial_tail(count: int, total: int, a: float, b: float) -> float:
    """The same where the chance itself is drawn from a beta distribution (a, b)."""
    log_first = (
        _log_choose(total, count) + _log_beta(count + a, total - count + b) - _log_beta(a, b)
    )
    ratios = ((total - k) / (k + 1) * (k + a) / (total - k - 1 + b) for k in range(count, total))
    return _summed(exp(log_first), ratios)


def _matters(cell: Cell) -> bool:
    return cell.count >= LEAST_COUNT and cell.count >= LEAST_RATIO * cell.mean


def _summed(term: float, ratios: Iterable[float]) -> float:
    """The sum of terms, of which each is a ratio times the one before."""
    terms = [term]
    for ratio in ratios:
        term *= ratio
        terms.append(term)
    return min(1.0, fsum(terms))


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
