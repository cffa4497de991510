"""The store: a connection that says plainly what failed, positions and dead letters.

Owns the binary COPY of positions and what goes with it. What handsets say of themselves is in
`handset_store.py`. All of one batch is written in one transaction, made by `Store.transaction`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from psycopg import Connection

from telemetry_ingest.errors import StoreUnavailable, UnstorableBatch
from telemetry_ingest.fix import NEVER_US, US_PER_S, Ints, Positions, instant_us
from telemetry_ingest.message import Reject
from telemetry_ingest.wire.loopback import PROBE_AREA

CONNECT_TIMEOUT_S: Final = 5
# A dead peer is noticed within this time, so that the batch can be tried elsewhere or later.
TCP_TIMEOUT_MS: Final = 20_000
STAGING: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_positions (
        worker_id integer, fixed_at timestamptz, handset_id integer, received_at timestamptz,
        sent_at timestamptz, lon double precision, lat double precision, accuracy_m real,
        speed_mps real, course_deg real, battery real, grid_id integer, flags integer
    ) ON COMMIT DELETE ROWS
"""
TAKE_OVER: Final = """
    INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, sent_at, lon, lat,
                           accuracy_m, speed_mps, course_deg, battery, grid_id, flags)
    SELECT worker_id, fixed_at, handset_id, received_at, nullif(sent_at, '-infinity'), lon, lat,
           nullif(accuracy_m, 'NaN'), nullif(speed_mps, 'NaN'), nullif(course_deg, 'NaN'),
           nullif(battery, 'NaN'), nullif(grid_id, 0), flags
    FROM staged_positions
    ON CONFLICT DO NOTHING
"""
MARK_DAYS: Final = """
    INSERT INTO dirty_days (worker_id, day)
    SELECT * FROM unnest(%(workers)s::integer[], %(days)s::date[])
    ON CONFLICT (worker_id, day) DO UPDATE SET marked_at = clock_timestamp()
"""  # a new instant: whoever judges the day takes back only the mark that it has seen
WRITE_LOOPBACK: Final = """
    INSERT INTO loopback (area_code, fixed_at, received_at)
    VALUES (%(area)s, %(fixed_at)s, now())
    ON CONFLICT (area_code) DO UPDATE
    SET fixed_at = excluded.fixed_at, received_at = excluded.received_at
"""
COPY_REJECTS: Final = """
    COPY rejected_fixes (received_at, reason, handset_id, topic, fixed_at, detail, payload)
    FROM STDIN
"""
_COPY_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END: Final = b"\xff\xff"
_PG_EPOCH_US: Final = 946_684_800 * US_PER_S  # timestamptz counts from 2000-01-01
_WORKER_BITS: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_US: Final = 253_402_300_799 * US_PER_S  # the end of datetime
# The columns of staged_positions as COPY wants them: big-endian, each value after its length.
_COLUMNS: Final = (
    ("worker", ">i4"),
    ("fixed_at", ">i8"),
    ("handset", ">i4"),
    ("received_at", ">i8"),
    ("sent_at", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("accuracy_m", ">f4"),
    ("speed_mps", ">f4"),
    ("course_deg", ">f4"),
    ("battery", ">f4"),
    ("grid", ">i4"),
    ("flags", ">i4"),
)
_ROW: Final = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))]
)


