"""Writes the record of workers' days into the store the way ingest and the imports do."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import psycopg
from small_district import GRIDS, RunningServer

ZONE = ZoneInfo("Asia/Shanghai")
WEST, SOUTH = 118.01, 32.01  # corner of the grid of worker W1; a hundredth of a degree wide
INSIDE = (WEST + 0.005, SOUTH + 0.005)
OUTSIDE = (WEST - 0.01, SOUTH + 0.005)
MARK = (
    "INSERT INTO dirty_days (worker_id, day) VALUES (%s, %s)"
    " ON CONFLICT (worker_id, day) DO UPDATE SET marked_at = clock_timestamp()"
)
Seen = TypeVar("Seen")
Fix = tuple[datetime, float, float]


@cache
def yesterday() -> date:
    """The same day for all of a run: a test that crosses midnight means the day before it."""
    return (datetime.now(ZONE) - timedelta(days=1)).date()


def at(day: date, clock: str) -> datetime:
    hour, minute = (int(each) for each in clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def standing(place: tuple[float, float], start: datetime, end: datetime) -> list[Fix]:
    """Fixes at one place every minute, both ends included."""
    count = int((end - start).total_seconds() // 60)
    return [(start + timedelta(minutes=each), *place) for each in range(count + 1)]


def walking(start: datetime, end: datetime) -> list[Fix]:
    """Fixes up and down the grid every minute, at about a walker's pace."""
    return [
        (moment, lon, lat + (abs(index % 10 - 5) - 2.5) * 0.0007)
        for index, (moment, lon, lat) in enumerate(standing(INSIDE, start, end))
    ]


def wait_until(look: Callable[[], Seen], within_s: float = 120) -> Seen:
    """The first true answer of `look`; it fails when there is none in time."""
    ends_at = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < ends_at, f"nothing seen in {within_s} s"
        time.sleep(0.05)
    return seen


@dataclass
class Record:
    """One worker's record, and the server that judges it."""

    server: RunningServer
    worker_code: str = "W1"
    _handset: int = field(default=0)

    @property
    def worker_id(self) -> int:
        rows = self.server.rows("SELECT worker_id FROM workers WHERE code = %s", self.worker_code)
        return int(rows[0][0])

    def shift(
        self, start: datetime, end: datetime, kind: str = "patrol", *, marked: bool = True
    ) -> None:
        """Plan a shift and mark its day, as the import of shifts does.

        Unmarked, it is seen with the fixes that are stored next, and not by itself before them.
        """
        row = (self.worker_id, start, end, kind)
        self.write(
            "INSERT INTO shifts (worker_id, starts_at, ends_at, kind) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [row],
        )
        if marked:
            self.mark(start)

    def mark(self, moment: datetime) -> None:
        self.write(MARK, [(self.worker_id, moment.astimezone(ZONE).date())])

    def duty(self, start: datetime, end: datetime | None) -> None:
        rows = [(self.worker_id, self.handset, start, end)]
        self.write("INSERT INTO duty_periods VALUES (%s, %s, %s, %s)", rows)

    def leave(self, start: datetime, end: datetime) -> None:
        self.write(
            "INSERT INTO leaves (worker_id, starts_at, ends_at, reason) VALUES (%s, %s, %s, '')",
            [(self.worker_id, start, end)],
        )

    def fixes(self, fixes: Iterable[Fix]) -> None:
        """Store fixes and mark their days, in one transaction, as ingest does."""
        rows = list(fixes)
        grid = self.grid_id()
        with psycopg.connect(self.server.owner_url) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat,"
                " accuracy_m, grid_id, flags) VALUES (%s, %s, %s, now(), %s, %s, 6, %s, 0)"
                " ON CONFLICT DO NOTHING",
                [
                    (
                        self.worker_id,
                        when,
                        self.handset,
                        lon,
                        lat,
                        grid if self._is_in(lon) else None,
                    )
                    for when, lon, lat in rows
                ],
            )
            days = {when.astimezone(ZONE).date() for when, _, _ in rows}
            cursor.executemany(MARK, [(self.worker_id, day) for day in days])

    def order(self, en_route_at: datetime, cleared_at: datetime | None) -> None:
        pack = self.server.rows("SELECT code, version FROM packs")[0]
        incident = "gen_random_uuid()"
        with psycopg.connect(self.server.owner_url) as connection:
            row = connection.execute(
                f"INSERT INTO incidents (incident_id, code, status, class_code, title, source,"  # noqa: S608
                f" pack_code, pack_version, reported_at) VALUES ({incident}, gen_random_uuid(),"
                " 'dispatched', '0601', 't', 'dispatcher', %s, %s, now()) RETURNING incident_id",
                pack,
            ).fetchone()
            connection.execute(
                "INSERT INTO dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,"
                " en_route_at, cleared_at, ended_at) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s,"
                " NULL, NULL)",
                (row[0] if row else None, self.worker_id, "en_route", en_route_at, en_route_at),
            )  # fmt: skip
            connection.execute(
                "UPDATE dispatches SET status = %s, cleared_at = %s, ended_at = %s"
                " WHERE worker_id = %s",
                ("cleared" if cleared_at else "en_route", cleared_at, cleared_at, self.worker_id),
            )

    def outage(self, start: datetime, end: datetime) -> None:
        self.write(
            "INSERT INTO outages (started_at, ended_at, parts) VALUES (%s, %s, '{store}')",
            [(start, end)],
        )

    def day(self, day: date, role: str = "supervisor") -> dict[str, Any]:
        """The worker's day as the API tells it."""
        with self.server.signed_in(role) as client:
            answer = client.get(f"/api/attendance/{self.worker_id}/{day}")
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

    def stored(self, day: date) -> tuple[Any, ...] | None:
        """`(final, summary, input hash)` of the stored verdict once no mark is left."""
        rows = self.server.rows(
            "SELECT final, summary, input_hash FROM attendance_days d WHERE worker_id = %s"
            " AND day = %s AND NOT EXISTS (SELECT FROM dirty_days m"
            " WHERE m.worker_id = d.worker_id AND m.day = d.day)",
            self.worker_id, day,
        )  # fmt: skip
        return rows[0] if rows else None

    def wait_for_verdict(self, day: date) -> tuple[Any, ...]:
        return wait_until(lambda: self.stored(day))

    @property
    def handset(self) -> int:
        if not self._handset:
            with psycopg.connect(self.server.owner_url) as connection:
                row = connection.execute(
                    "INSERT INTO handsets (code, worker_id, kind, area_code, username,"
                    " password_hash) SELECT 'h' || gen_random_uuid(), %s, 'native', 'x',"
                    " 'u' || gen_random_uuid(), 'x' RETURNING handset_id",
                    (self.worker_id,),
                ).fetchone()
            self._handset = int(row[0]) if row else 0
        return self._handset

    def erase(self) -> None:
        """Take back everything, so that the next test finds an empty record."""
        with psycopg.connect(self.server.owner_url) as connection:
            for table in (
                "dirty_days", "positions", "dispatches", "shifts", "leaves", "duty_periods",
                "attendance_changes", "attendance_days", "track_looks", "appeals", "outages",
                "reopened_spans", "attendance_warnings",
            ):  # fmt: skip
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with psycopg.connect(self.server.owner_url) as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)  # type: ignore[arg-type]

    def grid_id(self) -> int:
        return int(self.server.rows("SELECT area_id FROM areas WHERE code = %s", GRIDS[0])[0][0])

    @staticmethod
    def _is_in(lon: float) -> bool:
        return WEST <= lon <= WEST + 0.01
