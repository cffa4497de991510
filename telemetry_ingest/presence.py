"""Presence: where each worker is now, as far as is known, and why a handset is silent.

Owns the newest state of every worker that consoles see; not its transport (`live.py`). Pure but
for being told: it has no clock and no connection. A worker off duty has no place in here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from telemetry_ingest.duty import Period
from telemetry_ingest.fix import US_PER_S
from telemetry_ingest.wire.handset import StatusMessage
from telemetry_ingest.wire.live import LivePosition
from telemetry_ingest.wire.presence import (
    BATTERY_FLAT_BELOW_SHARE,
    Presence,
    SilentCause,
    presence_at,
)

NETWORK_MAX_CHARS: Final = 32
OVERTAKING_US: Final = 2 * US_PER_S  # a fix may arrive this long after a status sent later


@dataclass(frozen=True, slots=True)
class Health:
    """What a handset last said of itself; None where it never did."""

    at_us: int
    online: bool
    battery: float | None = None
    network: str | None = None
    permission: bool | None = None
    optimised: bool | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """The newest fix of a worker, in the units of table `positions`."""

    at_us: int
    lon: float
    lat: float
    accuracy_m: float | None
    speed_mps: float | None
    course_deg: float | None
    battery: float | None
    grid_id: int | None
    flags: int


def health_after(before: Health | None, at_us: int, said: StatusMessage) -> Health:
    """Health after a status; what it leaves unsaid stays."""
    known = before or Health(at_us, said.online)
    battery = None if said.bat is None or not 0 <= said.bat <= 100 else said.bat / 100
    network = said.net.replace("\0", "")[:NETWORK_MAX_CHARS] if said.net else None
    return Health(
        at_us,
        said.online,
        known.battery if battery is None else battery,
        network or known.network,
        known.permission if said.permission is None else said.permission,
        known.optimised if said.optimised is None else said.optimised,
    )


def silent_cause(health: Health | None, *, silent: bool) -> SilentCause:
    """Why a handset says nothing, or will not; `silent` when it already does so."""
    if health is None:
        return SilentCause.UNKNOWN if silent else SilentCause.NONE
    if health.permission is False:
        return SilentCause.NO_PERMISSION
    if not health.online:
        if health.battery is not None and health.battery < BATTERY_FLAT_BELOW_SHARE:
            return SilentCause.BATTERY_FLAT
        return SilentCause.APP_KILLED if health.optimised else SilentCause.NO_NETWORK
    return SilentCause.NO_GNSS if silent else SilentCause.NONE


@dataclass(slots=True)
class LiveBook:
    """The newest state of every worker that was ever on duty or seen.

    `duty_at` gives the duty period that a worker is in at an instant (worker_id, us), if any.
    """

    duty_at: Callable[[int, int], Period | None]
    handsets_of: Callable[[int], Iterable[int]]
    health: dict[int, Health] = field(default_factory=dict)  # by handset_id
    sightings: dict[int, Sighting] = field(default_factory=dict)  # by worker_id
    shown: dict[int, LivePosition] = field(default_factory=dict)  # by worker_id

    def update(self, workers: Iterable[int], now_us: int) -> list[LivePosition]:
        """Look at these workers again; what consoles must be told."""
        changed = []
        for worker in workers:
            state = self._state(worker, now_us)
            before = self.shown.get(worker)
            if state != before and (before is not None or state.on_duty):
                self.shown[worker] = state
                changed.append(state)
        return changed

    def saw(self, worker: int, handset: int, sighting: Sighting, received_us: int) -> None:
        """A newer fix came: whatever kept the handset silent is over, if the fix is not older."""
        self.sightings[worker] = sighting
        health = self.health.get(handset)
        if health is None or received_us < health.at_us + OVERTAKING_US:
            return
        if not health.online or health.permission is False:
            self.health[handset] = replace(health, online=True, permission=None)

    def _state(self, worker: int, now_us: int) -> LivePosition:
        duty = self.duty_at(worker, now_us)
        if duty is None:
            self.sightings.pop(worker, None)
            return LivePosition(worker, on_duty=False)
        seen = self.sightings.get(worker)
        if seen is not None and seen.at_us < duty.started_us:
            seen = None
        cause = self._cause(worker, seen.at_us if seen else duty.started_us, now_us)
        if seen is None:
            return LivePosition(worker, on_duty=True, cause=cause)
        return LivePosition(
            worker,
            on_duty=True,
            fixed_at=seen.at_us / US_PER_S,
            lon=seen.lon,
            lat=seen.lat,
            accuracy_m=seen.accuracy_m,
            speed_mps=seen.speed_mps,
            course_deg=seen.course_deg,
            battery=seen.battery,
            grid_id=seen.grid_id,
            flags=seen.flags,
            cause=cause,
        )

    def _cause(self, worker: int, heard_us: int, now_us: int) -> SilentCause:
        presence = presence_at(now_us / US_PER_S, on_duty=True, last_fix_at_s=heard_us / US_PER_S)
        known = [self.health[h] for h in self.handsets_of(worker) if h in self.health]
        latest = max(known, key=lambda health: health.at_us, default=None)
        return silent_cause(latest, silent=presence is Presence.SILENT)
