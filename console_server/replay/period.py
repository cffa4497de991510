"""The period of a replay: which ones can be asked for, and how it is cut into chunks and bins.

Pure; the clock and how long positions are kept come in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from console_server.errors import Invalid, NotFound
from console_server.replay.chunk import CHUNK_S

PERIOD_MAX: Final = timedelta(days=7)  # a case's lifetime; a month is a report, not a film
YEARS: Final = (2000, 2199)  # others are slips of the pen that a store may not even hold
RANGE: Final = ("from", "to")
BINS_MAX: Final = 240  # a timeline has no more pixels to tell apart
BIN_LENGTHS_S: Final = (60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Period:
    """`[from_at, to_at)` in whole seconds."""

    from_at: datetime
    to_at: datetime

    @property
    def length_s(self) -> int:
        """How long it is."""
        return int((self.to_at - self.from_at).total_seconds())

    @property
    def chunks(self) -> int:
        """How many chunks it is cut into; the last may be shorter."""
        return -(-self.length_s // CHUNK_S)

    @property
    def bin_s(self) -> int:
        """How long a bar of the timeline is."""
        return next(
            (each for each in BIN_LENGTHS_S if self.length_s <= each * BINS_MAX), BIN_LENGTHS_S[-1]
        )

    def chunk(self, index: int) -> "Period":
        """The time of one chunk.

        Raises:
            NotFound: the period has no such chunk.
        """
        if not 0 <= index < self.chunks:
            raise NotFound("chunk", index)
        start = self.from_at + timedelta(seconds=index * CHUNK_S)
        return Period(start, min(self.to_at, start + timedelta(seconds=CHUNK_S)))


def period_asked(from_at: datetime, to_at: datetime, now: datetime, kept_from: datetime) -> Period:
    """The period that is asked for, up to now.

    Raises:
        Invalid: it has no offset, no length, more of it than can be replayed at once, lies in the
            future, or is older than positions are kept.
    """
    for each in (from_at, to_at):
        if each.tzinfo is None or not YEARS[0] <= each.year <= YEARS[1]:
            raise Invalid("An instant needs its offset from UTC and a year such as 2026.", RANGE)
    start, end = from_at.replace(microsecond=0), min(to_at, now).replace(microsecond=0)
    if to_at <= from_at:
        raise Invalid("`from` must lie before `to`.", RANGE)
    if end <= start:
        raise Invalid("That has not happened yet: `from` lies in the future.", RANGE)
    if to_at - from_at > PERIOD_MAX:
        raise Invalid(f"A replay is at most {PERIOD_MAX.days} days long.", RANGE)
    if end <= kept_from:
        raise Invalid(
            f"There is no record any more: positions are kept from {kept_from:%Y-%m-%d} on.", RANGE
        )
    return Period(start, end)
