"""Presence: what "online", "stale" and "silent" mean, decided by the clock.

Both planes and the browser must mean the same thing by it, so it is part of the boundary. Pure.
"""

from enum import IntEnum
from typing import Final

ONLINE_WITHIN_S: Final = 90.0  # three missed 30 s reports
STALE_WITHIN_S: Final = 300.0  # after five minutes without a fix a dispatcher must not rely on it


class Presence(IntEnum):
    """How far a worker's place on the map can be relied on."""

    OFF_DUTY = 0
    ONLINE = 1
    STALE = 2
    SILENT = 3


class SilentCause(IntEnum):
    """Why a handset that should report does not, as far as it could still tell."""

    NONE = 0
    NO_NETWORK = 1  # the broker lost the connection
    NO_PERMISSION = 2  # the phone's owner withdrew the location permission
    BATTERY_FLAT = 3  # the last battery level seen was critical
    APP_KILLED = 4  # battery optimisation is on: the system may have stopped the app
    NO_GNSS = 5  # connected, but without fixes
    UNKNOWN = 6


BATTERY_FLAT_BELOW_SHARE: Final = 0.05


def presence_at(now_s: float, *, on_duty: bool, last_fix_at_s: float | None) -> Presence:
    """Presence at `now_s` of a worker whose newest fix is of `last_fix_at_s` (Unix seconds)."""
    if not on_duty:
        return Presence.OFF_DUTY
    if last_fix_at_s is None:
        return Presence.SILENT
    age_s = now_s - last_fix_at_s
    if age_s <= ONLINE_WITHIN_S:
        return Presence.ONLINE
    return Presence.STALE if age_s <= STALE_WITHIN_S else Presence.SILENT
