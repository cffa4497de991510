"""All that goes into the verdict of one worker's day, as values.

Owns the shapes of the input and its canonical hash; not where they come from (`inputs.py`) nor
what follows from them (`verdict.py`). Instants are microseconds since 1970 UTC. Pure.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from console_server.attendance.border import Border
from console_server.attendance.spans import Span, Spans, union, without
from console_server.packs.pack import RulePack

NO_GRID = 0  # area ids begin at 1
EVER_US, FOREVER_US = -(1 << 62), 1 << 62

# One accepted fix. `accuracy_m` NaN: the handset did not say. Flags that depend on the order of
# arrival (late, speed against the last fix then known) are left out on purpose.
FIX_DTYPE = np.dtype(
    [
        ("at_us", "<i8"),
        ("lon", "<f8"),
        ("lat", "<f8"),
        ("accuracy_m", "<f4"),
        ("grid_id", "<i4"),
        ("handset_id", "<i4"),
        ("mock", "?"),
    ]
)
Fixes = NDArray[np.void]
DayRule = Literal["patrol", "share", "twice_daily", "checkpoints"]  # as the pack has them


@dataclass(frozen=True, slots=True)
class OwnGround:
    """The own grids in `[from_us, to_us)` with the border in force then."""

    from_us: int
    to_us: int
    grid_ids: tuple[int, ...]
    border: Border | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place that a patrol may touch (巡更点), as it was in `[from_us, to_us)`.

    `scanned_us`: when its label was scanned. A checkpoint that was moved within the day, or taken
    out of use for a while, is there several times, each with its own stretch of time.
    """

    checkpoint_id: int
    lon: float
    lat: float
    radius_m: float
    visit_list: str | None = None
    scanned_us: tuple[int, ...] = ()
    from_us: int = EVER_US
    to_us: int = FOREVER_US

    @property
    def is_in_part(self) -> bool:
        """Whether it holds for a part of the day only."""
        return (self.from_us, self.to_us) != (EVER_US, FOREVER_US)


@dataclass(frozen=True, eq=False, slots=True)
class TourGrid:
    """A grid that a guide (网格指导员) is to tour, with its border of that day."""

    grid_id: int
    border: Border | None


@dataclass(frozen=True, eq=False)
class DayInput:
    """One worker's day. `fixes` in any order, with any repetition.

    `planned`: shifts that begin on this day, to their end. `standby`: on call where the pack does
    not hold that to its rules. `duty`: on duty by the handset. `orders`: en route to
    cleared. `outages`: failures of the system itself. `excused`: granted on appeal.
    `now_us`: of a running day, else None. `tour`: of a guide, the grids to be toured this month.
    `exempt`: rules by the day that are not asked of the worker's post, in order.
    """

    worker_id: int
    day: date
    fixes: Fixes
    grounds: tuple[OwnGround, ...]
    planned: Spans = ()
    standby: Spans = ()
    leaves: Spans = ()
    duty: Spans = ()
    orders: Spans = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    now_us: int | None = None
    outages: Spans = ()
    excused: Spans = ()
    tour: tuple[TourGrid, ...] = ()
    exempt: tuple[DayRule, ...] = ()

    @cached_property
    def ordered(self) -> Fixes:
        """The fixes by time, each once."""
        return canonical(self.fixes)

    @cached_property
    def asked(self) -> Spans:
        """Planned time, or time on duty where nothing was planned, less standby, up to now."""
        unplanned = () if self.standby else self.duty or self._seen()
        return self._so_far(without(self.planned or unplanned, self.standby))

    @cached_property
    def work(self) -> Spans:
        """Time that was asked for, less leave and what was excused."""
        return without(self.asked, union(self.leaves, self.excused))

    @cached_property
    def domain(self) -> Spans:
        """All the time that is judged: planned or on duty, up to now."""
        return self._so_far(union(self.planned, self.standby, self.duty) or self._seen())

    @cached_property
    def outstanding(self) -> Spans:
        """Planned time that has not come yet."""
        if self.now_us is None:
            return ()
        ahead = tuple((max(start, self.now_us), end) for start, end in self.planned)
        return without(union(ahead), union(self.leaves, self.excused, self.standby))

    def lasting_checkpoints(self) -> frozenset[int]:
        """Those that were the worker's for all of the planned time: only these can be asked for."""
        spans: dict[int, list[Span]] = {}
        for each in self.checkpoints:
            spans.setdefault(each.checkpoint_id, []).append((each.from_us, each.to_us))
        return frozenset(
            number for number, held in spans.items() if not without(self.planned, union(held))
        )

    def _seen(self) -> Spans:
        if not len(self.fixes):
            return ()
        first, last = int(self.fixes["at_us"].min()), int(self.fixes["at_us"].max())
        return ((first, last),) if first < last else ()

    def _so_far(self, spans: Spans) -> Spans:
        if self.now_us is None:
            return spans
        return union((start, min(end, self.now_us)) for start, end in spans)


def input_hash(pack: RulePack, given: DayInput) -> str:
    """SHA-256 of all that decides a day: rules, roster, borders, orders and fixes.

    The order of arrival and repetitions of a fix do not change it.
    """
    facts = {
        "pack": [pack.code, pack.version],
        "worker": given.worker_id,
        "day": given.day.isoformat(),
        "now": given.now_us,
        "spans": [given.planned, given.standby, given.leaves, given.duty, given.orders],
        "fair": [given.outages, given.excused],
        "grounds": [
            [each.from_us, each.to_us, each.grid_ids, each.border.digest if each.border else None]
            for each in given.grounds
        ],
        "checkpoints": [
            [
                each.checkpoint_id,
                each.lon,
                each.lat,
                each.radius_m,
                *([each.visit_list] if each.visit_list else []),
            ]
            for each in given.checkpoints
        ],
    }
    if given.tour:
        facts["tour"] = [
            [each.grid_id, each.border.digest if each.border else None] for each in given.tour
        ]
    if given.exempt:
        facts["exempt"] = list(given.exempt)
    if scans := [[c.checkpoint_id, *c.scanned_us] for c in given.checkpoints if c.scanned_us]:
        facts["scans"] = scans
    in_part = [each for each in given.checkpoints if each.is_in_part]
    if in_part:
        facts["in part"] = [[c.checkpoint_id, c.from_us, c.to_us] for c in in_part]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(given.ordered).data)
    return digest.hexdigest()


def canonical(fixes: Fixes) -> Fixes:
    """The fixes by time, handset and content, each once."""
    if _in_order(fixes):
        return fixes
    keys = [fixes[name] for name in ("mock", "grid_id", "lat", "lon", "accuracy_m")]
    order = np.lexsort((*keys, fixes["handset_id"], fixes["at_us"]))
    ordered = fixes[order]
    packed = np.ascontiguousarray(ordered).view(np.dtype((np.void, FIX_DTYPE.itemsize)))
    fresh = np.ones(len(packed), dtype=bool)
    fresh[1:] = packed[1:] != packed[:-1]
    return ordered[fresh]


def _in_order(fixes: Fixes) -> bool:
    return bool(np.all(fixes["at_us"][1:] > fixes["at_us"][:-1]))
