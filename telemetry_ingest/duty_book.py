"""The duty book: the duty of all handsets as this process knows it, in memory.

Owns the recent periods (`RECENT_US`) and answers from them; older ones are read when a batch needs
them. Only the thread that records fixes uses it. This process is the only one that changes duty
in its areas, so the book is right between two readings of the store.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telemetry_ingest.duty import Period, Periods, Timelines, merged
from telemetry_ingest.fix import FOREVER_US, US_PER_S, Ints, Mask
from telemetry_ingest.reference import Reference
from telemetry_ingest.screening import AHEAD_MAX_US

RECENT_US: Final = 3 * 86_400 * US_PER_S
RUN_MAX: Final = 100  # rows looked at to find where an unbroken period began


@dataclass(frozen=True, slots=True, eq=False)
class Duty:
    """Which instants are on duty: as in the book, some handsets otherwise."""

    book: Timelines
    instead: Timelines | None = None
    handsets: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def covers(self, handset: Ints, at_us: Ints) -> Mask:
        """Whether each instant lies in a duty period of its handset."""
        covered = self.book.covers(handset, at_us)
        if self.instead is None:
            return covered
        other = np.isin(handset, self.handsets)
        covered[other] = self.instead.covers(handset[other], at_us[other])
        return covered


@dataclass(slots=True)
class DutyBook:
    """Periods by handset_id, and how to find those of a worker."""

    since_us: int = 0
    _said: dict[int, Periods] = field(default_factory=dict)
    _planned: dict[int, Periods] = field(default_factory=dict)
    _timelines: Timelines | None = None

    def replace_all(self, said: Mapping[int, Periods], reference: Reference, since_us: int) -> None:
        """Start anew from the store's rows that reach past `since_us`."""
        self._said, self._planned, self.since_us = dict(said), reference.schedules, since_us
        self._timelines = None

    def replace_some(self, said: Mapping[int, Periods]) -> None:
        """Take over what a batch changed, once it is committed."""
        if said:
            self._said.update(said)
            self._timelines = None

    def duty(self, instead: Mapping[int, Periods]) -> Duty:
        """For the rules; `instead` holds what this batch changes or had to read."""
        if self._timelines is None:
            self._timelines = Timelines.of({**self._planned, **self._said})
        if not instead:
            return Duty(self._timelines)
        return Duty(self._timelines, Timelines.of(instead), np.array(sorted(instead)))

    def at(self, reference: Reference, worker: int, now_us: int) -> Period | None:
        """The duty period that a worker is in now; a handset's clock may be ahead."""
        for handset in reference.of_worker.get(worker, ()):
            if reference.revoked_us[handset.handset_id] <= now_us:
                continue
            begun_us = now_us + (AHEAD_MAX_US if handset.native else 0)
            planned = () if handset.says_duty else self._planned.get(handset.handset_id, ())
            rows = self._said.get(handset.handset_id, planned)
            begun = bisect_right(rows, Period(begun_us, FOREVER_US))
            for period in reversed(merged(rows[max(0, begun - RUN_MAX) : begun])):
                if period.ended_us > now_us:
                    return period
        return None
