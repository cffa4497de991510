"""Counters: what this process has received, stored and refused since it started.

Owns the numbers; `metrics.py` and the heartbeat show them. Each number has one writer.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telemetry_ingest.fix import Floats, Ints

LAG_BOUNDS_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400)
BATCH_BOUNDS: Final = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


class Histogram:
    """Counts of values up to each bound; takes a whole batch at once."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = np.array(bounds, dtype=np.float64)
        self.counts: Ints = np.zeros(len(bounds) + 1, dtype=np.int64)  # the last: beyond all
        self.total = 0.0

    def observe(self, values: Floats) -> None:
        """Add values."""
        where = np.searchsorted(self.bounds, values, side="left")
        self.counts += np.bincount(where, minlength=len(self.counts))
        self.total += float(values.sum())


@dataclass(slots=True)
class Counters:
    """Fixes are counted in `received`, `committed`, `duplicate`; the rest counts messages."""

    messages: int = 0
    received: int = 0
    committed: int = 0
    duplicate: int = 0
    inbox: int = 0
    redelivered: int = 0  # sent again by the broker while we still held the message
    removed: int = 0  # stored positions deleted because a late message said "off duty"
    live_frames: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    reconnects: Counter[str] = field(default_factory=Counter)
    last_commit_at: float | None = None
    to_commit_s: Histogram = field(default_factory=lambda: Histogram(LAG_BOUNDS_S))
    to_live_s: Histogram = field(default_factory=lambda: Histogram(LAG_BOUNDS_S))
    batch_fixes: Histogram = field(default_factory=lambda: Histogram(BATCH_BOUNDS))