class Store:
    """One connection, opened when needed. Used by one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block.

        Raises:
            StoreUnavailable: the store cannot be reached or cannot write now.
            UnstorableBatch: the store refuses the content.
        """
        try:
            connection = self._open()
            with connection.transaction():
                yield connection
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise UnstorableBatch(_told(error)) from error
        except psycopg.Error as error:
            self.close()
            raise StoreUnavailable(_told(error)) from error

    def close(self) -> None:
        """Let go of the connection; the next transaction opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url,
                autocommit=True,  # transactions are made explicitly
                application_name="gridbeat-ingest",
                connect_timeout=CONNECT_TIMEOUT_S,
                tcp_user_timeout=TCP_TIMEOUT_MS,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=2,
            )
            self._connection.execute("SET TIME ZONE 'UTC'")
            self._connection.execute(STAGING)
        return self._connection


def write_positions(connection: Connection, positions: Positions) -> int:
    """Store positions that are not there yet; how many those were."""
    if not len(positions):
        return 0
    with connection.cursor() as cursor:
        with cursor.copy("COPY staged_positions FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(packed(positions))
        cursor.execute(TAKE_OVER)
        return cursor.rowcount


def packed(positions: Positions) -> bytes:
    """The positions as one binary COPY."""
    fixes = positions.fixes
    rows = np.empty(len(positions), dtype=_ROW)
    rows["fields"] = len(_COLUMNS)
    for name, kind in _COLUMNS:
        rows[f"{name}_bytes"] = np.dtype(kind).itemsize
    rows["worker"], rows["handset"] = positions.worker, fixes.handset
    rows["fixed_at"], rows["received_at"] = _pg_time(fixes.at_us), _pg_time(fixes.received_us)
    rows["sent_at"] = _pg_time(fixes.sent_us)
    for name in ("lon", "lat", "accuracy_m", "speed_mps", "course_deg", "battery"):
        rows[name] = getattr(fixes, name)
    rows["grid"], rows["flags"] = positions.grid, positions.flags
    return _COPY_HEADER + rows.tobytes() + _COPY_END


def _pg_time(us: Ints) -> Ints:
    """Unix microseconds as timestamptz has them; unknown is -infinity."""
    return np.where(us == NEVER_US, NEVER_US, us - _PG_EPOCH_US)


def mark_days(connection: Connection, days: Iterable[tuple[int, date]]) -> None:
    """Have attendance look at these days of these workers again."""
    ordered = sorted(days)
    if ordered:
        workers, dates = zip(*ordered, strict=True)
        connection.execute(MARK_DAYS, {"workers": list(workers), "days": list(dates)})


def days_of(worker: Ints, at_us: Ints, zone: ZoneInfo) -> set[tuple[int, date]]:
    """Each (worker, local day) once. Every zone's offset is a multiple of 15 minutes."""
    quarter = at_us // (900 * US_PER_S)
    both = np.unique((quarter << _WORKER_BITS) | worker)  # one number sorts faster than two
    workers, quarters = both & ((1 << _WORKER_BITS) - 1), both >> _WORKER_BITS
    known, where = np.unique(quarters, return_inverse=True)
    dates = [datetime.fromtimestamp(int(q) * 900, zone).date() for q in known]
    return {(int(w), dates[i]) for w, i in zip(workers, where, strict=True)}


def write_loopback(connection: Connection, fixed_at: float | None) -> None:
    """Keep the time of the control plane's own fix."""
    if fixed_at is not None and (instant := timestamp(instant_us(fixed_at))) is not None:
        connection.execute(WRITE_LOOPBACK, {"area": PROBE_AREA, "fixed_at": instant})


def write_rejects(connection: Connection, rejects: Iterable[Reject]) -> None:
    """Keep dead letters."""
    rows = [_reject_row(reject) for reject in rejects]
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_REJECTS) as copy:
        for row in rows:
            copy.write_row(row)


def _reject_row(reject: Reject) -> tuple[Any, ...]:
    return (
        timestamp(reject.received_us),
        reject.reason.value,
        reject.handset or None,
        _text(reject.topic),
        None if reject.at_us is None else timestamp(reject.at_us),
        _text(reject.detail),
        reject.payload,
    )


def timestamp(us: int) -> datetime | None:
    """Unix microseconds as an instant; None where there is none."""
    return _EPOCH + timedelta(microseconds=us) if 0 <= us <= _LAST_US else None


def _text(value: str | None) -> str | None:
    """PostgreSQL's text has no U+0000 and no lone surrogates."""
    if value is None:
        return None
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _told(error: psycopg.Error) -> str:
    """What the store said, without the row's content."""
    said = error.diag.message_primary or str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}"
