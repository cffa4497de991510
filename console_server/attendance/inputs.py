"""Collects all that goes into the verdicts of many workers on one day, in few queries.

Owns which shift belongs to which day and what is cut away; not the queries (`roster_reader.py`,
`fix_reader.py`) and not the judgement. A shift belongs to the day on which it begins, to its end.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol

import numpy as np

from console_server.attendance.day import FIX_DTYPE, Checkpoint, DayInput, DayRule, Fixes
from console_server.attendance.fix_reader import read_fixes
from console_server.attendance.own_grounds import own_checkpoints, own_grounds, tour_grids
from console_server.attendance.roster_reader import Roster, ShiftSpan, read_roster
from console_server.attendance.spans import (
    Span,
    Spans,
    from_us,
    in_us,
    overlap,
    union,
    without,
)
from console_server.checkpoints.visit import counts_at
from console_server.database import Connection
from console_server.packs.pack import RulePack
from console_server.packs.rules import CheckpointRules, PatrolRules, ShareRules, TwiceDailyRules

EMPTY_FIXES = np.empty(0, dtype=FIX_DTYPE)


@dataclass(frozen=True, slots=True)
class DayFrame:
    """A day of the pack's zone as `[from_us, to_us)`, the clock, and what counts as work.

    `asked_posts`: rules that ask certain posts only, with these.
    """

    day: date
    from_us: int
    to_us: int
    now_us: int
    standby_counts: bool
    guide_posts: tuple[str, ...] = ()
    asked_posts: tuple[tuple[DayRule, tuple[str, ...]], ...] = ()

    @property
    def asks_for_posts(self) -> bool:
        """Whether it matters who holds which post."""
        return bool(self.guide_posts or self.asked_posts)


def frame_of(day: date, pack: RulePack, now: datetime) -> DayFrame:
    """The frame of a day at a moment."""
    begin = datetime.combine(day, time.min, pack.zone)
    end = datetime.combine(day + timedelta(days=1), time.min, pack.zone)
    posts = pack.guide_tour.posts if pack.guide_tour else ()
    counts = pack.work.standby_counts
    return DayFrame(day, in_us(begin), in_us(end), in_us(now), counts, posts, _asked_posts(pack))


def _asked_posts(pack: RulePack) -> tuple[tuple[DayRule, tuple[str, ...]], ...]:
    rules: dict[DayRule, PatrolRules | ShareRules | TwiceDailyRules | CheckpointRules | None] = {
        "patrol": pack.patrol,
        "share": pack.share,
        "twice_daily": pack.twice_daily,
        "checkpoints": pack.checkpoints,
    }
    return tuple((name, each.posts) for name, each in rules.items() if each and each.posts)


class FixSource(Protocol):
    """Where fixes come from: the store, or the store by way of a cache."""

    async def __call__(
        self,
        connection: Connection,
        worker_ids: Sequence[int],
        from_at: datetime,
        to_at: datetime,
    ) -> Mapping[int, Fixes]:
        """Fixes in `[from_at, to_at)` by worker, each in order of time."""


async def read_inputs(
    connection: Connection,
    frame: DayFrame,
    worker_ids: Sequence[int],
    source: FixSource = read_fixes,
) -> list[DayInput]:
    """The input of each worker's day, in the order of the workers."""
    roster = await read_roster(
        connection,
        worker_ids,
        frame.from_us,
        frame.to_us,
        frame.guide_posts,
        with_posts=frame.asks_for_posts,
    )
    last_us = max([frame.to_us, *(shift.to_us for shift in roster.shifts)])
    fixes = await source(connection, worker_ids, from_us(frame.from_us), from_us(last_us + 1))
    shifts = _by_worker(roster.shifts)
    return [
        _day(frame, worker_id, roster, shifts.get(worker_id, ()), fixes.get(worker_id, EMPTY_FIXES))
        for worker_id in worker_ids
    ]


