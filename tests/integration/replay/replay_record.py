"""Writes what a replay shows into the store, and asks for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
from replay_reading import Shown, read_chunk
from small_district import RunningServer

ZONE = ZoneInfo("Asia/Shanghai")
DAY: date = (datetime.now(ZONE) - timedelta(days=2)).date()
TABLES = ("positions", "dispatches", "incident_events", "incidents", "duty_periods", "shifts",
          "outages", "track_looks")  # fmt: skip


def at(clock: str, day: date = DAY) -> datetime:
    """An instant of the day that is replayed, by the district's own clock."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


@dataclass
class ReplayRecord:
    """The record of the small district, and questions about it."""

    server: RunningServer

    def worker(self, code: str = "W1") -> int:
        found = self.server.rows("SELECT worker_id FROM workers WHERE code = %s", code)
        return int(found[0][0])

    def fix(self, when: datetime, lon: float, lat: float, **more: Any) -> None:
        self.fixes([(when, lon, lat)], **more)

    def fixes(
        self, rows: Iterable[tuple[datetime, float, float]], code: str = "W1", flags: int = 0
    ) -> None:
        worker = self.worker(code)
        with psycopg.connect(self.server.owner_url) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat,"
                " grid_id, flags) VALUES (%s, %s, 1, now(), %s, %s, (SELECT area_id FROM"
                " worker_grids g WHERE g.worker_id = %s AND %s BETWEEN 118.01 AND 118.02), %s)",
                [(worker, when, lon, lat, worker, lon, flags) for when, lon, lat in rows],
            )

    def incident(self, reported_at: datetime, closed_at: datetime | None, **more: Any) -> str:
        pack = self.server.rows("SELECT code, version FROM packs")[0]
        with psycopg.connect(self.server.owner_url) as connection:
            row = connection.execute(
                "INSERT INTO incidents (incident_id, code, status, class_code, title, source, lon,"
                " lat, area_id, pack_code, pack_version, reported_at, closed_at) VALUES"
                " (gen_random_uuid(), gen_random_uuid(), 'closed', '0601', 't', 'dispatcher',"
                " 118.015, 32.015, (SELECT area_id FROM areas WHERE code = %s), %s, %s, %s, %s)"
                " RETURNING incident_id::text",
                (more.get("area", "320111011001001"), *pack, reported_at, closed_at),
            ).fetchone()
            incident = str(row[0]) if row else ""
            for version, (when, kind, body) in enumerate(more.get("events", ()), start=1):
                connection.execute(
                    "INSERT INTO incident_events (incident_id, version, at, kind, actor_kind,"
                    " actor, body) VALUES (%s, %s, %s, %s, 'system', 's', %s::jsonb)",
                    (incident, version, when, kind, body),
                )
        return incident

    def write(self, statement: str, *values: Any) -> None:
        with psycopg.connect(self.server.owner_url) as connection:
            connection.execute(statement, values)

    def erase(self) -> None:
        for table in TABLES:
            self.write(f"DELETE FROM {table}")  # noqa: S608 - fixed names

    def ask(self, role: str, start: datetime, end: datetime, **more: str) -> httpx.Response:
        with self.server.signed_in(role) as client:
            asked = {"from": start.isoformat(), "to": end.isoformat(), **more}
            return client.get("/api/replay", params=asked)

    def play(self, start: datetime, end: datetime, role: str = "supervisor") -> "Film":
        """Open a replay and read all of its chunks."""
        with self.server.signed_in(role) as client:
            asked = {"from": start.isoformat(), "to": end.isoformat()}
            replay = client.get("/api/replay", params=asked).json()
            path = f"/api/replay/{replay['replayId']}/chunks"
            answers = [client.get(f"{path}/{index}") for index in range(replay["chunks"])]
            assert {answer.status_code for answer in answers} == {200}
        return Film(replay, [read_chunk(answer.content) for answer in answers])


@dataclass(frozen=True)
class Film:
    """A whole replay as it was sent."""

    opened: dict[str, Any]
    chunks: list[list[Shown]]

    def of(self, worker_id: int) -> list[Shown]:
        slot = next(w["slot"] for w in self.opened["workers"] if w["workerId"] == worker_id)
        return [fix for chunk in self.chunks for fix in chunk if fix.slot == slot]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
