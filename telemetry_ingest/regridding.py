"""Regridding: stored fixes are asked again in which grid they lie when a border came to hold late.

Owns the working off of `border_corrections`, which the store fills with every change of a border.
Each is looked at twice: at once, and when every process has read the borders anew, for what was
still judged by the old ones. Days of workers whose fixes changed are marked for attendance.
"""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
import structlog
from psycopg import Connection

from telemetry_ingest.errors import StoreUnavailable
from telemetry_ingest.fix import US_PER_S
from telemetry_ingest.geofencing import BorderHistory
from telemetry_ingest.reference import BORDERS, borders_of
from telemetry_ingest.reference_keeper import REFRESH_EVERY_S
from telemetry_ingest.settings import Settings
from telemetry_ingest.store import Store, days_of, mark_days
from telemetry_ingest.waiting import Backoff, WaitingRoom

POLL_S: Final = 1.0
SETTLED_AFTER_S: Final = 2 * REFRESH_EVERY_S  # by then nobody knows the old borders any more
LOOK_BACK_S: Final = 60.0  # clocks of processes may differ by less
ROWS_AT_ONCE: Final = 50_000
Column = np.ndarray[Any, Any]
ALWAYS: Final = -math.inf
WAITING: Final = "SELECT correction_id FROM border_corrections"
# One process at a time. Instants as Unix seconds: they carry infinity to Python and back.
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtext('gridbeat regridding'))"
CORRECTIONS: Final = """
    SELECT extract(epoch FROM from_at)::float8, extract(epoch FROM to_at)::float8, wkb
    FROM border_corrections WHERE correction_id = ANY(%(ids)s)
"""
STORED: Final = """
    SELECT worker_id, (extract(epoch FROM fixed_at) * 1000000)::bigint, handset_id,
           coalesce(grid_id, 0), lon, lat
    FROM positions
    WHERE fixed_at >= to_timestamp(%(from_s)s) AND fixed_at <= to_timestamp(%(to_s)s)
      AND lon BETWEEN %(west)s AND %(east)s AND lat BETWEEN %(south)s AND %(north)s
      AND received_at >= to_timestamp(%(received_s)s)
"""
RESTATE: Final = """
    UPDATE positions p SET grid_id = nullif(n.grid_id, 0)
    FROM unnest(%(worker)s::integer[], %(at_us)s::bigint[], %(handset)s::integer[],
                %(grid)s::integer[]) AS n (worker_id, at_us, handset_id, grid_id)
    WHERE p.worker_id = n.worker_id AND p.handset_id = n.handset_id
      AND p.fixed_at = timestamptz 'epoch' + n.at_us * interval '1 microsecond'
      AND p.fixed_at BETWEEN to_timestamp(%(first_s)s) AND to_timestamp(%(last_s)s)
"""
FORGET: Final = "DELETE FROM border_corrections WHERE correction_id = ANY(%(ids)s)"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Extent:
    """A time, Unix seconds, and a box, degrees, within which stored fixes are asked again."""

    from_s: float
    to_s: float
    west: float
    south: float
    east: float
    north: float


class Regridder(threading.Thread):
    """Works off what borders changed, on a connection of its own."""

    def __init__(
        self, settings: Settings, room: WaitingRoom, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(name="regridding", daemon=True)
        self._clock = clock
        self._zone = settings.zone
        self._store = Store(settings.database_url)
        self._room = room
        self._backoff = Backoff(room, self.name, "store")
        self._looked_at: dict[int, float] = {}  # when first, by the number of the correction

    def run(self) -> None:
        """Look for corrections until the process stops."""
        while not self._room.stopping.wait(POLL_S):
            try:
                self.look()
                self._backoff.succeeded()
            except StoreUnavailable as error:
                self._backoff.wait(str(error))
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def look(self) -> None:
        """Do what is due.

        Raises:
            StoreUnavailable: try again later; nothing of it is done.
        """
        with self._store.transaction() as connection:
            waiting = {number for (number,) in connection.execute(WAITING).fetchall()}
        now = self._clock()
        self._looked_at = {n: at for n, at in self._looked_at.items() if n in waiting}
        if fresh := sorted(waiting - self._looked_at.keys()):
            self._regrid(fresh, ALWAYS)
            self._looked_at |= dict.fromkeys(fresh, now)
        ripe = [n for n, at in self._looked_at.items() if now - at >= SETTLED_AFTER_S]
        if ripe:
            first = min(self._looked_at[number] for number in ripe)
            self._regrid(ripe, first - LOOK_BACK_S, last=True)

    def _regrid(self, numbers: Sequence[int], received_s: float, *, last: bool = False) -> None:
        with self._store.transaction() as connection:
            connection.execute(ALONE)
            changed = regrid(connection, numbers, received_s, self._zone)
            if last:
                connection.execute(FORGET, {"ids": list(numbers)})
        if changed:
            _log.info("regridded", fixes=changed, corrections=len(numbers))


def regrid(
    connection: Connection, numbers: Sequence[int], received_s: float, zone: ZoneInfo
) -> int:
    """Give stored fixes the grid of their time by the borders as they are known now.

    Args:
        connection: within a transaction.
        numbers: of the corrections that say when and where.
        received_s: only fixes received since then, Unix seconds.
        zone: whose days are marked.

    Returns:
        How many fixes had another grid.
    """
    history = BorderHistory(borders_of(connection.execute(BORDERS).fetchall()))
    corrections = connection.execute(CORRECTIONS, {"ids": list(numbers)}).fetchall()
    changed = 0
    for extent in _extents(corrections):
        for stored in _stored(connection, extent, received_s):
            changed += _restate(connection, stored, history, zone)
    return changed


def _extents(corrections: Sequence[tuple[float, float, bytes]]) -> Iterator[Extent]:
    """One for each time that borders of one import share."""
    by_time: dict[tuple[float, float], list[bytes]] = defaultdict(list)
    for from_s, to_s, wkb in corrections:
        by_time[from_s, to_s].append(wkb)
    for (from_s, to_s), shapes in by_time.items():
        bounds = shapely.total_bounds(shapely.from_wkb(shapes, on_invalid="ignore"))
        if not np.isnan(bounds).any():
            yield Extent(from_s, to_s, *(float(bound) for bound in bounds))


def _stored(
    connection: Connection, extent: Extent, received_s: float
) -> Iterator[dict[str, Column]]:
    """Columns of the fixes there, some at a time."""
    names = ("worker", "at_us", "handset", "grid", "lon", "lat")
    with connection.cursor(name="regridding") as cursor:
        cursor.execute(STORED, asdict(extent) | {"received_s": received_s})
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield {
                name: np.array(c) for name, c in zip(names, zip(*rows, strict=True), strict=True)
            }


def _restate(
    connection: Connection,
    stored: dict[str, Column],
    history: BorderHistory,
    zone: ZoneInfo,
) -> int:
    grid = history.locate(stored["lon"], stored["lat"], stored["at_us"])
    other = np.flatnonzero(grid != stored["grid"])
    if not len(other):
        return 0
    worker, at_us = stored["worker"][other], stored["at_us"][other]
    given = {"worker": worker, "at_us": at_us, "handset": stored["handset"][other]}
    given["grid"] = grid[other]
    bounds = {"first_s": at_us.min() / US_PER_S - 1, "last_s": at_us.max() / US_PER_S + 1}
    columns = {name: column.tolist() for name, column in given.items()}
    connection.execute(RESTATE, columns | bounds)
    mark_days(connection, days_of(worker, at_us, zone))
    return len(other)