def _day(
    frame: DayFrame, worker_id: int, roster: Roster, shifts: Sequence[ShiftSpan], fixes: Fixes
) -> DayInput:
    planned, standby, elsewhere = _plan(frame, shifts)
    last_us = max([frame.to_us, *(end for _, end in union(planned, standby))])
    kept = _relevant(fixes, last_us, elsewhere)
    running = frame.now_us < last_us
    until_us = frame.now_us if running else last_us
    duty = _duty(frame, roster.duty.get(worker_id, ()), kept, until_us)
    orders = roster.orders.get(worker_id, ())
    holdings = roster.holdings.get(worker_id, ())
    own = {each.grid_id for each in holdings}
    guides = worker_id in roster.guides
    return DayInput(
        worker_id=worker_id,
        day=frame.day,
        fixes=kept,
        grounds=own_grounds(holdings, roster.outlines, (frame.from_us, last_us + 1)),
        planned=planned,
        standby=without(standby, planned),
        leaves=overlap(union(roster.leaves.get(worker_id, ())), ((frame.from_us, last_us),)),
        duty=without(duty, elsewhere),
        orders=union((start, min(end or until_us, last_us)) for start, end in orders),
        checkpoints=_checkpoints(roster, worker_id, (frame.from_us, last_us), elsewhere),
        now_us=frame.now_us if running else None,
        outages=overlap(union(roster.outages), ((frame.from_us, until_us),)),
        excused=overlap(union(roster.excused.get(worker_id, ())), ((frame.from_us, last_us),)),
        tour=tour_grids(sorted(own), roster.outlines, frame.from_us) if guides else (),
        exempt=_exempt(frame, roster.posts.get(worker_id, ())),
    )


def _exempt(frame: DayFrame, held: Iterable[str]) -> tuple[DayRule, ...]:
    """The rules that do not ask every post that was held on this day; without a post none."""
    return tuple(
        rule for rule, posts in frame.asked_posts if any(post not in posts for post in held)
    )


def _checkpoints(
    roster: Roster, worker_id: int, within: Span, elsewhere: Spans
) -> tuple[Checkpoint, ...]:
    """Those of the own grids, with when the worker scanned their labels on this day.

    A scan is judged by where the checkpoint was at that time, as far as is known now.
    """
    scans = roster.scans.get(worker_id, ())
    ours = [scan for scan in scans if not any(start <= scan[1] < end for start, end in elsewhere)]
    held = own_checkpoints(roster.checkpoints, roster.holdings.get(worker_id, ()), within)
    return tuple(
        replace(
            each,
            scanned_us=tuple(
                at_us
                for checkpoint_id, at_us, scanned in ours
                if checkpoint_id == each.checkpoint_id
                and within[0] <= at_us <= within[1]
                and each.from_us <= at_us < each.to_us
                and counts_at(scanned, each.lon, each.lat, each.radius_m)
            ),
        )
        for each in held
    )


def _plan(frame: DayFrame, shifts: Iterable[ShiftSpan]) -> tuple[Spans, Spans, Spans]:
    """Planned, standby, and what belongs to a shift of another day."""
    planned, standby, elsewhere = [], [], []
    for shift in shifts:
        if not frame.from_us <= shift.from_us < frame.to_us:
            elsewhere.append(shift.span)
        elif shift.kind == "standby" and not frame.standby_counts:
            standby.append(shift.span)
        else:
            planned.append(shift.span)
    return union(planned), union(standby), union(elsewhere)


def _relevant(fixes: Fixes, last_us: int, elsewhere: Spans) -> Fixes:
    """The fixes up to the end of the day or its last shift, but none of another day's shift."""
    keep = fixes["at_us"] <= last_us
    for start, end in elsewhere:
        keep &= ~((fixes["at_us"] >= start) & (fixes["at_us"] < end))
    return fixes if keep.all() else fixes[keep]


def _duty(
    frame: DayFrame, periods: Iterable[tuple[int, int | None]], fixes: Fixes, until_us: int
) -> Spans:
    """Time on duty within the day.

    A period that was never ended lasts until the last fix, and counts for the day it began on.
    """
    last_seen_us = int(fixes["at_us"].max()) if len(fixes) else 0
    spans: list[Span] = []
    for start, end in periods:
        if end is not None:
            spans.append((start, end))
        elif start >= frame.from_us:
            spans.append((start, max(start, until_us if until_us < frame.to_us else last_seen_us)))
    return overlap(union(spans), ((frame.from_us, min(frame.to_us, until_us)),))


def _by_worker(shifts: Iterable[ShiftSpan]) -> Mapping[int, Sequence[ShiftSpan]]:
    found: dict[int, list[ShiftSpan]] = defaultdict(list)
    for shift in shifts:
        found[shift.worker_id].append(shift)
    return found
