"""Clients of an installation as a stranger would write them: HTTP, live socket, handset by MQTT.

They share no code with the product, so that a common error cannot hide.
"""

import json
import os
import queue
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

Seen = TypeVar("Seen")
DEMO_PASSWORD = "gridbeat-demo"
WITHIN_S = 120.0  # a wait ends when it sees what it waits for; a busy machine needs no more


def wait_until(look: Callable[[], Seen], within_s: float = WITHIN_S, every_s: float = 0.05) -> Seen:
    """The first true answer of `look`; an AssertionError when there is none in time."""
    ends_at = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < ends_at, f"nothing seen in {within_s} s"
        time.sleep(every_s)
    return seen


@dataclass
class Demo:
    """A running `gridbeat demo`."""

    url: str
    process: subprocess.Popen[str]
    data_dir: Path
    lines: list[str]


@contextmanager
def running_demo(
    data_dir: Path,
    *options: str,
    within_s: float = 2 * WITHIN_S,
    name: str = "demo",
    environment: dict[str, str] | None = None,
) -> Iterator[Demo]:
    """`gridbeat demo`, or `up`, on free ports until the block ends; it must then stop by itself."""
    command = [str(Path(sys.executable).parent / "gridbeat"), name, "--data-dir", str(data_dir)]
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, "--http-port", "0", "--mqtt-port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        )
    try:
        yield _ready(process, data_dir, log, time.monotonic() + within_s)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=WITHIN_S)
        if process.stdout is not None:
            process.stdout.close()


def _ready(process: subprocess.Popen[str], data_dir: Path, log: Path, ends_at: float) -> Demo:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("ready: "):
            return Demo(line.split()[1], process, data_dir, lines)
        assert time.monotonic() < ends_at, log.read_text()[-3000:]
    raise AssertionError(f"the demo ended: {lines} {log.read_text()[-3000:]}")


class Console:
    """A signed-in client of the HTTP surface."""

    def __init__(self, url: str, username: str, password: str = DEMO_PASSWORD) -> None:
        self.url = url
        self.http = httpx.Client(base_url=f"{url}/api/", timeout=WITHIN_S, trust_env=False)
        answer = self.http.post("session", json={"username": username, "password": password})
        answer.raise_for_status()
        self.http.headers["X-CSRF-Token"] = answer.json()["csrfToken"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **params: str | int) -> Any:
        return self._body(self.http.get(path, params=params))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._body(self.http.post(path, json=body or {}))

    def delete(self, path: str) -> None:
        self._body(self.http.delete(path))

    @contextmanager
    def live(self) -> Iterator["Live"]:
        """The live socket, open until the block ends."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        with connect(
            self.url.replace("http", "ws") + "/api/live",
            origin=Origin(self.url),
            additional_headers={"Cookie": cookie},
            max_size=None,
            proxy=None,
            open_timeout=WITHIN_S,
        ) as socket:
            yield Live(socket)

    @staticmethod
    def _body(answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.status_code} {answer.request.url} {answer.text}"
        return answer.json() if answer.content else None


@dataclass
class Live:
    """The live socket, read as it comes; positions are kept by worker id."""

    socket: ClientConnection
    workers: dict[int, int] = field(default_factory=dict)  # slot -> worker id
    positions: dict[int, dict[str, float]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def until(self, look: Callable[[Self], Seen], within_s: float = WITHIN_S) -> Seen:
        """Read messages until `look` sees what it wants."""
        ends_at = time.monotonic() + within_s
        while not (seen := look(self)):
            left_s = ends_at - time.monotonic()
            assert left_s > 0, f"not seen in {within_s} s; last: {self.messages[-2:]}"
            self._take(self.socket.recv(timeout=left_s))
        return seen

    def incident(self, incident_id: str) -> dict[str, Any]:
        """The newest value that a snapshot or a delta gave of an incident."""
        for message in reversed(self.messages):
            listed = message.get("incidents", [message.get("incident", {})])
            for found in listed:
                if found.get("id") == incident_id:
                    return dict(found)
        return {}

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._frame(message)
            return
        body = json.loads(message)
        self.messages.append(body)
        rows = body.get("workers", [body["worker"]] if body["type"] == "worker" else [])
        self.workers.update({row["slot"]: row["workerId"] for row in rows})

    def _frame(self, frame: bytes) -> None:
        magic, count, server_at = struct.unpack_from("<IId", frame)
        assert magic == 0x47420001
        read = struct.iter_unpack
        at = 16
        columns: list[list[int]] = []
        for code, size in (("<I", 4), ("<i", 4), ("<i", 4), ("<I", 4), ("<B", 1), ("<B", 1)):
            columns.append([row[0] for row in read(code, frame[at : at + size * count])])
            at += size * count
        for slot, lon, lat, fixed_at, state, _course in zip(*columns, strict=True):
            self.positions[self.workers[slot]] = {
                "lon": lon / 1e7,
                "lat": lat / 1e7,
                "fixed_at": fixed_at,
                "state": state,
                "seen_at": server_at,
            }


class Handset:
    """A phone with its own credentials: publishes with QoS 1, collects what it is sent."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self.credentials = credentials
        self.prefix = credentials["topicPrefix"]
        self.received: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.come_back()

    def come_back(self) -> None:
        """Connect, or take the session at the broker up again."""
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.credentials["handsetId"],
            clean_session=False,
            protocol=mqtt.MQTTv311,
        )
        self.client.username_pw_set(self.credentials["username"], self.credentials["password"])
        self.client.connect_timeout = WITHIN_S
        self.client.on_message = self._on_message
        self.client.connect(self.credentials["host"], self.credentials["port"])
        self.client.loop_start()
        wait_until(self.client.is_connected)
        self.client.subscribe([(f"{self.prefix}/order", 1), (f"{self.prefix}/notice", 1)])

    def publish(self, kind: str, body: dict[str, Any] | bytes) -> None:
        """Publish under the own prefix; returns when the broker has acknowledged it."""
        self.publish_to(f"{self.prefix}/{kind}", body)

    def publish_to(self, topic: str, body: dict[str, Any] | bytes) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = self.client.publish(topic, payload, qos=1)
        sent.wait_for_publish(WITHIN_S)
        assert sent.is_published(), f"{topic} was not acknowledged in {WITHIN_S} s"

    def order(self, within_s: float = WITHIN_S) -> dict[str, Any]:
        """The next order."""
        _topic, body = self.received.get(timeout=within_s)
        return body

    def go_away(self) -> None:
        """Leave the broker; the session stays there."""
        self.client.disconnect()
        self.client.loop_stop()
        wait_until(lambda: not self.client.is_connected())

    def _on_message(self, _client: mqtt.Client, _userdata: object, seen: mqtt.MQTTMessage) -> None:
        self.received.put((seen.topic, json.loads(seen.payload)))
