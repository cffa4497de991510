"""Ready means that a fix of ours went broker, ingest, store, live channel and was seen back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import paho.mqtt.client as mqtt
import pytest
import redis
from paho.mqtt.enums import CallbackAPIVersion
from small_district import RunningServer

from telemetry_ingest.wire.handset import FixMessage
from telemetry_ingest.wire.live import IngestHeartbeat, heartbeat_key
from telemetry_ingest.wire.loopback import LOOPBACK_CHANNEL, LOOPBACK_TOPIC, LoopbackFix

WITHIN_S = 120.0


@contextmanager
def answering_ingest(server: RunningServer, password: str) -> Iterator[threading.Event]:
    """What the contract asks of ingest, as an outsider writes it; set the event: dumb."""
    dumb = threading.Event()
    valkey = redis.Redis.from_url(server.settings.valkey_url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "ingest-of-the-test")
    client.username_pw_set("ingest", password)

    def on_message(_client: Any, _userdata: Any, message: Any) -> None:
        fix = msgspec.json.decode(message.payload, type=FixMessage).fixes[0]
        if not dumb.is_set():
            answer = LoopbackFix(fix.at, ["*"])
            valkey.publish(LOOPBACK_CHANNEL, msgspec.msgpack.encode(answer))

    client.on_message = on_message
    client.on_connect = lambda connected, *_: connected.subscribe(LOOPBACK_TOPIC, 1)
    client.connect(server.settings.mqtt_host, server.settings.mqtt_port)
    client.loop_start()
    beat = IngestHeartbeat(["*"], time.time(), 0.0, [], 0, 0, 0, 0, {}, 0)
    valkey.set(heartbeat_key(["*"]), msgspec.json.encode(beat))
    try:
        yield dumb
    finally:
        valkey.delete(heartbeat_key(["*"]))
        client.disconnect()
        client.loop_stop()
        valkey.close()


def await_health(server: RunningServer, *, ready: bool, **parts: str) -> dict[str, Any]:
    pause, said = threading.Event(), httpx.Response(500)
    for _ in range(int(WITHIN_S / 0.1)):
        said = httpx.get(f"{server.url}/api/health", timeout=120)
        found: dict[str, Any] = said.json()
        if found["ready"] is ready and parts.items() <= found["parts"].items():
            return found | {"status": said.status_code}
        pause.wait(0.1)
    pytest.fail(said.text)


def await_metric(server: RunningServer, line: str) -> None:
    """Until it is told; the next examination may find another, on a machine that is busy."""
    pause, told = threading.Event(), ""
    for _ in range(int(WITHIN_S / 0.1)):
        told = httpx.get(f"{server.url}/metrics", timeout=120).text
        if line in told:
            return
        pause.wait(0.1)
    pytest.fail(told)


def test_it_is_ready_only_while_its_own_fix_comes_back(
    server: RunningServer, database: Any
) -> None:
    await_health(server, ready=False, ingest="failing", store="ok", cache="ok", broker="ok")
    with answering_ingest(server, database.stack.mqtt_ingest_password) as dumb:
        well = await_health(server, ready=True, ingest="ok")
        assert 0 <= well["loopbackS"] < WITHIN_S
        assert well["status"] == 200
        await_metric(server, 'gridbeat_part_up{part="ingest"} 1.0')
        dumb.set()
        ill = await_health(server, ready=False, ingest="failing")
        assert ill["detail"]["ingest"] == "a fix of ours did not come back"
        dumb.clear()
        await_health(server, ready=True, ingest="ok")
    await_health(server, ready=False, ingest="failing")
