"""Owns the record of how much memory each part holds while a run lasts, and whether it is flat."""

import asyncio
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from simulators.faults.installation import Installation

MIB: Final = 2**20
SAMPLE_EVERY_S: Final = 1.0
# Flat: the last quarter holds no more than the second one, but for this. The first is warming up.
GROWTH_ALLOWED: Final = 0.10
GROWTH_ALLOWED_MIB: Final = 16.0


@dataclass(slots=True)
class MemoryRecord:
    """Resident MiB by part, one sample a second."""

    samples: dict[str, list[float]] = field(default_factory=dict)

    async def run(self, installation: Installation) -> None:
        """Sample until cancelled."""
        while True:
            for part, size in installation.memory().items():
                self.samples.setdefault(part, []).append(size / MIB)
            await asyncio.sleep(SAMPLE_EVERY_S)

    def figures(self) -> dict[str, dict[str, float]]:
        """By part: the medians of the second and the last quarter, and the highest, in MiB."""
        return {
            part: {
                "second_quarter_mib": round(_quarter(sizes, 1), 1),
                "last_quarter_mib": round(_quarter(sizes, 3), 1),
                "highest_mib": round(max(sizes), 1),
            }
            for part, sizes in self.samples.items()
        }

    def grew(self) -> list[str]:
        """Parts whose memory was not flat."""
        return [part for part, sizes in self.samples.items() if not _is_flat(sizes)]


def _is_flat(sizes: list[float]) -> bool:
    before, after = _quarter(sizes, 1), _quarter(sizes, 3)
    return after <= before * (1 + GROWTH_ALLOWED) + GROWTH_ALLOWED_MIB


def _quarter(sizes: list[float], number: int) -> float:
    quarter = max(1, len(sizes) // 4)
    return median(sizes[number * quarter :][:quarter] or sizes[-1:])
