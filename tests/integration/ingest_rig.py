"""A small district for tests of ingest: the real process, real handsets, the real parts."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import paho.mqtt.client as mqtt
import psycopg
import redis
import shapely

from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from telemetry_ingest.wire.live import LATEST_HASH, IngestHeartbeat, LivePosition, heartbeat_key

AREA = "320111"
PASSWORD = "secret"
CENTRE = (118.605, 32.005)  # in the first of two grids, each 0.01 degrees wide
TABLES = (
    "areas, workers, handsets, positions, rejected_fixes, handset_status, duty_periods,"
    " handset_inbox, dirty_days, shifts, area_boundaries, border_corrections, loopback"
)
Seen = TypeVar("Seen")


def eventually(look: Callable[[], Seen], within_s: float = 120.0) -> Seen:
    """The first true answer; an AssertionError when there is none in time."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not seen in {within_s} s; last: {seen!r}"
        time.sleep(0.02)
    return seen


@dataclass
class District:
    """Two grids, and a handset for each worker, with the same number."""

    database: Any
    folder: Path
    handsets: list[EnrolledHandset] = field(default_factory=list)
    # In names, so that what an earlier test left at the broker is nobody's.
    mark: str = field(default_factory=lambda: secrets.token_hex(3))

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.owner_url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def count(self, query: str, **values: object) -> int:
        return int(self.rows(f"SELECT count(*) FROM {query}", **values)[0][0])  # noqa: S608

    def enrol(self, kind: str = "native") -> "Handset":
        """One more worker with a handset, known to store and broker; ingest is not told."""
        number = len(self.handsets) + 1
        name = f"h{number}-{self.mark}"
        self.rows(
            "INSERT INTO workers (code, name, kind, area_id) VALUES (%(c)s, %(c)s, 'full_time', 1)",
            c=name,
        )
        self.rows(
            "INSERT INTO handsets (code, worker_id, kind, area_code, username, password_hash)"
            " VALUES (%(c)s, %(worker)s, %(kind)s, %(area)s, %(c)s, '-')",
            c=name,
            worker=number,
            kind=kind,
            area=AREA,
        )
        self.handsets.append(
            EnrolledHandset(name, AREA, kind, name, hash_password(PASSWORD))  # type: ignore[arg-type]
        )
        stack = self.database.stack
        access = BrokerAccess(Path(stack.broker_users_file), stack.broker_admin_url)
        asyncio.run(access.publish_users(self.handsets))
        return Handset(stack.mqtt_host, stack.mqtt_port, name)

    def valkey(self) -> redis.Redis:
        return redis.Redis.from_url(self.database.stack.valkey_url)

    def latest(self, worker: int) -> LivePosition | None:
        with self.valkey() as valkey:
            packed = valkey.hget(LATEST_HASH, str(worker))
        return msgspec.msgpack.decode(packed, type=LivePosition) if packed else None

    def heartbeat(self) -> IngestHeartbeat | None:
        with self.valkey() as valkey:
            said = valkey.get(heartbeat_key(["*"]))
        return msgspec.json.decode(said, type=IngestHeartbeat) if said else None

    @contextmanager
    def ingest(self, **environment: str) -> Iterator["Ingest"]:
        """The real process, until the block ends."""
        process = Ingest(self, environment)
        process.start()
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Ingest:
    """One ingest process."""

    district: District
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.district.folder / "ingest.log"

    def start(self) -> None:
        given = self.district.database.stack.ingest_environment()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "telemetry_ingest"],
                env={**os.environ, **given, **self.environment},
                stderr=log,
            )
        eventually(lambda: self.log.read_text().count('"subscribed"') >= 2)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """Stop in order; how long it took, in seconds."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=120) == 0
        return time.monotonic() - began


@dataclass
class Handset:
    """A client with its own account; `acked` counts what the broker has taken."""

    host: str
    port: int
    name: str
    acked: int = 0
    _client: mqtt.Client | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def number(self) -> int:
        return int(self.name[1:].partition("-")[0])

    def connect(self) -> "Handset":
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=self.name, protocol=mqtt.MQTTv311
        )
        self._client.username_pw_set(self.name, PASSWORD)
        self._client.connect_timeout = 120.0
        self._client.on_publish = self._on_publish
        self._client.connect(self.host, self.port)
        self._client.loop_start()
        return self

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def send(self, kind: str, said: object, *, wait: bool = True) -> None:
        """Publish a value as JSON, or bytes as they are, under the handset's own prefix."""
        self.send_to(f"gb/1/{AREA}/{self.name}/{kind}", said, wait=wait)

    def send_to(
        self, topic: str, said: object, *, wait: bool = True, retain: bool = False, qos: int = 1
    ) -> None:
        assert self._client is not None
        payload = said if isinstance(said, bytes) else json.dumps(said).encode()
        sent = self._client.publish(topic, payload, qos=qos, retain=retain)
        if wait:
            sent.wait_for_publish(120)

    def duty(self, *, on: bool, at: float) -> None:
        self.send("status", {"at": at, "duty": on, "bat": 80})

    def fix(self, *times: float, place: tuple[float, float] = CENTRE, **more: object) -> None:
        fixes = [{"at": at, "lon": place[0], "lat": place[1], "acc": 5} | more for at in times]
        self.send("fix", {"fixes": fixes})

    def _on_publish(self, *_: object) -> None:
        with self._changed:
            self.acked += 1


def found(database: Any, folder: Path) -> District:
    """An empty district with two grids side by side."""
    district = District(database, folder)
    district.rows(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    district.rows(
        "INSERT INTO areas (code, name, kind, lineage)"
        " VALUES (%(c)s, '街道', 'subdistrict', '{1}')",
        c=AREA,
    )
    for index, west in enumerate((118.6, 118.61)):
        district.rows(
            "INSERT INTO areas (code, name, kind, parent_id, lineage)"
            " VALUES (%(code)s, '网格', 'grid', 1, %(lineage)s)",
            code=f"{AREA}{index}",
            lineage=[1, index + 2],
        )
        district.rows(
            "INSERT INTO area_boundaries VALUES (%(area)s, '-infinity', NULL, %(wkb)s)",
            area=index + 2,
            wkb=shapely.to_wkb(shapely.box(west, 32.0, west + 0.01, 32.01)),
        )
    with district.valkey() as valkey:
        valkey.flushdb()
    return district
