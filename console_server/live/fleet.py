"""What is known of every worker right now, as columns by slot.

Owns the newest values and what consoles may be shown of them at an instant; not who is told
(`hub.py`). Pure: positions and the clock come in as arguments. An off-duty worker's place is not
kept at all.
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from console_server.live.frame import Bools, Columns
from console_server.live.roster import Roster
from telemetry_ingest.wire.live import COURSE_UNKNOWN, FrameState, LivePosition
from telemetry_ingest.wire.presence import (
    ONLINE_WITHIN_S,
    STALE_WITHIN_S,
    Presence,
    SilentCause,
)

LOW_BATTERY_BELOW_SHARE = 0.2
BATTERY_STEP_SHARE = 0.05  # finer changes of the battery are not worth a message
NO_GRID = 0
Floats = NDArray[np.float64]
Key = TypeVar("Key", int, str)


class Fleet:
    """One row per worker in service; NaN is unknown. Times Unix s, lon/lat degrees WGS-84."""

    def __init__(self, roster: Roster) -> None:
        count = len(roster.rows)
        self.roster = roster
        self.area_codes = roster.area_codes()
        self.slot_of = {row.worker_id: slot for slot, row in enumerate(roster.rows)}
        self.own_grids = [frozenset(row.grid_ids) for row in roster.rows]
        self.on_duty = np.zeros(count, dtype=np.bool_)
        self.grid_id = np.zeros(count, dtype=np.int32)
        self.outside = np.zeros(count, dtype=np.bool_)
        self.cause = np.zeros(count, dtype=np.uint8)
        self.running_orders = np.zeros(count, dtype=np.int32)
        self.duress = np.zeros(count, dtype=np.bool_)
        self.reachable = np.array([row.reachable for row in roster.rows], dtype=np.bool_)
        for name in _MEASURED:
            setattr(self, name, np.full(count, np.nan))
        ids = np.array([row.worker_id for row in roster.rows], dtype=np.int64)
        self._slots = np.argsort(ids)
        self._worker_ids = ids[self._slots]
        self._slots_of_grid = _slots_by(row.grid_ids for row in roster.rows)
        self._slots_of_group = _slots_by([row.group_code or ""] for row in roster.rows)
        self._slots_of_skill = _slots_by(row.skills for row in roster.rows)

    fixed_at: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    speed_mps: Floats
    course_deg: Floats
    battery: Floats

    def take_reachable(self, roster: Roster) -> None:
        """Take over who has a handset; the workers must be the same."""
        self.roster = roster
        self.reachable = np.array([row.reachable for row in roster.rows], dtype=np.bool_)

    def apply(self, positions: Iterable[LivePosition]) -> None:
        """Take over newer values; workers who are not on the roster are skipped."""
        for position in positions:
            slot = self.slot_of.get(position.worker_id)
            if slot is not None:
                self._apply_one(slot, position)

    def _apply_one(self, slot: int, position: LivePosition) -> None:
        seen = position.on_duty
        self.on_duty[slot] = seen
        self.cause[slot] = position.cause if seen else SilentCause.NONE
        for name in _MEASURED:
            value = getattr(position, name) if seen else None
            getattr(self, name)[slot] = np.nan if value is None else value
        grid_id = position.grid_id or NO_GRID if seen else NO_GRID
        own = self.own_grids[slot]
        self.grid_id[slot] = grid_id
        placed = seen and position.lon is not None
        self.outside[slot] = placed and bool(own) and grid_id not in own

    def slots_of(self, worker_ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """The slot of each worker, -1 for whoever is not on the roster."""
        if not len(self._worker_ids):
            return np.full(len(worker_ids), -1, dtype=np.intp)
        at = np.minimum(np.searchsorted(self._worker_ids, worker_ids), len(self._worker_ids) - 1)
        return np.where(self._worker_ids[at] == worker_ids, self._slots[at], -1)

    def owners_of(self, grid_id: int | None) -> Bools:
        """By slot: whose own grid this is."""
        return self._at(self._slots_of_grid.get(grid_id or NO_GRID, []))

    def members_of(self, group_code: str | None) -> Bools:
        """By slot: who belongs to the functional group."""
        return self._at(self._slots_of_group.get(group_code or "", []))

    def skilled_in(self, skill: str | None) -> Bools:
        """By slot: who has the skill."""
        return self._at(self._slots_of_skill.get(skill or "", []))

    def _at(self, slots: list[int]) -> Bools:
        found = np.zeros(len(self.own_grids), dtype=np.bool_)
        found[slots] = True
        return found

    def presence(self, now_s: float) -> NDArray[np.uint8]:
        """`presence_at` of every worker at once."""
        age_s = now_s - self.fixed_at
        with np.errstate(invalid="ignore"):
            fresh = np.where(age_s <= STALE_WITHIN_S, Presence.STALE, Presence.SILENT)
            fresh = np.where(age_s <= ONLINE_WITHIN_S, Presence.ONLINE, fresh)
        return np.where(self.on_duty, fresh, Presence.OFF_DUTY).astype(np.uint8)

    def columns(self, now_s: float) -> Columns:
        """What consoles are shown at `now_s`."""
        placed = self.on_duty & ~np.isnan(self.lon) & ~np.isnan(self.fixed_at)
        steps = np.round(np.nan_to_num(self.course_deg) / 2) % 180
        course = np.where(placed & ~np.isnan(self.course_deg), steps, COURSE_UNKNOWN)
        return Columns(
            lon_e7=np.round(np.where(placed, self.lon, 0) * 1e7).astype(np.int32),
            lat_e7=np.round(np.where(placed, self.lat, 0) * 1e7).astype(np.int32),
            fixed_at=np.where(placed, self.fixed_at, 0).astype(np.uint32),
            state=self._state(now_s),
            course_2deg=course.astype(np.uint8),
        )

    def _state(self, now_s: float) -> NDArray[np.uint8]:
        low = self.battery < LOW_BATTERY_BELOW_SHARE
        flags = (
            (self.on_duty & (self.running_orders > 0)) * FrameState.ON_ORDER.value
            + (self.on_duty & self.outside) * FrameState.OUTSIDE_OWN_GRID.value
            + (self.on_duty & low) * FrameState.LOW_BATTERY.value
            + self.duress * FrameState.DURESS.value
        )
        return np.asarray(self.presence(now_s) | flags.astype(np.uint8))

    def shown_causes(self, now_s: float) -> NDArray[np.uint8]:
        """`SilentCause` as far as it matters: nobody who reports has one, everyone silent does."""
        presence = self.presence(now_s)
        unexplained = (presence == Presence.SILENT) & (self.cause == SilentCause.NONE)
        shown = np.where(unexplained, SilentCause.UNKNOWN, self.cause)
        return np.where(presence >= Presence.STALE, shown, SilentCause.NONE).astype(np.uint8)

    def shown_batteries(self) -> Floats:
        """Battery shares in steps, so that consoles hear of changes that matter; NaN unknown."""
        return np.round(self.battery / BATTERY_STEP_SHARE) * BATTERY_STEP_SHARE


def _slots_by(values: Iterable[Iterable[Key]]) -> dict[Key, list[int]]:
    """Which slots have each value; nobody has the empty one."""
    found: dict[Key, list[int]] = {}
    for slot, own in enumerate(values):
        for value in own:
            if value:
                found.setdefault(value, []).append(slot)
    return found


_MEASURED = ("fixed_at", "lon", "lat", "accuracy_m", "speed_mps", "course_deg", "battery")
