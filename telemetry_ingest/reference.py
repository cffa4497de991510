"""Reference data: which handset is whose, where the grids are, when OwnTracks may be recorded.

Owns reading them from the store and the snapshot that rules work with. Duty periods change with
the fixes themselves (`duty_book.py`). A snapshot never changes; a new one replaces it.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from psycopg import Connection

from telemetry_ingest.duty import Period, Periods, merged, without
from telemetry_ingest.fix import FOREVER_US, US_PER_S, Ints, instant_us
from telemetry_ingest.geofencing import Border, BorderHistory

Rows = Sequence[tuple[Any, ...]]

# A phone's first report is of the fix it has, some seconds old, with its time cut to the second.
FIRST_FIX_AGE_US: Final = 60 * US_PER_S
# Instants as Unix seconds: unlike timestamptz they carry infinity to Python.
HANDSETS: Final = """
    SELECT h.handset_id, h.code, h.worker_id, h.kind, h.area_code, h.username,
           extract(epoch FROM h.enrolled_at)::float8,
           extract(epoch FROM least(h.revoked_at, w.retired_at))::float8,
           h.kind = 'native' AND EXISTS (
               SELECT FROM duty_periods d
               WHERE d.worker_id = h.worker_id AND d.handset_id = h.handset_id),
           h.token_sha256
    FROM handsets h JOIN workers w USING (worker_id)
"""
SHIFTS: Final = """
    SELECT DISTINCT s.worker_id, extract(epoch FROM s.starts_at)::float8,
           extract(epoch FROM s.ends_at)::float8
    FROM shifts s JOIN handsets h USING (worker_id)
    WHERE s.ends_at > now() - make_interval(days => %(days)s)
"""
LEAVES: Final = """
    SELECT DISTINCT l.worker_id, extract(epoch FROM l.starts_at)::float8,
           extract(epoch FROM l.ends_at)::float8
    FROM leaves l JOIN handsets h USING (worker_id)
    WHERE l.ends_at > now() - make_interval(days => %(days)s)
"""
BORDERS: Final = """
    SELECT b.area_id, extract(epoch FROM b.valid_from)::float8,
           extract(epoch FROM least(b.valid_to, a.retired_at))::float8, b.wkb
    FROM area_boundaries b JOIN areas a USING (area_id)
    WHERE a.kind = 'grid'
    ORDER BY b.area_id, b.valid_from
"""
BORDERS_FINGERPRINT: Final = """
    SELECT md5(string_agg(concat_ws('/', b.area_id, b.valid_from, b.valid_to, a.retired_at,
                                    md5(b.wkb)), ',' ORDER BY b.area_id, b.valid_from))
    FROM area_boundaries b JOIN areas a USING (area_id)
    WHERE a.kind = 'grid'
"""
IS_KNOWN: Final = """
    SELECT EXISTS (
        SELECT FROM handsets
        WHERE area_code || '/' || code = ANY(%(prefixes)s) OR username = ANY(%(usernames)s))
"""


@dataclass(frozen=True, slots=True)
class Handset:
    """An enrolled handset. `native` ones can say when they are on duty; `says_duty`: it has."""

    handset_id: int
    worker_id: int
    area_code: str
    native: bool
    says_duty: bool


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One consistent reading. Arrays are indexed by handset_id."""

    loaded_at: float
    by_prefix: dict[str, Handset]  # "area/code", as in a native topic
    by_username: dict[str, Handset]
    by_token: dict[bytes, str]  # digest of an HTTP token: whose, by username
    by_id: dict[int, Handset]
    of_worker: dict[int, list[Handset]]
    worker_of: Ints
    revoked_us: Ints  # `FOREVER_US` while enrolled
    schedules: dict[int, Periods]  # of handsets that cannot say their duty
    borders: BorderHistory

    @property
    def highest_worker(self) -> int:
        """The largest worker_id that any handset belongs to."""
        return int(self.worker_of.max(initial=0))


