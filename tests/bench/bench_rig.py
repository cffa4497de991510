"""An installation to measure: broker, store and cache, a district, handsets with a backlog.

Owns the parts around ingest; the figures are their users'. Positions are on disk for good when
they count as committed (fsync is on), as in production.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import paho.mqtt.client as mqtt
import psycopg
import shapely

from console_server.embedded.addresses import StackAddresses
from console_server.embedded.ports import free_port
from console_server.embedded.stack import StackOptions, running_stack
from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from console_server.schema.migrate import migrate
from telemetry_ingest.fix import FOREVER_US
from telemetry_ingest.geofencing import Border
from telemetry_ingest.mqtt import client_id
from telemetry_ingest.settings import ALL_AREAS
from telemetry_ingest.subscriptions import fix_subscriptions

HANDSETS: Final = 20
AREA: Final = "320111"
PASSWORD: Final = "bench"
FRAME: Final = (118.5, 31.9, 118.7, 32.1)  # degrees: a district some 20 km wide
WITHIN_S: Final = 120.0
LOOK_EVERY_S: Final = 0.1  # seldom: being asked costs ingest time
BARE_SECRET: Final = "bare"


def voronoi_grids(count: int) -> list[Border]:
    """A frame cut into grids that share their borders, each with a vertex every 100 m."""
    rng = np.random.default_rng(1)
    frame = shapely.box(*FRAME)
    points = rng.uniform(FRAME[:2], FRAME[2:], (count, 2))
    cut = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame)
    cells = shapely.segmentize(shapely.intersection(shapely.get_parts(cut), frame), 0.001)
    return [Border(index + 1, 0, FOREVER_US, cell) for index, cell in enumerate(cells)]


@dataclass
class Rig:
    """A running stack with a district of 59 grids and `HANDSETS` enrolled handsets on duty."""

    stack: StackAddresses

    def store(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.stack.database_owner_url, autocommit=True)

    def found(self) -> None:
        """Make the district; handsets are enrolled at the broker too."""
        migrate(self.stack.database_owner_url)
        names = [f"h{number}" for number in range(1, HANDSETS + 1)]
        with self.store() as store, store.transaction():
            store.execute(
                "INSERT INTO areas (code, name, kind, lineage)"
                " VALUES (%(area)s, '街道', 'subdistrict', '{1}')",
                {"area": AREA},
            )
            for border in voronoi_grids(59):
                made = store.execute(
                    "INSERT INTO areas (code, name, kind, parent_id, lineage) VALUES (%(code)s,"
                    " '网格', 'grid', 1, %(lineage)s) RETURNING area_id",
                    {"code": f"{AREA}{border.area_id:03}", "lineage": [1, border.area_id + 1]},
                ).fetchone()
                assert made is not None
                store.execute(
                    "INSERT INTO area_boundaries VALUES (%(area)s, '-infinity', NULL, %(wkb)s)",
                    {"area": made[0], "wkb": shapely.to_wkb(border.shape)},
                )
            for name in names:
                store.execute(
                    "WITH w AS (INSERT INTO workers (code, name, kind, area_id)"
                    " VALUES (%(name)s, %(name)s, 'full_time', 1) RETURNING worker_id)"
                    " INSERT INTO handsets (code, worker_id, kind, area_code, username,"
                    " password_hash) SELECT %(name)s, worker_id, 'native', %(area)s, %(name)s, '-'"
                    " FROM w",
                    {"name": name, "area": AREA},
                )
        secret = hash_password(PASSWORD)
        enrolled = [EnrolledHandset(name, AREA, "native", name, secret) for name in names]
        access = BrokerAccess(Path(self.stack.broker_users_file), self.stack.broker_admin_url)
        asyncio.run(access.publish_users(enrolled))

    def empty(self) -> None:
        """Forget what was recorded; everybody has been on duty for two days."""
        with self.store() as store:
            store.execute("TRUNCATE positions, duty_periods, rejected_fixes, dirty_days")
            store.execute(
                "INSERT INTO duty_periods SELECT worker_id, handset_id,"
                " now() - interval '2 days', NULL FROM handsets"
            )

    def first_received_at(self) -> float:
        """Unix s at which ingest had the first message of this round in hand."""
        with self.store() as store:
            row = store.execute(
                "SELECT extract(epoch FROM min(received_at))::float8 FROM positions"
            ).fetchone()
            assert row is not None
            return float(row[0])

    def forget_bare(self) -> None:
        """End the bare loop's session; the broker keeps nothing for it any more."""
        connected = threading.Event()
        client = self.session(BARE_SECRET, clean=True)
        client.on_connect = lambda *_: connected.set()
        client.connect(self.stack.mqtt_host, self.stack.mqtt_port)
        client.loop_start()
        assert connected.wait(10)
        client.disconnect()
        client.loop_stop()

    def subscribe(self, secret: str) -> None:
        """Make a persistent session like ingest's, which then collects a backlog."""
        subscribed = threading.Event()
        client = self.session(secret)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_connect = lambda *_: client.subscribe(
            [(topic, 1) for topic in fix_subscriptions([ALL_AREAS])[0].filters]
        )
        client.connect(self.stack.mqtt_host, self.stack.mqtt_port)
        client.loop_start()
        assert subscribed.wait(10)
        client.disconnect()
        client.loop_stop()

    def session(self, secret: str, *, clean: bool = False) -> mqtt.Client:
        """A client of the session that this secret leads to."""
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id(fix_subscriptions([ALL_AREAS])[0].name, secret),
            clean_session=clean,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
        )
        client.username_pw_set(self.stack.mqtt_ingest_username, self.stack.mqtt_ingest_password)
        return client

    def drained_bare(self, messages: int) -> float:
        """Messages/s of a loop that only receives and acknowledges the same backlog."""
        client = self.session(BARE_SECRET)
        done = threading.Event()
        seen: list[float] = []

        def on_message(_client: Any, _userdata: Any, message: mqtt.MQTTMessage) -> None:
            seen.append(time.time())
            client.ack(message.mid, 1)
            if len(seen) == messages:
                done.set()

        client.on_message = on_message
        client.connect(self.stack.mqtt_host, self.stack.mqtt_port)
        client.loop_start()
        assert done.wait(WITHIN_S), f"{len(seen)} of {messages}"
        client.disconnect()
        client.loop_stop()
        return messages / (seen[-1] - seen[0])

    @contextmanager
    def ingest(self) -> Iterator["IngestProcess"]:
        """The real process, until the block ends."""
        log = Path(self.stack.broker_users_file).with_name("ingest.log")
        port = free_port()
        given = self.stack.ingest_environment() | {"GRIDBEAT_INGEST_METRICS_PORT": str(port)}
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "telemetry_ingest"],
                env=os.environ | given,
                stderr=said,
            )
        try:
            yield IngestProcess(log, port, process)
        finally:
            process.terminate()
            process.wait()


