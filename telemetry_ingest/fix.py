"""Fixes of one batch as columns, and the reasons for which a fix or a message is refused.

Owns the shapes that all rules share; no rule itself. Arrays of one `Fixes` have one length, in
the order of arrival. Instants are whole microseconds since 1970 (the store's resolution), so
that equality means the same here and there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

US_PER_S: Final = 1_000_000
NEVER_US: Final = np.iinfo(np.int64).min  # an instant that is not known
FOREVER_US: Final = np.iinfo(np.int64).max  # an end that has not come
# No instant beyond is meant (year 5138); it keeps microseconds within int64.
_SECONDS_BOUND: Final = 1e11


class Reason(StrEnum):
    """Why something was refused: the value in `rejected_fixes.reason` and in the counters."""

    MALFORMED = "malformed"  # not JSON, not UTF-8, or nested too deep
    INVALID = "invalid"  # JSON, but a value is missing or of the wrong type
    TOO_LARGE = "too_large"
    TOO_MANY_FIXES = "too_many_fixes"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_HANDSET = "unknown_handset"
    REVOKED = "revoked"  # recorded after the handset's enrolment had ended
    OFF_DUTY = "off_duty"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    NULL_ISLAND = "null_island"  # 0/0, which receivers report when they know nothing
    SWAPPED_AXES = "swapped_axes"  # latitude and longitude exchanged
    FUTURE = "future"
    TOO_OLD = "too_old"
    UNSTORABLE = "unstorable"  # the store refuses it, whatever the reason


REASONS: Final = tuple(Reason)


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Columns of n fixes. Unknown is NaN in measured values and `NEVER_US` in `sent_us`."""

    row: Ints  # index of the fix among all that were decoded of the batch
    handset: Ints  # handsets.handset_id
    at_us: Ints
    received_us: Ints
    sent_us: Ints
    lon: Floats  # degrees, in `datum` until converted, then WGS-84
    lat: Floats
    accuracy_m: Floats
    speed_mps: Floats
    course_deg: Floats
    battery: Floats  # share 0-1
    mock: Mask
    datum: Ints  # index into `coordinates.DATUMS`

    def __len__(self) -> int:
        return len(self.at_us)

    def where(self, chosen: Mask | Ints) -> Self:
        """The rows of a mask or of indices, in that order."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Accepted fixes with what was derived from them; the columns of table `positions`."""

    fixes: Fixes
    worker: Ints
    grid: Ints  # areas.area_id, 0 for none
    flags: Ints  # wire.live.Flag bits

    def __len__(self) -> int:
        return len(self.fixes)

    def where(self, chosen: Mask | Ints) -> Self:
        """The rows of a mask or of indices, in that order."""
        return replace(
            self,
            fixes=self.fixes.where(chosen),
            worker=self.worker[chosen],
            grid=self.grid[chosen],
            flags=self.flags[chosen],
        )


def to_us(seconds: Floats) -> Ints:
    """Unix seconds as whole microseconds; not a number is `NEVER_US`, the absurd is cut off."""
    known = ~np.isnan(seconds)
    bounded = np.clip(np.where(known, seconds, 0.0), -_SECONDS_BOUND, _SECONDS_BOUND)
    return np.where(known, np.rint(bounded * US_PER_S).astype(np.int64), NEVER_US)


def instant_us(seconds: float) -> int:
    """One instant in Unix seconds as whole microseconds, by the same rule as `to_us`."""
    return int(to_us(np.array([seconds]))[0])


def floats(values: Sequence[float | None]) -> Floats:
    """A column; None becomes NaN."""
    return np.array(values, dtype=np.float64)
