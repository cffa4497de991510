"""Keeps the fixes of running days in memory, so that a refresh reads only what came since.

Owns that cache; it can be lost at any time, and each worker's part is read anew every ten minutes,
because fixes can also be taken back (duty ended earlier than known) or be committed late. A final
verdict never comes from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from console_server.attendance.day import FIX_DTYPE, Fixes
from console_server.attendance.fix_reader import read_fixes
from console_server.database import Connection

READ_ANEW_AFTER: Final = timedelta(minutes=10)
OVERLAP: Final = timedelta(minutes=2)  # a batch may be committed this long after it was received
_KEY: Final = ["at_us", "handset_id"]  # with the worker the store's key: what has it never changes
_NONE: Final = np.empty(0, FIX_DTYPE)


@dataclass(slots=True)
class _Held:
    fixes: Fixes
    whole_at: datetime
    read_at: datetime


@dataclass(slots=True)
class RunningFixes:
    """The fixes of running days by worker and the begin of the day."""

    _held: dict[tuple[int, datetime], _Held] = field(default_factory=dict)

    async def read(
        self,
        connection: Connection,
        worker_ids: Sequence[int],
        from_at: datetime,
        to_at: datetime,
    ) -> Mapping[int, Fixes]:
        """As `read_fixes`, but only what is not yet known leaves the store."""
        now = datetime.now(UTC)
        self._forget(now)
        known = [each for each in worker_ids if (each, from_at) in self._held]
        unknown = [each for each in worker_ids if (each, from_at) not in self._held]
        if unknown:
            whole = await read_fixes(connection, unknown, from_at, to_at)
            for each in unknown:
                self._held[each, from_at] = _Held(whole.get(each, _NONE), now, now)
        if known:
            since = min(self._held[each, from_at].read_at for each in known) - OVERLAP
            more = await read_fixes(connection, known, from_at, to_at, received_since=since)
            for each in known:
                held = self._held[each, from_at]
                held.read_at = now
                held.fixes = with_more(held.fixes, more.get(each, _NONE))
        return {each: self._held[each, from_at].fixes for each in worker_ids}

    def _forget(self, now: datetime) -> None:
        """Drop what must be read anew; a day that is over goes the same way."""
        stale = [key for key, held in self._held.items() if now - held.whole_at >= READ_ANEW_AFTER]
        for key in stale:
            del self._held[key]


def with_more(held: Fixes, more: Fixes) -> Fixes:
    """Both in order of time, what is known already once."""
    if not len(more):
        return held
    tail = held[np.searchsorted(held["at_us"], more["at_us"].min()) :]
    seen = set(tail[_KEY].tolist())
    new = np.array([key not in seen for key in more[_KEY].tolist()], dtype=np.bool_)
    if not new.any():
        return held
    joined = np.concatenate([held, more[new]])
    return joined[np.argsort(joined["at_us"], kind="stable")]
