"""Rules beside share and patrols: key checkpoints (巡更点), and the night watch (巡夜).

Owns what each asks of a day and its outcome; what a visit and a patrol are stands in `places.py`
and `patrol.py`. A night belongs to the day on which its shift begins, past midnight too. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from console_server.attendance.day import DayInput
from console_server.attendance.gaps import Judgement
from console_server.attendance.outcome import Outcome, decide
from console_server.attendance.patrol import patrols_in
from console_server.attendance.places import Places
from console_server.attendance.spans import SECOND_US, Span, clip, length, overlap
from console_server.attendance.stays import Stay
from console_server.attendance.twice_daily import windows_on
from console_server.packs.rules import CheckpointRules, NightWatch, PatrolRules

A_VISIT_US: Final = 300 * SECOND_US  # unknown time in which somebody may have been anywhere


class Rule(StrEnum):
    """Which rule it is."""

    CHECKPOINTS = "checkpoints"
    NIGHT_WATCH = "night_watch"


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A rule's count with bounds. `from_us`, `to_us`: the stretch of time that it asks about."""

    rule: Rule
    count: int
    possible: int
    required: int
    from_us: int
    to_us: int
    outcome: Outcome


def checkpoint_rule(
    rules: CheckpointRules, day: DayInput, stays: Sequence[Stay], places: Places, within: Span
) -> list[RuleOutcome]:
    """Enough different checkpoints of the own grids were touched; nothing where there are none."""
    required = min(rules.per_day, len(day.lasting_checkpoints()))
    if not required or not day.work:
        return []
    count, possible = places.checkpoints(*within)
    unknown = sum(length(overlap((each.span,), day.work)) for each in stays if _is_open(each))
    if unknown + length(day.outstanding) >= A_VISIT_US:
        possible = len({each.checkpoint_id for each in day.checkpoints})
    outcome = decide(surely=count >= required, possibly=possible >= required)
    return [RuleOutcome(Rule.CHECKPOINTS, count, possible, required, *within, outcome)]


def night_watch(  # noqa: PLR0913, PLR0917 - two rules, and all that a day is judged by
    rules: NightWatch,
    patrol: PatrolRules,
    day: DayInput,
    stays: Sequence[Stay],
    places: Places,
    zone: ZoneInfo,
) -> list[RuleOutcome]:
    """One patrol in each shift of the night (上半夜, 下半夜) for which the worker was planned."""
    found = []
    for window in night_shifts(rules, day.day, zone):
        ahead_us = length(clip(day.outstanding, *window))
        if length(clip(day.work, *window)) + ahead_us < patrol.min_work_s * SECOND_US:
            continue
        patrols = patrols_in(stays, places, patrol, window)
        count = sum(each.certain for each in patrols)
        outcome = decide(surely=count > 0, possibly=bool(patrols) or ahead_us > 0)
        possible = max(len(patrols), 1 if ahead_us else 0)
        found.append(RuleOutcome(Rule.NIGHT_WATCH, count, possible, 1, *window, outcome))
    return found


def night_shifts(rules: NightWatch, day: date, zone: ZoneInfo) -> list[Span]:
    """The shifts that a duty begun on this day can reach: its own, and those after midnight."""
    return [
        *windows_on(day, rules.shifts, zone),
        *windows_on(day + timedelta(days=1), rules.shifts, zone),
    ]


def _is_open(stay: Stay) -> bool:
    return stay.judgement is Judgement.UNKNOWN
