"""Many worker days laid end to end in columns, so that one pass judges them all.

Owns the packing: each day gets a row number, and `(row, instant)` becomes one whole number, the
key, by which everything is sorted and looked up. Not the judgement (`gaps.py`, `stays.py`). Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from console_server.attendance.border import Bools, Floats, Ints
from console_server.attendance.day import DayInput, Fixes, OwnGround, canonical
from console_server.attendance.spans import Spans, whole
from console_server.packs.rules import JudgementRules

ROW_SHIFT: Final = 42  # 50 days of microseconds below, two million rows above


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

    `ground`: index into the grounds, -1 for none. `doubtful`: two fixes of one instant disagree.
    `stated`: the accuracy is the handset's own, not an assumed one.
    """

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
    """A batch of worker days. `hull_from`, `hull_to`: keys of what is judged, by row."""

    base_us: int
    days: Sequence[DayInput]
    hull_from: Ints
    hull_to: Ints
    grounds: tuple[OwnGround, ...]
    fixes: FixColumns

    def key(self, row: Ints, at_us: Ints) -> Ints:
        """The key of an instant of a row."""
        return (row << ROW_SHIFT) + (at_us - self.base_us)

    def instant(self, keys: Ints) -> Ints:
        """The instant of a key, microseconds since 1970 UTC."""
        return (keys & ((1 << ROW_SHIFT) - 1)) + self.base_us

    def spans(self, by_row: Iterable[Spans]) -> SpanColumns:
        """Spans of each row, in the order of the rows, cut to what is judged."""
        flat = [(row, start, end) for row, spans in enumerate(by_row) for start, end in spans]
        table = np.array(flat, dtype=np.int64).reshape(-1, 3)
        row = table[:, 0]
        low, high = self.hull_from[row], self.hull_to[row]
        starts = np.maximum(self.key(row, np.maximum(table[:, 1], self.base_us)), low)
        ends = np.minimum(self.key(row, np.minimum(table[:, 2], self._last_us())), high)
        real = starts < ends
        return SpanColumns(starts[real], ends[real])

    def _last_us(self) -> int:
        return self.base_us + (1 << ROW_SHIFT) - 1


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
        fixes=_no_fixes(),
    )
    return DayColumns(
        base_us, days, batch.hull_from, batch.hull_to, grounds, _fixes(batch, edges, rules)
    )


def _fixes(batch: DayColumns, edges: Ints, rules: JudgementRules) -> FixColumns:
    kept = [_within(canonical(day.fixes), edges[row]) for row, day in enumerate(batch.days)]
    counts = np.array([len(each) for each in kept], dtype=np.int64)
    row = np.repeat(np.arange(len(kept), dtype=np.int64), counts)
    joined = np.concatenate(kept)
    accuracy = joined["accuracy_m"].astype(np.float64)
    stated = accuracy >= 0
    accuracy[~stated] = rules.assumed_accuracy_m
    at_us = joined["at_us"].astype(np.int64)
    key = batch.key(row, at_us)
    lon, lat = joined["lon"].astype(np.float64), joined["lat"].astype(np.float64)
    grid_id = joined["grid_id"].astype(np.int64)
    keep, doubtful = _one_at_a_time(key, lon, lat, accuracy, joined["handset_id"])
    ground = _ground_of(batch, row[keep], at_us[keep])
    return FixColumns(
        key=key[keep],
        row=row[keep],
        at_us=at_us[keep],
        lon=lon[keep],
        lat=lat[keep],
        accuracy_m=accuracy[keep],
        stated=stated[keep],
        grid_id=grid_id[keep],
        mock=joined["mock"][keep].astype(np.bool_),
        doubtful=doubtful,
        ground=ground,
        inside=_is_own(batch.grounds, ground, grid_id[keep]),
    )


def _within(fixes: Fixes, edges: Ints) -> Fixes:
    low = np.searchsorted(fixes["at_us"], edges[0], side="left")
    high = np.searchsorted(fixes["at_us"], edges[1], side="right")
    return fixes[low:high]


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


def _ground_of(batch: DayColumns, row: Ints, at_us: Ints) -> Ints:
    """Index of the ground in force for each fix, -1 where there is none."""
    held_by = [index for index, day in enumerate(batch.days) for _ in day.grounds]
    if not held_by:
        return np.full(len(row), -1, np.int64)
    owner = np.array(held_by, dtype=np.int64)
    starts = np.array([each.from_us for each in batch.grounds], dtype=np.int64)
    ends = np.array([each.to_us for each in batch.grounds], dtype=np.int64)
    keys = (owner << ROW_SHIFT) + np.maximum(starts - batch.base_us, 0)
    found = np.searchsorted(keys, (row << ROW_SHIFT) + (at_us - batch.base_us), "right") - 1
    usable = (found >= 0) & (owner[found] == row) & (at_us >= starts[found]) & (at_us < ends[found])
    return np.where(usable, found, -1)


def _is_own(grounds: tuple[OwnGround, ...], ground: Ints, grid_id: Ints) -> Bools:
    pairs = np.array(
        sorted(
            (index << 32) + grid for index, each in enumerate(grounds) for grid in each.grid_ids
        ),
        dtype=np.int64,
    )
    if not len(pairs):
        return np.zeros(len(ground), np.bool_)
    wanted = (ground << 32) + grid_id
    at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    own: Bools = (pairs[at] == wanted) & (ground >= 0)
    return own


def distance_m(from_lon: Floats, from_lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Straight distance on a local plane; good to 0.1 % below 20 km.

    Source: equirectangular approximation with the mean latitude.
    """
    middle = np.radians((from_lat + to_lat) / 2)
    east = np.radians(to_lon - from_lon) * np.cos(middle)
    metres: Floats = np.hypot(east, np.radians(to_lat - from_lat)) * 6_371_008.8
    return metres


def _no_fixes() -> FixColumns:
    none, flags, numbers = np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0)
    return FixColumns(
        none, none, none, numbers, numbers, numbers, flags, none, flags, flags, none, flags
    )
