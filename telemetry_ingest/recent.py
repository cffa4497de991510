"""Recent: how fast fixes were committed in the last minute, and how old they were by then.

Owns the window; counters run from the start of the process (`counters.py`).
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from telemetry_ingest.counters import Counters
from telemetry_ingest.fix import Ints

WINDOW_S: Final = 60.0


class Sample(NamedTuple):
    """The counters at one moment."""

    at_s: float
    committed: int
    to_commit: Ints


class Recent:
    """Samples of the last minute, taken whenever it is asked."""

    def __init__(self, counters: Counters, clock: Callable[[], float] = time.monotonic) -> None:
        self._counters, self._clock = counters, clock
        self._samples = deque([self._sample()])

    def look(self) -> None:
        """Take a sample; forget those that are too old, but one."""
        now = self._sample()
        self._samples.append(now)
        while len(self._samples) > 2 and self._samples[1].at_s < now.at_s - WINDOW_S:
            self._samples.popleft()

    @property
    def committed_per_s(self) -> float:
        """Fixes committed a second."""
        first, last = self._samples[0], self._samples[-1]
        return (last.committed - first.committed) / max(last.at_s - first.at_s, 1.0)

    def lag_s(self, share: float) -> float | None:
        """This share (0-1) of live fixes was committed at most so long after they were recorded.

        None without fixes; infinite beyond the last bound of the histogram.
        """
        counts = np.cumsum(self._samples[-1].to_commit - self._samples[0].to_commit)
        if not counts[-1]:
            return None
        bounds = np.append(self._counters.to_commit_s.bounds, np.inf)
        return float(bounds[np.searchsorted(counts, share * counts[-1])])

    def _sample(self) -> Sample:
        counters = self._counters
        return Sample(self._clock(), counters.committed, counters.to_commit_s.counts.copy())
