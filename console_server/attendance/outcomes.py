"""The outcomes of stored days, by rule, and their sums over a month.

Owns the names of the rules that are judged by the day and what is added up of them; one rule may
have several outcomes a day, as the night watch has. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from console_server.attendance.outcome import Outcome as Decided
from console_server.attendance.wire_form import Summary
from console_server.wire.attendance import Outcome
from console_server.wire.months import RuleTotal

Rule = Literal["in_grid", "patrols", "twice_daily", "checkpoints", "night_watch"]
RULES: Sequence[Rule] = ("in_grid", "patrols", "twice_daily", "checkpoints", "night_watch")
TOLD: Mapping[Decided, Outcome] = {
    Decided.MET: "met",
    Decided.NOT_MET: "not_met",
    Decided.UNDECIDED: "undecided",
}


def bounds(summaries: Iterable[Summary]) -> tuple[float | None, float | None]:
    """The share of all work time in the own grids: at least, and at most."""
    known = list(summaries)
    work_s = sum(each.work_s for each in known)
    if not work_s:
        return None, None
    inside_s = sum(each.inside_s for each in known)
    unknown_s = sum(each.unknown_s + each.outage_s for each in known)
    outage_s = sum(each.outage_s for each in known)
    return inside_s / work_s, min(1.0, (inside_s + unknown_s) / (work_s + outage_s))


def totals(summaries: Sequence[Summary]) -> list[RuleTotal]:
    """How the days came out by each rule that was asked of any of them.

    Of a day that runs only what cannot be made up any more is an outcome.
    """
    found = []
    for rule in RULES:
        counts = Counter(
            "running" if summary.provisional and each != "not_met" else each
            for summary in summaries
            for each in outcomes_by(rule, summary)
        )
        if counts:
            told = (counts[name] for name in ("met", "not_met", "undecided", "running"))
            found.append(RuleTotal(rule, *told))
    return found


def outcomes_by(rule: Rule, summary: Summary) -> list[Outcome]:
    """The outcomes of one rule on one day: none where it was not asked; the night has two."""
    if rule in {"in_grid", "patrols", "twice_daily"}:
        outcome: Outcome | None = getattr(summary, rule).outcome
        return [outcome] if outcome else []
    return [each.outcome for each in summary.others or () if each.rule == rule]
