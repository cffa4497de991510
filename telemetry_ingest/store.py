"""The store: a connection that says plainly what failed, positions and dead letters.

Owns the writing of positions, as `packing.py` makes them, and what goes with it. What handsets say
of themselves is in `handset_store.py`. All of one batch is written in one transaction, made by
`Store.transaction`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import psycopg.errors
from psycopg import Connection

from telemetry_ingest.errors import StoreUnavailable, UnstorableBatch
from telemetry_ingest.fix import US_PER_S, Ints, Positions, instant_us
from telemetry_ingest.message import Reject
from telemetry_ingest.packing import COPIED_COLUMNS, packed
from telemetry_ingest.wire.loopback import PROBE_AREA

CONNECT_TIMEOUT_S: Final = 5
# A dead peer is noticed within this time, so that the batch can be tried elsewhere or later.
TCP_TIMEOUT_MS: Final = 20_000
STAGING: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_positions
    (LIKE positions) ON COMMIT DELETE ROWS
"""
COPY_POSITIONS: Final = f"COPY positions ({COPIED_COLUMNS}) FROM STDIN (FORMAT BINARY)"
COPY_STAGED: Final = f"COPY staged_positions ({COPIED_COLUMNS}) FROM STDIN (FORMAT BINARY)"
TAKE_OVER: Final = f"""
    INSERT INTO positions ({COPIED_COLUMNS})
    SELECT {COPIED_COLUMNS} FROM staged_positions
    ON CONFLICT DO NOTHING
"""  # noqa: S608  # column names of our own
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
_WORKER_BITS: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_US: Final = 253_402_300_799 * US_PER_S  # the end of datetime


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
        return self._connection


def write_positions(connection: Connection, positions: Positions) -> int:
    """Store positions that are not there yet; how many those were.

    Straight into the table at first, which costs half; only when some are there already, by way
    of a table that may hold them twice.
    """
    if not len(positions):
        return 0
    rows = packed(positions)
    try:
        with connection.transaction(), connection.cursor() as cursor:  # a savepoint
            with cursor.copy(COPY_POSITIONS) as copy:
                copy.write(rows)
            return cursor.rowcount
    except psycopg.errors.UniqueViolation:
        connection.execute(STAGING)
    with connection.cursor() as cursor:
        with cursor.copy(COPY_STAGED) as copy:
            copy.write(rows)
        cursor.execute(TAKE_OVER)
        return cursor.rowcount


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
    rows = [reject_row(reject) for reject in rejects]
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_REJECTS) as copy:
        for row in rows:
            copy.write_row(row)


def reject_row(reject: Reject) -> tuple[Any, ...]:
    """The columns of `COPY_REJECTS`."""
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
