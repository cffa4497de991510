"""mosquitto in the place of NATS, with accounts and an access list of its own."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from outsider import Console, Demo, Handset, running_demo, wait_until

from console_server.command_line.broker_accounts import access_list
from console_server.embedded.ports import free_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
MOSQUITTO_PASSWD = shutil.which("mosquitto_passwd") or "mosquitto_passwd"
ACCOUNT = "centre"
SECRET = "of the centre"
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed here")


@dataclass
class Mosquitto:
    """A running broker whose accounts are in a file of ours."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([str(MOSQUITTO), "-c", str(self.folder / "broker.conf")])

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=120)

    def add_account(self, name: str, password: str) -> None:
        accounts = self.folder / "accounts"
        accounts.touch(mode=0o600)
        subprocess.run([MOSQUITTO_PASSWD, "-b", accounts, name, password], check=True)
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)


@pytest.fixture(scope="module")
def mosquitto(open_tmp: Path) -> Iterator[Mosquitto]:
    folder = open_tmp / "mosquitto"
    folder.mkdir(mode=0o755)
    broker = Mosquitto(folder, free_port())
    broker.add_account(ACCOUNT, SECRET)
    (folder / "access").write_text(access_list(ACCOUNT, ACCOUNT))
    (folder / "access").chmod(0o600)
    (folder / "broker.conf").write_text(
        f"listener {broker.port} 127.0.0.1\n"
        "allow_anonymous false\n"
        f"password_file {folder}/accounts\nacl_file {folder}/access\n"
        "max_inflight_messages 0\nmax_queued_messages 0\n"
        f"persistence true\npersistence_location {folder}/\nautosave_interval 1\n"
        "user root\n"
    )
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def demo(mosquitto: Mosquitto, open_tmp: Path) -> Iterator[Demo]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDBEAT_MQTT_HOST", "127.0.0.1")
        patch.setenv("GRIDBEAT_MQTT_PORT", str(mosquitto.port))
        patch.setenv("GRIDBEAT_MQTT_USERNAME", ACCOUNT)
        patch.setenv("GRIDBEAT_MQTT_PASSWORD", SECRET)
        with running_demo(open_tmp / "foreign", "--workers", "10", "--no-fleet") as running:
            yield running


@pytest.fixture(scope="module")
def handset(demo: Demo, mosquitto: Mosquitto) -> Iterator[tuple[Handset, int]]:
    with Console(demo.url, "admin") as admin:
        worker = admin.get("workers")[0]["workerId"]
        credentials = admin.post("handsets", {"workerId": worker, "kind": "native"})
        assert credentials["accountIsYours"]
        mosquitto.add_account(credentials["username"], credentials["password"])
        phone = Handset(credentials)
        yield phone, worker
        phone.go_away()


def _fix(lon: float) -> dict[str, Any]:
    return {"fixes": [{"at": time.time(), "lon": lon, "lat": 32.045, "acc": 5}]}


def _seen_at(console: Console, worker: int, lon: float) -> bool:
    found = [each for each in console.get("positions") if each["workerId"] == worker]
    return bool(found) and found[0]["lon"] == pytest.approx(lon, abs=1e-6)


def test_a_fix_is_seen_and_an_order_arrives(demo: Demo, handset: tuple[Handset, int]) -> None:
    phone, worker = handset
    with Console(demo.url, "dispatcher") as dispatcher:
        phone.publish("fix", _fix(118.49))
        wait_until(lambda: _seen_at(dispatcher, worker, 118.49))
        class_code = dispatcher.get("pack")["classes"][0]["code"]
        place = {"lon": 118.49, "lat": 32.045}
        case = dispatcher.post("incidents", {"classCode": class_code, "title": "占道", **place})
        dispatcher.post(f"incidents/{case['id']}/dispatches", {"workerId": worker})
        wait_until(lambda: phone.order()["incident"] == case["id"])
        wait_until(lambda: dispatcher.http.get("health").is_success, every_s=0.5)


def test_the_broker_keeps_handsets_apart(demo: Demo, handset: tuple[Handset, int]) -> None:
    phone, worker = handset
    area = phone.prefix.split("/")[2]
    foreign = f"gb/1/{area}/another/fix"
    trespasser = Handset(phone.credentials | {"handsetId": "trespasser"})
    trespasser.client.publish(foreign, b"{}", qos=1)
    trespasser.go_away()
    with Console(demo.url, "admin") as admin:
        phone.publish("fix", _fix(118.491))
        wait_until(lambda: _seen_at(admin, worker, 118.491))
        assert foreign not in [each["topic"] for each in admin.get("ingest")["newest"]]


def test_all_goes_on_after_the_broker_was_restarted(
    demo: Demo, mosquitto: Mosquitto, handset: tuple[Handset, int]
) -> None:
    phone, worker = handset
    mosquitto.stop()
    mosquitto.start()
    wait_until(phone.client.is_connected)
    with Console(demo.url, "dispatcher") as dispatcher:
        phone.publish("fix", _fix(118.492))
        wait_until(lambda: _seen_at(dispatcher, worker, 118.492))
        wait_until(lambda: dispatcher.http.get("health").is_success, every_s=0.5)