class ReferenceReader:
    """Reads snapshots. Borders are made anew only when they changed."""

    def __init__(self, zone: ZoneInfo, retention_days: int) -> None:
        self._zone = zone
        self._retention_days = retention_days
        self._borders = BorderHistory(())
        self._fingerprint: str | None = None

    def read(self, connection: Connection) -> Reference:
        """The state now.

        Raises:
            psycopg.Error: the store does not answer.
        """
        loaded_at = time.time()
        handsets = connection.execute(HANDSETS).fetchall()
        shifts = connection.execute(SHIFTS, {"days": self._retention_days}).fetchall()
        leaves = connection.execute(LEAVES, {"days": self._retention_days}).fetchall()
        self._read_borders(connection)
        schedule = schedules(handsets, shifts, leaves, self._zone)
        return _reference(loaded_at, handsets, schedule, self._borders)

    def _read_borders(self, connection: Connection) -> None:
        row = connection.execute(BORDERS_FINGERPRINT).fetchone()
        fingerprint = row[0] if row else None
        if fingerprint != self._fingerprint:
            self._borders = BorderHistory(borders_of(connection.execute(BORDERS).fetchall()))
            self._borders.prepare(instant_us(time.time()))
            self._fingerprint = fingerprint


def is_any_known(connection: Connection, prefixes: Iterable[str], usernames: Iterable[str]) -> bool:
    """Whether the store knows any of these, which the snapshot does not."""
    sought = {"prefixes": list(prefixes), "usernames": list(usernames)}
    row = connection.execute(IS_KNOWN, sought).fetchone()
    return bool(row and row[0])


def borders_of(rows: Rows) -> list[Border]:
    """Versions of borders as rules need them; what is no polygon is left out."""
    shapes = shapely.from_wkb([row[3] for row in rows], on_invalid="ignore")
    return [
        Border(
            area_id,
            instant_us(valid_from),
            FOREVER_US if valid_to is None else instant_us(valid_to),
            shape,
        )
        for (area_id, valid_from, valid_to, _), shape in zip(rows, shapes, strict=True)
        if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")
    ]


def schedules(handsets: Rows, shifts: Rows, leaves: Rows, zone: ZoneInfo) -> dict[int, Periods]:
    """When handsets that cannot say their duty, or never did yet, count as on duty.

    During their worker's shifts less the leaves, and from enrolment to the end of that day, so that
    a trial works at once. The last instant of a shift belongs to it: a fix that comes just then
    proves the time before it.
    """
    planned, away = _by_worker(shifts, closed_us=1), _by_worker(leaves)
    return {
        handset_id: merged(
            [
                *without(merged(planned[worker_id]), merged(away[worker_id])),
                _day_of_enrolment(enrolled_at, zone),
            ]
        )
        for handset_id, _, worker_id, _, _, _, enrolled_at, _, says_duty, _ in handsets
        if not says_duty
    }


def _by_worker(rows: Rows, closed_us: int = 0) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = defaultdict(list)
    for worker_id, starts_at, ends_at in rows:
        found[worker_id].append(Period(instant_us(starts_at), instant_us(ends_at) + closed_us))
    return found


def _day_of_enrolment(enrolled_at: float, zone: ZoneInfo) -> Period:
    day = datetime.fromtimestamp(enrolled_at, UTC).astimezone(zone).date()
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    return Period(instant_us(enrolled_at) - FIRST_FIX_AGE_US, int(midnight.timestamp()) * US_PER_S)


def _reference(
    loaded_at: float, rows: Rows, schedule: dict[int, Periods], borders: BorderHistory
) -> Reference:
    size = max((row[0] for row in rows), default=0) + 1
    worker_of = np.zeros(size, dtype=np.int64)
    revoked_us = np.full(size, FOREVER_US)
    reference = Reference(loaded_at, {}, {}, {}, {}, {}, worker_of, revoked_us, schedule, borders)
    for row in rows:
        handset_id, code, worker_id, kind, area_code, username, _, revoked_at, says_duty, token = (
            row
        )
        handset = Handset(handset_id, worker_id, area_code, kind == "native", says_duty)
        reference.by_prefix[f"{area_code}/{code}"] = handset
        reference.by_username[username] = handset
        if token is not None:
            reference.by_token[bytes(token)] = username
        reference.by_id[handset_id] = handset
        reference.of_worker.setdefault(worker_id, []).append(handset)
        worker_of[handset_id] = worker_id
        revoked_us[handset_id] = FOREVER_US if revoked_at is None else instant_us(revoked_at)
    return reference
