"""The fixes of many workers over a short time as columns, and which of them a screen can show.

Owns the order, the thinning and the marks of what is replayed; not the reading (`reader.py`) nor
the bytes (`chunk.py`). Pure.

The thinning rule: of each worker one fix per `THIN_S` of the clock, the first one; and always the
last of a chunk, the first with other marks than the one before, and none twice. At 60 times real
time `THIN_S` is 83 ms, less than an eye tells apart; handsets that report seldom lose nothing.
"""

from dataclasses import dataclass, fields
from enum import IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry_ingest.wire.live import Flag, FrameState

THIN_S: Final = 5
LOW_BATTERY_BELOW_SHARE: Final = 0.2
US: Final = 1_000_000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


class ReplayMark(IntFlag):
    """Bits of a replayed fix; the first two as in the live frame's state."""

    OUTSIDE_OWN_GRID = FrameState.OUTSIDE_OWN_GRID
    LOW_BATTERY = FrameState.LOW_BATTERY
    DOUBTFUL = 64  # simulated, or nobody moves that fast: not a place to glide to


@dataclass(frozen=True, eq=False, slots=True)
class FixColumns:
    """Fixes, one row each. `slot`: index of the worker; `at_us`: Unix microseconds; degrees."""

    slot: Ints
    at_us: Ints
    lon: Floats
    lat: Floats
    marks: Bytes

    def __len__(self) -> int:
        return len(self.slot)

    def take(self, rows: Ints | Bools) -> "FixColumns":
        """These rows, in the order given."""
        return FixColumns(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True, eq=False, slots=True)
class Holdings:
    """Which grids belonged to whom: one row per grid, worker and time `[from_us, to_us)`."""

    slot: Ints
    area_id: Ints
    from_us: Ints
    to_us: Ints


def marks_of(flags: Ints, battery: Floats, outside: Bools) -> Bytes:
    """The marks of fixes. `flags`: `positions.flags`; `battery`: shares, NaN unknown."""
    doubtful = (flags & (Flag.MOCK | Flag.IMPLAUSIBLE_SPEED)) != 0
    marks = (
        outside * ReplayMark.OUTSIDE_OWN_GRID.value
        + (battery < LOW_BATTERY_BELOW_SHARE) * ReplayMark.LOW_BATTERY.value
        + doubtful * ReplayMark.DOUBTFUL.value
    )
    return np.asarray(marks, dtype=np.uint8)


def outside_own_grid(slot: Ints, at_us: Ints, grid_id: Ints, holdings: Holdings) -> Bools:
    """Which fixes lie outside of all grids that were their worker's own at that time."""
    span = (holdings.from_us, holdings.to_us)
    has_own = _covered(slot, at_us, holdings.slot, *span)
    own = _covered((slot << 32) + grid_id, at_us, (holdings.slot << 32) + holdings.area_id, *span)
    return has_own & ~own


def _covered(wanted: Ints, at_us: Ints, keys: Ints, from_us: Ints, to_us: Ints) -> Bools:
    """Whether a row with the wanted key holds at that time; a key seldom has many rows."""
    held = np.zeros(len(wanted), np.bool_)
    if not len(keys):
        return held
    order = np.argsort(keys, kind="stable")
    keys, from_us, to_us = keys[order], from_us[order], to_us[order]
    first = np.searchsorted(keys, wanted, "left")
    count = np.searchsorted(keys, wanted, "right") - first
    for step in range(int(count.max(initial=0))):
        row = np.minimum(first + step, len(keys) - 1)
        held |= (step < count) & (from_us[row] <= at_us) & (at_us < to_us[row])
    return held


def in_order(fixes: FixColumns) -> FixColumns:
    """Sorted by worker and time; of fixes of one worker and instant the first."""
    sorted_ = fixes.take(np.lexsort((fixes.at_us, fixes.slot)))
    return sorted_.take(_differs(sorted_.slot) | _differs(sorted_.at_us))


def thinned(fixes: FixColumns) -> FixColumns:
    """What a screen can show of fixes in order, by the rule above."""
    new_worker = _differs(fixes.slot)
    new_bin = _differs(fixes.at_us // (THIN_S * US))
    last = np.append(new_worker[1:], np.ones(min(len(fixes), 1), np.bool_))
    return fixes.take(new_worker | new_bin | _differs(fixes.marks) | last)


def _differs(column: Ints | Bytes) -> Bools:
    """Where a value is another than in the row before; the first row always is."""
    changed = np.ones(len(column), np.bool_)
    changed[1:] = column[1:] != column[:-1]
    return changed
