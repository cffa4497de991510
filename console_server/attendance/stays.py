"""Joins judged gaps into stays: maximal runs of one judgement, cut to the time that is judged.

Owns the overlay of orders, work time and judged time on what `gaps.py` found; not what follows
for a rule (`share.py`, `patrol.py`). Pure, vectorised over many worker days.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from console_server.attendance.border import Bools, Ints
from console_server.attendance.columns import DayColumns
from console_server.attendance.day import NO_GRID
from console_server.attendance.gaps import CAUSES, UNKNOWN, Cause, Changes, Judgement
from console_server.attendance.spans import Span

JUDGEMENTS: Final = tuple(Judgement)  # by their numbers
NOTHING_CAME: Final = (Cause.NO_SIGNAL, Cause.NO_FIX_YET, Cause.NO_DATA)


class Stay(NamedTuple):
    """A maximal run of one judgement. `cause`: why unknown, or why the place on an order is.

    `grid_id` NO_GRID: none, several, or not known.
    """

    from_us: int
    to_us: int
    judgement: Judgement
    cause: int
    grid_id: int

    @property
    def span(self) -> Span:
        """From, to."""
        return self.from_us, self.to_us


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """Stretches of all rows that nothing divides any more, in order."""

    start: Ints
    end: Ints
    row: Ints
    state: Ints


def stays_of(batch: DayColumns, changes: Changes) -> list[list[Stay]]:
    """The stays of every row, in order of time."""
    runs = _joined(_segments(batch, changes))
    grid = _grids(batch, runs)
    begins, ends = batch.instant(runs.start), batch.instant(runs.end)
    columns = zip(
        runs.row.tolist(),
        begins.tolist(),
        ends.tolist(),
        (runs.state // CAUSES).tolist(),
        (runs.state % CAUSES).tolist(),
        grid.tolist(),
        strict=True,
    )
    stays: list[list[Stay]] = [[] for _ in batch.days]
    for row, start, end, judgement, cause, grid_id in columns:
        stays[row].append(Stay(start, end, JUDGEMENTS[judgement], cause, grid_id))
    return stays


def _segments(batch: DayColumns, changes: Changes) -> Segments:
    domain = batch.spans(day.domain for day in batch.days)
    orders = batch.spans(day.orders for day in batch.days)
    outages = batch.spans(day.outages for day in batch.days)
    layers = (domain, orders, outages)
    edges = [edge for layer in layers for edge in (layer.starts, layer.ends)]
    cuts = np.unique(np.concatenate([changes.key, batch.hull_to, *edges]))
    start, end = cuts[:-1], cuts[1:]
    held = domain.hold(start)
    start, end = start[held], end[held]
    state = changes.state[np.searchsorted(changes.key, start, side="right") - 1]
    state = _in_outage(state, outages.hold(start))
    return Segments(start, end, _row_of(batch, start), _on_order(state, orders.hold(start)))


def _in_outage(state: Ints, broken: Bools) -> Ints:
    """Where no fix came while the system was broken, that is why."""
    missing = np.isin(state, [UNKNOWN + cause for cause in NOTHING_CAME])
    return np.where(broken & missing, UNKNOWN + Cause.OUTAGE, state)


def _on_order(state: Ints, ordered: Bools) -> Ints:
    """On an order, time that is not proved to be in the own grid is time on the order."""
    away = ordered & (state // CAUSES != Judgement.INSIDE)
    return np.where(away, Judgement.ON_ORDER * CAUSES + state % CAUSES, state)


def _joined(parts: Segments) -> Segments:
    if not len(parts.start):
        return parts
    apart = np.ones(len(parts.start), np.bool_)
    apart[1:] = (parts.start[1:] != parts.end[:-1]) | (parts.state[1:] != parts.state[:-1])
    apart[1:] |= parts.row[1:] != parts.row[:-1]
    first = np.flatnonzero(apart)
    last = np.append(first[1:], len(apart)) - 1
    return Segments(parts.start[first], parts.end[last], parts.row[first], parts.state[first])


def _grids(batch: DayColumns, runs: Segments) -> Ints:
    """The grid of a stay, where all of its fixes lie in one."""
    low = np.searchsorted(batch.fixes.key, runs.start, side="left")
    high = np.searchsorted(batch.fixes.key, runs.end, side="right")
    padded = np.append(batch.fixes.grid_id, NO_GRID)
    bounds = np.column_stack([low, np.maximum(high, low)]).ravel()
    if not len(bounds):
        return np.empty(0, np.int64)
    least = np.minimum.reduceat(padded, bounds)[::2]
    most = np.maximum.reduceat(padded, bounds)[::2]
    known = (high > low) & (least == most) & (runs.state // CAUSES != Judgement.UNKNOWN)
    return np.where(known, least, NO_GRID)


def _row_of(batch: DayColumns, keys: Ints) -> Ints:
    return np.searchsorted(batch.hull_from, keys, side="right") - 1