@dataclass
class IngestProcess:
    """One ingest process under measurement."""

    log: Path
    metrics_port: int
    process: "subprocess.Popen[bytes]"

    def await_subscribed(self) -> None:
        _await(lambda: self.log.read_text().count('"subscribed"') >= 2)

    def await_committed(self, fixes: int) -> float:
        """Unix s at which the last of so many fixes was committed, by ingest's own word."""
        _await(lambda: self._metric("fixes_committed_total") >= fixes, LOOK_EVERY_S)
        return self._metric("last_commit_seconds")

    def _metric(self, name: str) -> float:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5)
        except httpx.TransportError:
            return -1.0  # it does not listen yet
        line = f"gridbeat_ingest_{name} "
        return next(
            float(said.removeprefix(line))
            for said in answer.text.splitlines()
            if said.startswith(line)
        )


def _await(look: Any, pause_s: float = 0.02) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not look():
        assert time.monotonic() < deadline
        time.sleep(pause_s)


def publish(rig: Rig, messages: int, fixes_each: int) -> int:
    """Have every handset publish its share; how many messages the broker has acknowledged."""
    share = messages // HANDSETS
    payloads = [_payloads(number, share, fixes_each) for number in range(HANDSETS)]
    threads = [
        threading.Thread(target=_publish_all, args=(rig, number + 1, said))
        for number, said in enumerate(payloads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return share * HANDSETS


def _payloads(number: int, messages: int, fixes_each: int) -> list[bytes]:
    """A walk of a fix a second that began a day ago."""
    began = time.time() - 86_400 + number / 100
    rng = np.random.default_rng(number)
    lon, lat = rng.uniform(FRAME[0], FRAME[2]), rng.uniform(FRAME[1], FRAME[3])
    said = []
    for index in range(messages):
        fixes = [
            {
                "at": round(began + index * fixes_each + step, 3),
                "lon": round(lon + (index * fixes_each + step) % 1000 * 1e-5, 7),
                "lat": round(lat, 7),
                "acc": 5,
                "spd": 1.2,
                "cog": 90,
                "bat": 80,
            }
            for step in range(fixes_each)
        ]
        said.append(json.dumps({"fixes": fixes}).encode())
    return said


def _publish_all(rig: Rig, number: int, payloads: Sequence[bytes]) -> None:
    name = f"h{number}"
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv311)
    client.username_pw_set(name, PASSWORD)
    client.max_inflight_messages_set(500)
    client.max_queued_messages_set(0)
    client.connect(rig.stack.mqtt_host, rig.stack.mqtt_port)
    client.loop_start()
    sent = [client.publish(f"gb/1/{AREA}/{name}/fix", said, 1) for said in payloads]
    for message in sent:
        message.wait_for_publish(WITHIN_S)
    client.disconnect()
    client.loop_stop()


@contextmanager
def rig() -> Iterator[Rig]:
    """A new installation in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-bench-") as folder:
        Path(folder).chmod(0o755)
        with running_stack(Path(folder) / "stack", StackOptions(), lambda _: None) as stack:
            made = Rig(stack)
            made.found()
            yield made
