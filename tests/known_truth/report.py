"""Prints how verdicts compare with the truth over a seeded month.

    python tests/known_truth/report.py [--workers 64] [--days 30] [--seed 1] [--pack xingdian]

Exit code 1 when a verdict was wrong, or when too many ordinary days are undecided.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from console_server.attendance.outcome import Outcome
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.pack import RulePack, load_pack
from known_truth.lives import Circumstance, District59, Life
from known_truth.reality import Reality, reality_of

FIRST_DAY = date(2026, 11, 2)
UNDECIDED_MAX = 0.05
BATCH = 50
HEAD = "  share: off the middle (mean, p95), out of bounds (p95, max)"
RULES = ("in_grid", "patrols", "twice_daily")


@dataclass
class Tally:
    """What was found of one circumstance."""

    days: int = 0
    outside_bounds: list[float] = field(default_factory=list)
    middle_off: list[float] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, verdict: DayVerdict, real: Reality) -> None:
        """Compare one day."""
        self.days += 1
        lower, upper = verdict.share.lower or 0.0, verdict.share.upper or 0.0
        self.outside_bounds.append(max(lower - real.share, real.share - upper, 0.0))
        self.middle_off.append(abs((lower + upper) / 2 - real.share))
        told = (verdict.share, verdict.patrols, verdict.twice_daily)
        for rule, outcome in zip(RULES, (each.outcome for each in told), strict=True):
            if outcome is None:
                continue
            self.outcomes[rule, outcome] += 1
            really = getattr(real, rule)
            if outcome is not Outcome.UNDECIDED and (outcome is Outcome.MET) != really:
                self.wrong.append(
                    f"{verdict.day} worker {verdict.worker_id} {rule}: {outcome}, share"
                    f" {lower:.3f}-{upper:.3f}, truly {real.share:.3f} {really}"
                )

    def undecided(self, rule: str) -> float:
        """The share of judged days without an outcome."""
        judged = sum(count for (each, _), count in self.outcomes.items() if each == rule)
        return self.outcomes[rule, Outcome.UNDECIDED] / judged if judged else 0.0


def compare(pack: RulePack, lives: Iterable[Life]) -> dict[Circumstance, Tally]:
    """Judge everybody, and hold it against the truth."""
    tallies = {each: Tally() for each in Circumstance}
    waiting = iter(lives)
    while some := list(islice(waiting, BATCH)):
        for life, verdict in zip(
            some, judge_days(pack, [each.given for each in some]), strict=True
        ):
            tallies[life.circumstance].add(verdict, reality_of(life, pack))
    return tallies


def in_words(tallies: dict[Circumstance, Tally]) -> str:
    """The report."""
    lines = [f"{'circumstance':24}{'days':>6}{'wrong':>7}   undecided ({', '.join(RULES)}) {HEAD}"]
    for circumstance, tally in tallies.items():
        if not tally.days:
            continue
        open_shares = "  ".join(f"{tally.undecided(rule):6.1%}" for rule in RULES)
        middle, beyond = np.array(tally.middle_off), np.array(tally.outside_bounds)
        lines.append(
            f"{circumstance:24}{tally.days:6}{len(tally.wrong):7}   {open_shares:28}"
            f"   {middle.mean():.4f}, {np.quantile(middle, 0.95):.4f};"
            f" {np.quantile(beyond, 0.95):.4f}, {beyond.max():.4f}"
        )
        lines += [f"    WRONG {each}" for each in tally.wrong]
    return "\n".join(lines)


def holds(tallies: dict[Circumstance, Tally]) -> bool:
    """No verdict is wrong, and few ordinary days are undecided."""
    ordinary = tallies[Circumstance.ORDINARY]
    return not any(tally.wrong for tally in tallies.values()) and all(
        ordinary.undecided(rule) <= UNDECIDED_MAX for rule in RULES
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, default=64)
    asked.add_argument("--days", type=int, default=30)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--pack", default="xingdian")
    asked.add_argument(
        "--allowance-m", type=float, help="Instead of the border allowance of the pack."
    )
    options = asked.parse_args()
    lives = District59(options.seed, options.workers).lives(FIRST_DAY, options.days)
    pack = load_pack(options.pack)
    if options.allowance_m is not None:
        judgement = replace(pack.judgement, border_allowance_m=options.allowance_m)
        pack = replace(pack, judgement=judgement)
    tallies = compare(pack, lives)
    print(in_words(tallies))  # noqa: T201
    return 0 if holds(tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
