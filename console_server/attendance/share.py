"""The share of work time in the own grid, with bounds.

Owns the arithmetic of the rule "at least a third of work time in the grid"; not how time was
judged (`stays.py`). Time on an order outside of the own grid leaves the work time altogether;
time on an order at an unknown place, and time in which the system itself was broken, counts in
whichever way is best for the upper bound and not at all for the lower one. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from console_server.attendance.gaps import Cause, Judgement
from console_server.attendance.outcome import Outcome, decide
from console_server.attendance.spans import Spans, held
from console_server.attendance.stays import Stay
from console_server.packs.rules import ShareRules


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Work time by judgement, microseconds. `order_unknown_us` is a part of `order_us`.

    `outage_us`: unknown because the system itself was broken; no part of `unknown_us`.
    """

    inside_us: int
    outside_us: int
    unknown_us: int
    order_us: int
    order_unknown_us: int
    outage_us: int = 0

    @property
    def work_us(self) -> int:
        """Work time in the sense of the rule: without the time on orders."""
        return self.inside_us + self.outside_us + self.unknown_us


@dataclass(frozen=True, slots=True)
class Share:
    """Bounds 0-1, None where there was no work time. `outcome` None: the rule does not apply."""

    lower: float | None
    upper: float | None
    required: float
    outcome: Outcome | None


def split_work(stays: Iterable[Stay], work: Spans) -> WorkTime:
    """How work time divides; the stays cover all of it."""
    by_judgement = [0] * len(Judgement)
    order_unknown_us = outage_us = 0
    for start, end, judgement, cause, _ in stays:
        worked_us = held((start, end), work)
        by_judgement[judgement] += worked_us
        if cause == Cause.OUTAGE and judgement is Judgement.UNKNOWN:
            outage_us += worked_us
        if cause and judgement is Judgement.ON_ORDER:
            order_unknown_us += worked_us
    return WorkTime(
        inside_us=by_judgement[Judgement.INSIDE],
        outside_us=by_judgement[Judgement.OUTSIDE],
        unknown_us=by_judgement[Judgement.UNKNOWN] - outage_us,
        order_us=by_judgement[Judgement.ON_ORDER],
        order_unknown_us=order_unknown_us,
        outage_us=outage_us,
    )


def in_grid_share(time: WorkTime, rules: ShareRules | None, *, outstanding_us: int = 0) -> Share:
    """The share so far. `outstanding_us`: planned time to come, in which a shortfall can be mended.

    Source: lower = inside / W, upper = (inside + unknown) / W; met if lower reaches the rule, not
    met if upper cannot.
    """
    required = float(rules.min_share) if rules else 0.0
    if not time.work_us:
        return Share(None, None, required, None)
    open_us = time.order_unknown_us + time.outage_us
    best_us = time.inside_us + time.unknown_us + open_us
    best_of_us = time.work_us + open_us
    outcome = None
    if rules:
        part, of = rules.min_share.numerator, rules.min_share.denominator
        outcome = decide(
            surely=time.inside_us * of >= time.work_us * part,
            possibly=(best_us + outstanding_us) * of >= (best_of_us + outstanding_us) * part,
        )
    return Share(time.inside_us / time.work_us, best_us / best_of_us, required, outcome)
