"""Which cells of the grid and which checkpoints a worker's fixes prove to have been touched.

Owns the raster and the reach of a checkpoint; not what a patrol makes of them (`patrol.py`).
Distance walked is never measured. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from console_server.attendance.border import Bools, Floats, Ints
from console_server.attendance.columns import DayColumns, FixColumns, distance_m
from console_server.attendance.day import Checkpoint
from console_server.attendance.spans import Span

RASTER_CELLS: Final = 1 << 16  # more than these and their numbers are made dense


@dataclass(frozen=True, eq=False, slots=True)
class Visits:
    """Instants in rising order at which a checkpoint was, or may have been, within reach.

    One for each checkpoint of the day; of one that was moved, one for each of its places.
    """

    checkpoint_id: int
    surely_us: Ints
    possibly_us: Ints


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """One day's proved places in order of time.

    `cell`: a number for each cell of the raster, from 0. `sure`: whether a fix is accurate enough
    to tell one cell from its neighbours. `skipped`: how many cells may lie between a fix and the
    one after it.
    """

    at_us: Ints
    cell: Ints
    sure: Bools
    skipped: Ints
    visits: tuple[Visits, ...] = ()
    _counted: dict[Span, tuple[int, int]] = field(default_factory=dict, repr=False)

    def cells(self, from_us: int, to_us: int) -> tuple[int, int]:
        """Distinct cells proved in a stretch of time, and how many more are possible."""
        stretch = from_us, to_us
        if stretch not in self._counted:
            self._counted[stretch] = self._count(from_us, to_us)
        return self._counted[stretch]

    def _count(self, from_us: int, to_us: int) -> tuple[int, int]:
        low, high = np.searchsorted(self.at_us, [from_us, to_us + 1])
        if low == high:
            return 0, 0
        touched = self.cell[low:high]
        proved = _distinct(touched[self.sure[low:high]])
        possible = _distinct(touched) + int(self.skipped[low : high - 1].sum())
        return proved, possible - proved

    def checkpoints(self, from_us: int, to_us: int) -> tuple[int, int]:
        """Distinct checkpoints proved in a stretch of time, and distinct possible ones."""
        sure = {v.checkpoint_id for v in self.visits if _any(v.surely_us, from_us, to_us)}
        some = {v.checkpoint_id for v in self.visits if _any(v.possibly_us, from_us, to_us)}
        return len(sure), len(some)


def places_of(batch: DayColumns, proves: Bools, cell_m: float) -> list[Places]:
    """The places of every row. `proves`: which fixes show presence in the own grid."""
    fixes = batch.fixes
    chosen = np.flatnonzero(proves)
    east, north = _in_metres(batch, chosen)
    column = np.floor(east / cell_m).astype(np.int64)
    line = np.floor(north / cell_m).astype(np.int64)
    apart = np.maximum(np.abs(np.diff(east)), np.abs(np.diff(north)))
    skipped = np.append(np.floor(apart / cell_m).astype(np.int64), 0)[: len(chosen)]
    sure = (fixes.accuracy_m[chosen] <= cell_m / 2) | ~fixes.stated[chosen]
    rows = np.arange(len(batch.days) + 1)
    cuts = np.searchsorted(fixes.row[chosen], rows)
    cell = _numbered(column, line)
    return [
        Places(
            fixes.at_us[chosen[low:high]],
            cell[low:high],
            sure[low:high],
            skipped[low:high],
            _visits(batch, row, batch.days[row].checkpoints),
        )
        for row, (low, high) in enumerate(pairwise(cuts.tolist()))
    ]


def _visits(batch: DayColumns, row: int, checkpoints: Sequence[Checkpoint]) -> tuple[Visits, ...]:
    if not checkpoints:
        return ()
    fixes = batch.fixes
    low, high = np.searchsorted(fixes.row, [row, row + 1])
    some = np.flatnonzero(~(fixes.mock[low:high] | fixes.doubtful[low:high])) + low
    return tuple(_visits_of(each, fixes, some) for each in checkpoints)


def _visits_of(each: Checkpoint, fixes: FixColumns, some: Ints) -> Visits:
    """By a scan of the label, which is certain, and by the fixes within reach."""
    if each.is_in_part:
        at_us = fixes.at_us[some]
        some = some[(at_us >= each.from_us) & (at_us < each.to_us)]
    at_us = fixes.at_us[some]
    lon, lat = np.full(len(some), each.lon), np.full(len(some), each.lat)
    apart = distance_m(fixes.lon[some], fixes.lat[some], lon, lat)
    doubt_m = np.where(fixes.stated[some], fixes.accuracy_m[some], 0.0)
    near = apart <= each.radius_m + fixes.accuracy_m[some]
    surely = at_us[apart + doubt_m <= each.radius_m]
    scanned = np.array(each.scanned_us, dtype=np.int64)
    return Visits(each.checkpoint_id, np.union1d(surely, scanned), np.union1d(at_us[near], scanned))


def _in_metres(batch: DayColumns, chosen: Ints) -> tuple[Floats, Floats]:
    """Chosen fixes east and north of the origin of their ground's border; 0 where there is none."""
    fixes = batch.fixes
    ground = fixes.ground[chosen]
    east, north = np.zeros(len(chosen)), np.zeros(len(chosen))
    begins = np.flatnonzero(np.diff(ground, prepend=-2))
    for low, high in pairwise([*begins.tolist(), len(ground)]):
        border, some = batch.grounds[int(ground[low])].border, chosen[low:high]
        if border:
            east[low:high], north[low:high] = border.to_metres(fixes.lon[some], fixes.lat[some])
    return east, north


def _numbered(column: Ints, line: Ints) -> Ints:
    """One small number for each pair, unequal for unequal pairs."""
    if not len(column):
        return column
    column, line = column - column.min(), line - line.min()
    lines = int(line.max()) + 1
    number = column * lines + line
    if int(column.max()) * lines < RASTER_CELLS:
        return number
    dense: Ints = np.unique(number, return_inverse=True)[1]
    return dense


def _distinct(numbers: Ints) -> int:
    return int(np.count_nonzero(np.bincount(numbers))) if len(numbers) else 0


def _any(instants: Ints, from_us: int, to_us: int) -> bool:
    low, high = np.searchsorted(instants, [from_us, to_us + 1])
    return bool(low < high)
