"""Many worker days laid end to end in columns, so that one pass judges them all.

Owns the packing: each day gets a row number, and `(row, instant)` becomes one whole number, the
key, by which everything is sorted and looked up. Not the judgement (`gaps.py`, `stays.py`). Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from console_server.attendance.border import (
    EARTH_RADIUS_M,
    RADIANS,
    Bools,
    BorderColumns,
    Floats,
    Ints,
)
from console_server.attendance.day import FIX_DTYPE, DayInput, Fixes, OwnGround
from console_server.attendance.spans import Spans, whole
from console_server.packs.rules import JudgementRules

ROW_SHIFT: Final = 42  # 50 days of microseconds below, two million rows above
LAST_US: Final = (1 << ROW_SHIFT) - 1


@dataclass(frozen=True, eq=False, slots=True)
class SpanColumns:
    """Disjoint spans of all rows as sorted keys."""

    starts: Ints
    ends: Ints

    def hold(self, keys: Ints) -> Bools:
        """Whether each key lies in a span; a start does, an end does not."""
        begun = np.searchsorted(self.starts, keys, side="right")
        held: Bools = begun > np.searchsorted(self.ends, keys, side="right")
        return held


@dataclass(frozen=True, eq=False, slots=True)
class FixColumns:
    """The fixes of all rows in order, one at a time.

    `cuts`: where the fixes of each row begin, and where the last of them end. `ground`: index into
    the grounds, -1 for none. `doubtful`: two fixes of one instant disagree. `stated`: the accuracy
    is the handset's own, not an assumed one.
    """

    cuts: Ints

    key: Ints
    row: Ints
    at_us: Ints
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    stated: Bools
    grid_id: Ints
    mock: Bools
    doubtful: Bools
    ground: Ints
    inside: Bools


@dataclass(frozen=True, eq=False, slots=True)
class DayColumns:
    """A batch of worker days. `hull_from`, `hull_to`: keys of what is judged, by row.

    `borders`: those of the grounds, by the same indices.
    """

    base_us: int
    days: Sequence[DayInput]
    hull_from: Ints
    hull_to: Ints
    grounds: tuple[OwnGround, ...]
    borders: BorderColumns
    fixes: FixColumns

    def key(self, row: Ints, at_us: Ints) -> Ints:
        """The key of an instant of a row."""
        return (row << ROW_SHIFT) + (at_us - self.base_us)

    def instant(self, keys: Ints) -> Ints:
        """The instant of a key, microseconds since 1970 UTC."""
        return (keys & LAST_US) + self.base_us

    def spans(self, by_row: Iterable[Spans]) -> SpanColumns:
        """Spans of each row, in the order of the rows, cut to what is judged."""
        flat = [(row, start, end) for row, spans in enumerate(by_row) for start, end in spans]
        table = np.array(flat, dtype=np.int64).reshape(-1, 3)
        row = table[:, 0]
        low, high = self.hull_from[row], self.hull_to[row]
        starts = np.maximum(self.key(row, np.maximum(table[:, 1], self.base_us)), low)
        ends = np.minimum(self.key(row, np.minimum(table[:, 2], self.base_us + LAST_US)), high)
        real = starts < ends
        return SpanColumns(starts[real], ends[real])


def columns_of(days: Sequence[DayInput], rules: JudgementRules) -> DayColumns:
    """Lay days end to end; each must have something to judge (`domain`)."""
    hulls = [whole(each.domain) for each in days]
    edges = np.array([hull or (0, 0) for hull in hulls], dtype=np.int64).reshape(-1, 2)
    base_us = int(edges[:, 0].min())
    rows = np.arange(len(days), dtype=np.int64)
    grounds = tuple(ground for day in days for ground in day.grounds)
    batch = DayColumns(
        base_us=base_us,
        days=days,
        hull_from=(rows << ROW_SHIFT) + (edges[:, 0] - base_us),
        hull_to=(rows << ROW_SHIFT) + (edges[:, 1] - base_us),
        grounds=grounds,
        borders=BorderColumns.of([each.border for each in grounds]),
        fixes=_no_fixes(),
    )
    return replace(batch, fixes=_fixes(batch, edges, rules))


def _fixes(batch: DayColumns, edges: Ints, rules: JudgementRules) -> FixColumns:
    kept = [_within(day.ordered, edges[row]) for row, day in enumerate(batch.days)]
    row = np.repeat(np.arange(len(kept), dtype=np.int64), [len(each) for each in kept])
    at_us, handset_id, grid_id = (_joined(kept, n) for n in ("at_us", "handset_id", "grid_id"))
    lon, lat, accuracy = (_joined(kept, name) for name in ("lon", "lat", "accuracy_m"))
    stated = accuracy >= 0
    accuracy[~stated] = rules.assumed_accuracy_m
    key = batch.key(row, at_us)
    keep, doubtful = _one_at_a_time(key, lon, lat, accuracy, handset_id)
    key, row, grid_id = key[keep], row[keep], grid_id[keep]
    ground, inside = _by_ground(batch, key, grid_id)
    return FixColumns(
        cuts=np.searchsorted(row, np.arange(len(kept) + 1)),
        key=key,
        row=row,
        at_us=at_us[keep],
        lon=lon[keep],
        lat=lat[keep],
        accuracy_m=accuracy[keep],
        stated=stated[keep],
        grid_id=grid_id,
        mock=_joined(kept, "mock")[keep].astype(np.bool_),
        doubtful=doubtful,
        ground=ground,
        inside=inside,
    )


def _within(fixes: Fixes, edges: Ints) -> Fixes:
    low, high = np.searchsorted(fixes["at_us"], [edges[0], edges[1] + 1])
    return fixes[low:high]


def _joined(kept: Sequence[Fixes], name: str) -> NDArray[Any]:
    """One column of all days, as wide as the rules count in."""
    column = FIX_DTYPE[name]
    wide = np.float64 if column.kind == "f" else np.int64
    return np.concatenate([each[name] for each in kept], dtype=wide)


def _one_at_a_time(
    key: Ints, lon: Floats, lat: Floats, accuracy_m: Floats, handset_id: Ints
) -> tuple[Ints | slice, Bools]:
    """Of fixes with one time the most accurate; doubtful where another one contradicts it."""
    if np.all(key[1:] > key[:-1]):
        return slice(None), np.zeros(len(key), np.bool_)
    order = np.lexsort((lat, lon, handset_id, accuracy_m, key))
    fresh = np.diff(key[order], prepend=-1) != 0
    keep = order[fresh]
    chosen = keep[np.cumsum(fresh) - 1]
    apart = distance_m(lon[chosen], lat[chosen], lon[order], lat[order])
    contradicts = apart > accuracy_m[chosen] + accuracy_m[order]
    return keep, np.logical_or.reduceat(contradicts, np.flatnonzero(fresh))


def _by_ground(batch: DayColumns, key: Ints, grid_id: Ints) -> tuple[Ints, Bools]:
    """Index of the ground in force for each fix, -1 for none; whether the fix is in its grids."""
    ground, inside = np.full(len(key), -1, np.int64), np.zeros(len(key), np.bool_)
    for index, (low, high) in enumerate(_reaches(batch, key)):
        ground[low:high] = index
        grids = batch.grounds[index].grid_ids
        here = grid_id[low:high]
        inside[low:high] = here == grids[0] if len(grids) == 1 else np.isin(here, grids)
    return ground, inside


def _reaches(batch: DayColumns, key: Ints) -> list[tuple[int, int]]:
    """From which fix to which each ground is in force: until it ends, or the next one begins."""
    owner = np.repeat(np.arange(len(batch.days)), [len(day.grounds) for day in batch.days])
    edges = [(each.from_us, each.to_us) for each in batch.grounds]
    ahead = np.array(edges, dtype=np.int64).reshape(-1, 2) - batch.base_us
    starts, ends = (owner << ROW_SHIFT) + np.clip(ahead, 0, LAST_US).T
    ends[:-1] = np.where(owner[1:] == owner[:-1], np.minimum(ends[:-1], starts[1:]), ends[:-1])
    low, high = np.searchsorted(key, starts), np.searchsorted(key, ends)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def distance_m(from_lon: Floats, from_lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Straight distance on a local plane; good to 0.1 % below 20 km.

    Source: equirectangular approximation with the mean latitude.
    """
    middle = (from_lat + to_lat) / 2 * RADIANS
    east = (to_lon - from_lon) * RADIANS * np.cos(middle)
    metres: Floats = np.hypot(east, (to_lat - from_lat) * RADIANS) * EARTH_RADIUS_M
    return metres


def _no_fixes() -> FixColumns:
    none, flags, numbers = np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0)
    return FixColumns(
        none, none, none, none, numbers, numbers, numbers, flags, none, flags, flags, none, flags
    )
