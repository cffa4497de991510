"""Owns the book of a load run: which fixes were sent, which the broker has acknowledged, and when.

A fix is known by its handset and its instant. Times run from the instant at which a fix was due,
not from when the process got round to it, so that a slow sender cannot hide a slow broker.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

QUANTILES: Final = {"p50_s": 0.5, "p90_s": 0.9, "p99_s": 0.99, "max_s": 1.0}


@dataclass(slots=True)
class HandsetPage:
    """One handset's fixes: numbered 0, 1, 2 … in the order of their instants (Unix s)."""

    worker_id: int
    due_s: list[float] = field(default_factory=list)
    number_of: dict[float, int] = field(default_factory=dict)
    acked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Ledger:
    """All pages of a run, by handset id."""

    pages: dict[str, HandsetPage] = field(default_factory=dict)
    repeated_acks: int = 0
    _after_s: "array[float]" = field(default_factory=lambda: array("d"))

    def open_page(self, handset_id: str, worker_id: int) -> None:
        """Begin a handset's page."""
        self.pages[handset_id] = HandsetPage(worker_id)

    def sent(self, handset_id: str, fixed_at_s: float, due_s: float) -> None:
        """A fix was handed over for sending."""
        page = self.pages[handset_id]
        page.number_of[fixed_at_s] = len(page.due_s)
        page.due_s.append(due_s)

    def acknowledged(self, handset_id: str, fixed_at_s: tuple[float, ...], now_s: float) -> None:
        """The broker has acknowledged a message with these fixes."""
        page = self.pages[handset_id]
        for instant in fixed_at_s:
            number = page.number_of[instant]
            if number in page.acked:
                self.repeated_acks += 1
                continue
            page.acked.add(number)
            self._after_s.append(now_s - page.due_s[number])

    @property
    def sent_count(self) -> int:
        """Fixes handed over so far."""
        return sum(len(page.due_s) for page in self.pages.values())

    @property
    def acked_count(self) -> int:
        """Fixes acknowledged so far."""
        return len(self._after_s)

    def latencies(self) -> dict[str, float | None]:
        """Seconds from due to acknowledged, by quantile; None while nothing was acknowledged."""
        if not self._after_s:
            return dict.fromkeys(QUANTILES)
        after_s = np.frombuffer(self._after_s, dtype=np.float64)
        return {name: round(float(np.quantile(after_s, q)), 6) for name, q in QUANTILES.items()}

    def write(self, path: Path) -> None:
        """Write the acknowledged fixes: worker id, handset, number, instant, one line each."""
        with path.open("w", encoding="utf-8") as book:
            book.write("worker_id,handset_id,number,fixed_at\n")
            for handset_id, page in self.pages.items():
                for instant, number in page.number_of.items():
                    if number in page.acked:
                        book.write(f"{page.worker_id},{handset_id},{number},{instant:.3f}\n")
