"""THE table of a dispatch's statuses, and what a step from the field makes of one.

Owns which steps are legal, what a skipped, repeated or late one means, and its times; not the
storing (`commands.py`). Pure. Handset messages come late, twice and out of order, so a step
either advances the dispatch or is ignored with the reason; it is never an error.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Where a dispatch stands."""

    ORDERED = "ordered"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


_S: Final = Status
WAY: Final = (_S.ORDERED, _S.ACKNOWLEDGED, _S.EN_ROUTE, _S.ON_SCENE, _S.CLEARED)
ENDED: Final = frozenset({_S.CLEARED, _S.DECLINED, _S.CANCELLED, _S.LAPSED})
RUNNING: Final = frozenset(WAY) - ENDED

# What each status may become. A step forward may skip some: those passed are filled in.
TABLE: Final[dict[Status, frozenset[Status]]] = {
    _S.ORDERED: frozenset(WAY[1:]) | {_S.DECLINED, _S.CANCELLED, _S.LAPSED},
    _S.ACKNOWLEDGED: frozenset(WAY[2:]) | {_S.DECLINED, _S.CANCELLED},
    _S.EN_ROUTE: frozenset(WAY[3:]) | {_S.DECLINED, _S.CANCELLED},
    _S.ON_SCENE: frozenset(WAY[4:]) | {_S.DECLINED, _S.CANCELLED},
    _S.CLEARED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.LAPSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A dispatch as the rules see it. Times are aware UTC and None until they came."""

    status: Status
    ordered_at: datetime
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    cleared_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """The dispatch after the step; `filled` are the steps that were passed without a message."""

    after: Progress
    filled: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """The step changes nothing, and why: a stable code for the inbox."""

    outcome: str


def advance(before: Progress, to: Status, said_at: datetime, now: datetime) -> Advanced | Ignored:
    """What a step that happened at `said_at` by its sender's clock makes of a dispatch.

    A time before the last step or after `now` is moved to that bound, so times never run backwards.
    """
    if to not in TABLE[before.status]:
        return Ignored(_why_ignored(before.status, to))
    at = min(max(said_at, _latest(before)), now)
    passed = _passed(before.status, to)
    stamps = dict.fromkeys((f"{step.value}_at" for step in passed), at)
    if to in WAY:
        stamps[f"{to.value}_at"] = at
    if to in ENDED:
        stamps["ended_at"] = at
    times = {name: stamps.get(name, getattr(before, name)) for name in _TIMES}
    return Advanced(Progress(to, before.ordered_at, **times), passed)


_TIMES: Final = ("acknowledged_at", "en_route_at", "on_scene_at", "cleared_at", "ended_at")


def _latest(progress: Progress) -> datetime:
    times: list[datetime | None] = [getattr(progress, name) for name in _TIMES]
    return max([progress.ordered_at, *(at for at in times if at is not None)])


def _passed(from_: Status, to: Status) -> tuple[Status, ...]:
    if to not in WAY:
        return ()
    return WAY[WAY.index(from_) + 1 : WAY.index(to)]


def _why_ignored(status: Status, to: Status) -> str:
    if status == to:
        return "repeated"
    if status in ENDED:
        return f"too_late:{status.value}"
    return f"passed:{status.value}"
