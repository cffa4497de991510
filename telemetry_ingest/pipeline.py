"""THE list: what happens to the fixes of one batch, in order. No I/O.

Decoding comes before (`decoding.py`), storing after (`store.py`). Every rule takes all fixes of
the batch at once. To add a rule, write it where its subject is and put it into `RULES`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telemetry_ingest import coordinates, movement, screening
from telemetry_ingest.duty_book import Duty
from telemetry_ingest.fix import Fixes, Ints, Mask, Positions, Reason
from telemetry_ingest.geofencing import BorderHistory
from telemetry_ingest.movement import LastFixes
from telemetry_ingest.wire.live import Flag


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All that rules may know besides the fixes. Arrays are indexed by handset_id."""

    worker_of: Ints
    revoked_us: Ints
    duty: Duty
    borders: BorderHistory
    last: LastFixes
    oldest_us: int

    def workers(self, fixes: Fixes) -> Ints:
        """worker_id of each fix."""
        return self.worker_of[fixes.handset]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Fixes for which the rule holds end here."""

    reason: Reason
    rule: Callable[[Fixes, World], Mask]


@dataclass(frozen=True, slots=True)
class Convert:
    """Values are rewritten."""

    rule: Callable[[Fixes, World], Fixes]


@dataclass(frozen=True, slots=True)
class Mark:
    """Fixes for which the rule holds are kept, with this flag."""

    flag: Flag
    rule: Callable[[Fixes, World], Mask]


@dataclass(frozen=True, slots=True)
class SkipRepeats:
    """Fixes for which the rule holds have been seen: counted, nothing else."""

    rule: Callable[[Fixes, World], Mask]


RULES: Final = (
    Refuse(Reason.REVOKED, lambda f, w: screening.is_revoked(f, w.revoked_us)),
    Refuse(Reason.OFF_DUTY, lambda f, w: ~w.duty.covers(f.handset, f.at_us)),
    Convert(lambda f, _: coordinates.to_wgs84(f)),
    Convert(lambda f, _: screening.without_impossible_values(f)),
    Refuse(Reason.NOT_FINITE, lambda f, _: screening.is_not_finite(f)),
    Refuse(Reason.SWAPPED_AXES, lambda f, w: screening.is_swapped(f, w.borders.region)),
    Refuse(Reason.OUT_OF_RANGE, lambda f, _: screening.is_out_of_range(f)),
    Refuse(Reason.NULL_ISLAND, lambda f, _: screening.is_null_island(f)),
    Refuse(Reason.FUTURE, lambda f, _: screening.is_future(f)),
    Refuse(Reason.TOO_OLD, lambda f, w: screening.is_too_old(f, w.oldest_us)),
    SkipRepeats(lambda f, _: screening.is_repeated(f)),
    Mark(Flag.MOCK, lambda f, _: screening.is_mock(f)),
    Mark(
        Flag.IMPLAUSIBLE_SPEED,
        lambda f, w: movement.is_implausibly_fast(f, w.workers(f), w.last),
    ),
    Mark(Flag.COARSE, lambda f, _: screening.is_coarse(f)),
    Mark(Flag.LATE, lambda f, w: movement.is_late(f, w.workers(f), w.last)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What became of the fixes of one batch."""

    positions: Positions
    refused: list[tuple[Reason, Fixes]] = field(default_factory=list)
    repeats: int = 0


def judge(fixes: Fixes, world: World) -> Judgement:
    """Apply every rule, then find the grid. All handsets of `fixes` are known to `world`."""
    flags = np.zeros(len(fixes), dtype=np.int64)
    refused: list[tuple[Reason, Fixes]] = []
    repeats = 0
    for step in RULES:
        if isinstance(step, Convert):
            fixes = step.rule(fixes, world)
            continue
        hit = step.rule(fixes, world)
        if not hit.any():
            continue
        if isinstance(step, Mark):
            flags[hit] |= int(step.flag)
            continue
        if isinstance(step, Refuse):
            refused.append((step.reason, fixes.where(hit)))
        else:
            repeats += int(hit.sum())
        fixes, flags = fixes.where(~hit), flags[~hit]
    grid = world.borders.locate(fixes.lon, fixes.lat, fixes.at_us)
    return Judgement(Positions(fixes, world.workers(fixes), grid, flags), refused, repeats)
