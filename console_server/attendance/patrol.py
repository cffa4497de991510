"""Patrols: stretches of in-grid presence, long enough and wide enough, certain or possible.

Owns the rule of what a patrol is and how many there were; not the windows of the day
(`twice_daily.py`). Interruptions up to `brief_exit_s` are bridged, and so is time on an order,
however long. Presence that is merely possible never makes a patrol certain. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final

from console_server.attendance.gaps import Judgement
from console_server.attendance.outcome import Outcome, decide
from console_server.attendance.places import Places
from console_server.attendance.spans import SECOND_US, Span
from console_server.attendance.stays import Stay
from console_server.packs.rules import PatrolRules

CROSSING_DOUBT_US: Final = 15 * SECOND_US  # a walker's 15 m: how far off a fix in a street may be


class Presence(IntEnum):
    """What a stay says to a patrol."""

    PRESENT = auto()
    ABSENT = auto()
    POSSIBLE = auto()
    BRIDGED = auto()  # on an order outside
    BRIDGED_OR_PRESENT = auto()  # on an order at an unknown place


Stretch = tuple[int, int, Presence]  # a stay as a patrol sees it: from, to, what it says


@dataclass(slots=True)
class Run:
    """Presence with its brief interruptions bridged. `crossings` of the border are in doubt.

    Grows while its stretches are gone through.
    """

    from_us: int
    to_us: int
    present_us: int
    crossings: int = 0

    @property
    def doubt_us(self) -> int:
        """By how much presence may have been shorter or longer."""
        return self.crossings * CROSSING_DOUBT_US


@dataclass(frozen=True, slots=True)
class Patrol:
    """A patrol; its certain part where `certain`, else the best case.

    `divisible`: it holds unknown time, so that it may have been several.
    """

    from_us: int
    to_us: int
    inside_us: int
    cells: int
    checkpoints: int
    certain: bool
    divisible: bool


@dataclass(frozen=True, slots=True)
class PatrolCount:
    """How many patrols are certain, how many possible, and what was asked."""

    count: int
    possible: int
    required: int
    outcome: Outcome | None


PRESENCE: Final = {  # by judgement, and whether its place is unknown
    (Judgement.INSIDE, False): Presence.PRESENT,
    (Judgement.OUTSIDE, False): Presence.ABSENT,
    (Judgement.UNKNOWN, True): Presence.POSSIBLE,
    (Judgement.ON_ORDER, False): Presence.BRIDGED,
    (Judgement.ON_ORDER, True): Presence.BRIDGED_OR_PRESENT,
}
SURELY = frozenset({Presence.PRESENT})
PERHAPS = frozenset({Presence.PRESENT, Presence.POSSIBLE, Presence.BRIDGED_OR_PRESENT})
BRIDGED = frozenset({Presence.BRIDGED, Presence.BRIDGED_OR_PRESENT})


def patrols_in(
    stays: Iterable[Stay], places: Places, rules: PatrolRules, window: Span
) -> list[Patrol]:
    """The certain and the possible patrols within a window, in order of time."""
    stretches = _stretches(stays, window)
    brief_us = round(rules.brief_exit_s * SECOND_US)
    sure = _runs(stretches, SURELY, brief_us)
    found = []
    for best in _runs(stretches, PERHAPS, brief_us):
        inner = [run for run in sure if best.from_us <= run.from_us < best.to_us]
        divisible = best.present_us > sum(run.present_us for run in inner)
        if any(_qualifies(run, places, rules) for run in inner):
            found.append(_certain(inner, places, divisible=divisible))
        elif _may_qualify(best, places, rules, unknown=divisible):
            found.append(_possible(best, places, divisible=divisible))
    return found


def count_patrols(
    patrols: Sequence[Patrol], rules: PatrolRules, *, obliged: bool, day_is_over: bool
) -> PatrolCount:
    """Bounds of the number of patrols against what the pack asks of a day.

    Where unknown time may hide that one patrol was several, what is possible is more than the
    stretches listed; it is counted no further than what was asked.
    """
    count = sum(patrol.certain for patrol in patrols)
    hidden = any(patrol.divisible for patrol in patrols) or not day_is_over
    possible = max(len(patrols), rules.per_day if hidden else 0)
    if not rules.per_day:
        return PatrolCount(count, possible, 0, None)
    outcome = decide(surely=count >= rules.per_day, possibly=possible >= rules.per_day)
    applies = obliged or outcome is Outcome.MET
    return PatrolCount(count, possible, rules.per_day, outcome if applies else None)


def _certain(runs: Sequence[Run], places: Places, *, divisible: bool) -> Patrol:
    present_us = sum(run.present_us for run in runs)
    proved = Run(runs[0].from_us, runs[-1].to_us, present_us)
    return _patrol(proved, places, certain=True, divisible=divisible)


def _possible(best: Run, places: Places, *, divisible: bool) -> Patrol:
    return _patrol(best, places, certain=False, divisible=divisible)


def _patrol(run: Run, places: Places, *, certain: bool, divisible: bool) -> Patrol:
    cells, _ = places.cells(run.from_us, run.to_us)
    checkpoints, _ = places.checkpoints(run.from_us, run.to_us)
    return Patrol(run.from_us, run.to_us, run.present_us, cells, checkpoints, certain, divisible)


def _may_qualify(best: Run, places: Places, rules: PatrolRules, *, unknown: bool) -> bool:
    """Whether it is a patrol in the best case; in unknown time any place may have been touched."""
    if best.present_us + best.doubt_us < rules.min_duration_s * SECOND_US:
        return False
    cells, skipped = places.cells(best.from_us, best.to_us)
    _, checkpoints = places.checkpoints(best.from_us, best.to_us)
    return unknown or _covers(cells + skipped, checkpoints, rules)


def _qualifies(run: Run, places: Places, rules: PatrolRules) -> bool:
    if run.present_us - run.doubt_us < rules.min_duration_s * SECOND_US:
        return False
    cells, _ = places.cells(run.from_us, run.to_us)
    checkpoints, _ = places.checkpoints(run.from_us, run.to_us)
    return _covers(cells, checkpoints, rules)


def _covers(cells: int, checkpoints: int, rules: PatrolRules) -> bool:
    """Either way of coverage is enough; a pack without any asks for none."""
    if rules.min_cells is None and rules.min_checkpoints is None:
        return True
    by_cells = rules.min_cells is not None and cells >= rules.min_cells
    return by_cells or (rules.min_checkpoints is not None and checkpoints >= rules.min_checkpoints)


def _stretches(stays: Iterable[Stay], window: Span) -> list[Stretch]:
    """What of the stays lies in a window."""
    low, high = window
    return [
        (max(start, low), min(end, high), PRESENCE[judgement, cause > 0])
        for start, end, judgement, cause, _ in stays
        if start < high and end > low
    ]


def _runs(stretches: Sequence[Stretch], counted: frozenset[Presence], brief_us: int) -> list[Run]:
    """Runs of counted presence. Time between stretches (off duty) interrupts like absence."""
    runs: list[Run] = []
    away_us, until_us, before = 0, stretches[0][0] if stretches else 0, Presence.BRIDGED
    for start, end, presence in stretches:
        away_us += start - until_us
        if presence in counted:
            if not runs or away_us > brief_us:
                runs.append(Run(start, start, 0))
            run = runs[-1]
            run.to_us = end
            run.present_us += end - start
            run.crossings += before is Presence.ABSENT and start == until_us
            away_us = 0
        elif presence is Presence.ABSENT and before in counted and start == until_us:
            runs[-1].crossings += 1
        if presence not in counted and presence not in BRIDGED:
            away_us += end - start
        until_us, before = end, presence
    return runs
