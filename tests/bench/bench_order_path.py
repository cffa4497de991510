"""From the click to the handset: an order by HTTP, store and broker, while 300 workers publish.

Owns one figure, the 99th percentile of a round, beside a bare message through the same broker to
the same handset, taken in turn with it. Everything runs as in production: server, ingest, and the
simulated fleet, whose handsets walk, report and acknowledge meanwhile.
"""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import paho.mqtt.client as mqtt
from bench_figures import Figure
from bench_town import PASSWORD, Serving, serving, town

from console_server.embedded.addresses import StackAddresses

WORKERS: Final = 300
ADDRESSEES: Final = 10
CLICKS_A_ROUND: Final = 60
WARM: Final = 20
PAUSE_S: Final = 0.05  # a click every so often; not the fleet's load, which goes on by itself
WITHIN_S: Final = 90.0
ANSWER_S: Final = 20.0
LIMIT_MS: Final = 100.0
Json = dict[str, Any]


def order_path(rounds: int) -> Iterator[Figure]:
    """Clicks one after the other, to ten workers in turn."""
    with (
        town(WORKERS) as (stack, folder),
        serving(stack) as server,
        _ingesting(stack),
        server.signed_in("admin") as console,
        _fleet(server, folder),
        _bare_sender(stack) as sender,
    ):
        handsets = [_enrol(console, worker) for worker in _addressees(console)]
        _await_fleet(console)
        for number in range(WARM):
            _click(console, handsets[number % ADDRESSEES])
        values, limits, medians = [], [], []
        for _ in range(rounds):
            took_ms, bare_ms = [], []
            for number in range(CLICKS_A_ROUND):
                handset = handsets[number % ADDRESSEES]
                took_ms.append(_click(console, handset))
                bare_ms.append(_bare(sender, handset))
                time.sleep(PAUSE_S)
            values.append(float(np.percentile(took_ms, 99)))
            limits.append(float(np.percentile(bare_ms, 99)))
            medians.append(float(np.median(took_ms)))
        for handset in handsets:
            handset.client.disconnect()
            handset.client.loop_stop()
    yield Figure(
        "click to handset, 300 publishing, p99",
        "ms",
        values,
        f"≤ {LIMIT_MS:.0f} ms",
        "a bare message by the same broker, p99",
        limits,
        notes={"median": f"{np.median(medians):.1f} ms"},
    )


@dataclass
class Phone:
    """A handset of a worker, that notes when something comes."""

    worker_id: int
    prefix: str
    client: mqtt.Client
    came: "queue.SimpleQueue[tuple[float, bytes]]" = field(default_factory=queue.SimpleQueue)

    def await_text(self, text: str) -> float:
        """When a message with this text came, by the monotonic clock."""
        while True:
            at, payload = self.came.get(timeout=ANSWER_S)
            if text.encode() in payload:
                return at


def _click(console: httpx.Client, phone: Phone) -> float:
    """Milliseconds from the click to the order on the phone; then the case is over."""
    opened = console.post("incidents", json={"classCode": "0603", "title": "垃圾乱堆"})
    opened.raise_for_status()
    incident = opened.json()["id"]
    clicked = time.perf_counter()
    sent = console.post(f"incidents/{incident}/dispatches", json={"workerId": phone.worker_id})
    sent.raise_for_status()
    took_ms = (phone.await_text(sent.json()["dispatchId"]) - clicked) * 1e3
    version = console.get(f"incidents/{incident}").json()["version"]
    over = {"to": "void", "reason": "测量", "version": version}
    console.post(f"incidents/{incident}/transitions", json=over)  # the fleet may be quicker
    return took_ms


def _bare(sender: mqtt.Client, phone: Phone) -> float:
    text = f'"bare-{time.perf_counter_ns()}"'
    began = time.perf_counter()
    sender.publish(f"{phone.prefix}/notice", text, qos=1)
    return (phone.await_text(text) - began) * 1e3


def _addressees(console: httpx.Client) -> list[int]:
    workers = console.get("workers").json()
    return [worker["workerId"] for worker in workers[: ADDRESSEES * 7 : 7]]


def _enrol(console: httpx.Client, worker_id: int) -> Phone:
    answer = console.post("handsets", json={"workerId": worker_id})
    answer.raise_for_status()
    given = answer.json()
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=given["handsetId"],
        clean_session=False,
        protocol=mqtt.MQTTv311,
    )
    phone = Phone(worker_id, given["topicPrefix"], client)
    subscribed = threading.Event()
    client.on_message = lambda _c, _u, seen: phone.came.put((time.perf_counter(), seen.payload))
    client.on_subscribe = lambda *_: subscribed.set()
    client.username_pw_set(given["username"], given["password"])
    client.connect(given["host"], given["port"])
    client.loop_start()
    client.subscribe([(f"{phone.prefix}/order", 1), (f"{phone.prefix}/notice", 1)])
    assert subscribed.wait(ANSWER_S)
    return phone


def _await_fleet(console: httpx.Client) -> None:
    """Until most of the fleet has said where it is."""
    deadline = time.monotonic() + WITHIN_S
    while len(console.get("positions").json()) < WORKERS * 0.5:
        assert time.monotonic() < deadline, "the fleet is not there"
        time.sleep(0.5)


@contextmanager
def _bare_sender(stack: StackAddresses) -> Iterator[mqtt.Client]:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-bare")
    client.username_pw_set("server", stack.mqtt_server_password)
    client.connect(stack.mqtt_host, stack.mqtt_port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


@contextmanager
def _ingesting(stack: StackAddresses) -> Iterator[None]:
    log = Path(stack.broker_users_file).with_name("ingest.log")
    with _running(["telemetry_ingest"], stack.ingest_environment(), log):
        yield


@contextmanager
def _fleet(server: Serving, folder: Path) -> Iterator[None]:
    """The simulated workers, who publish, report and take orders."""
    options = ["--http-url", server.url, "--workers", str(WORKERS), "--district", str(folder)]
    who = {"GRIDBEAT_SIMULATOR_USERNAME": "admin", "GRIDBEAT_SIMULATOR_PASSWORD": PASSWORD}
    with _running(["simulators", "fleet", *options], who, folder / "fleet.log"):
        yield


@contextmanager
def _running(module: list[str], given: dict[str, str], log: Path) -> Iterator[None]:
    """One of our programs, until the block ends."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env=os.environ | given, stdout=said, stderr=said
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
