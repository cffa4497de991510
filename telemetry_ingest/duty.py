"""Duty: when a worker's handset may be recorded.

Owns duty periods as a value: how on and off events make them whatever the order of arrival, and
which instants they cover. Not their storage. Nothing outside of a period is ever recorded.

A period is `[started, ended)`, a row of `duty_periods`. The rows hold every event that matters:
an `on` that follows an `on` starts a row where the last one ends, and an `off` that closed
nothing is a row of no length, so that an `on` which arrives late still finds its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple, Self

import numpy as np

from telemetry_ingest.fix import FOREVER_US, US_PER_S, Ints, Mask

# A handset may say "on duty" again with every status; nearer ones than this add no row.
REAFFIRMED_WITHIN_US: Final = 600 * US_PER_S


class Period(NamedTuple):
    """On duty in `[started_us, ended_us)`; `FOREVER_US` while it lasts."""

    started_us: int
    ended_us: int


class DutyEvent(NamedTuple):
    """The handset said at this instant that its worker goes on or off duty."""

    at_us: int
    on: bool


Periods = tuple[Period, ...]


def with_events(periods: Periods, events: Iterable[DutyEvent]) -> Periods:
    """The periods after more events. Idempotent, and the order of events does not matter.

    Of an on and an off at one instant the off counts: rather not recorded.
    """
    states = dict(_events_of(periods))
    for event in events:
        states[event.at_us] = states.get(event.at_us, True) and event.on
    return _periods_of(sorted(states.items()))


def newly_off(before: Periods, after: Periods) -> Periods:
    """Where duty was on before and is off after: what must not stay recorded."""
    gaps = []
    for was in before:
        reached = was.started_us
        for now in after:
            if now.ended_us <= reached or now.started_us >= was.ended_us:
                continue
            if now.started_us > reached:
                gaps.append(Period(reached, now.started_us))
            reached = now.ended_us
        if reached < was.ended_us:
            gaps.append(Period(reached, was.ended_us))
    return tuple(gap for gap in gaps if gap.ended_us > gap.started_us)


def merged(periods: Iterable[Period]) -> Periods:
    """The same instants as sorted periods that neither touch nor overlap."""
    result: list[Period] = []
    for period in sorted(p for p in periods if p.ended_us > p.started_us):
        if result and period.started_us <= result[-1].ended_us:
            result[-1] = Period(result[-1].started_us, max(result[-1].ended_us, period.ended_us))
        else:
            result.append(period)
    return tuple(result)


def without(periods: Periods, holes: Periods) -> Periods:
    """The periods less the holes; both sorted and without overlap."""
    return newly_off(periods, holes)


@dataclass(frozen=True, slots=True, eq=False)
class Timelines:
    """Periods of many handsets, flat: those of handset h are rows `first[h]` to `first[h + 1]`."""

    first: Ints
    starts_us: Ints
    ends_us: Ints

    @classmethod
    def of(cls, periods: Mapping[int, Sequence[Period]]) -> Self:
        """Build from each handset's periods in order of time."""
        size = max(periods, default=0) + 2
        first = np.zeros(size, dtype=np.int64)
        handsets = sorted(periods)
        first[[h + 1 for h in handsets]] = [len(periods[h]) for h in handsets]
        flat = np.array(
            list(chain.from_iterable(periods[h] for h in handsets)), dtype=np.int64
        ).reshape(-1, 2)
        return cls(np.cumsum(first), flat[:, 0].copy(), flat[:, 1].copy())

    def covers(self, handset: Ints, at_us: Ints) -> Mask:
        """Whether each instant lies in a period of its handset."""
        known = (handset >= 0) & (handset < len(self.first) - 1)
        owner = np.where(known, handset, 0)
        low, high = self.first[owner], self.first[owner + 1]
        first_row = low
        while (open_ := low < high).any():  # bisection of all at once
            middle = (low + high) // 2
            right = open_ & (self.starts_us[np.where(open_, middle, 0)] <= at_us)
            low = np.where(right, middle + 1, low)
            high = np.where(open_ & ~right, middle, high)
        found = known & (low > first_row)
        if not found.any():
            return found
        return found & (at_us < self.ends_us[np.where(found, low - 1, 0)])


def _events_of(periods: Periods) -> Iterable[tuple[int, bool]]:
    starts = {period.started_us for period in periods if period.ended_us > period.started_us}
    for started_us, ended_us in periods:
        if ended_us == started_us:
            yield started_us, False
            continue
        yield started_us, True
        if ended_us != FOREVER_US and ended_us not in starts:
            yield ended_us, False


def _periods_of(states: Sequence[tuple[int, bool]]) -> Periods:
    kept: list[tuple[int, bool]] = []
    for at_us, on in states:
        again = kept and kept[-1][1] and on and at_us - kept[-1][0] < REAFFIRMED_WITHIN_US
        if not again:
            kept.append((at_us, on))
    periods = []
    was_on = False
    ends = [at_us for at_us, _ in kept[1:]] + [FOREVER_US]
    for (at_us, on), ends_us in zip(kept, ends, strict=False):
        if on:
            periods.append(Period(at_us, ends_us))
        elif not was_on:
            periods.append(Period(at_us, at_us))
        was_on = on
    return tuple(periods)
