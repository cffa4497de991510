"""The broker by WebSocket under the console's own address, for the handset's page."""

import json
import queue
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from small_district import RunningServer
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

PATH = "/api/field/mqtt"


class PageClient:
    """An MQTT client by WebSocket, as MQTT.js is one."""

    def __init__(self, server: RunningServer, username: str, password: str) -> None:
        self.answers: queue.Queue[ReasonCode] = queue.Queue()
        self.orders: queue.Queue[bytes] = queue.Queue()
        self.gone: queue.Queue[None] = queue.Queue()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=username,
            clean_session=False,
            transport="websockets",
        )
        self.client.ws_set_options(path=PATH)
        self.client.username_pw_set(username, password)
        self.client.connect_timeout = 120.0
        self.client.on_connect = lambda *said: self.answers.put(said[3])
        self.client.on_disconnect = lambda *_: self.gone.put(None)
        self.client.on_message = lambda *said: self.orders.put(said[2].payload)
        address = urlsplit(server.url)
        self.client.connect(str(address.hostname), address.port or 80)
        self.client.loop_start()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def given(enrol: Any) -> dict[str, Any]:
    return dict(enrol("W1"))


@pytest.fixture
def phone(server: RunningServer, given: dict[str, Any]) -> Iterator[PageClient]:
    client = PageClient(server, given["username"], given["password"])
    yield client
    client.close()


def test_a_page_publishes_with_acknowledgement_and_is_sent_orders(
    server: RunningServer, phone: PageClient, given: dict[str, Any]
) -> None:
    assert not phone.answers.get(timeout=120).is_failure
    prefix = given["topicPrefix"]
    phone.client.subscribe(f"{prefix}/order", 1)
    backlog = {"fixes": [{"at": time.time() - n, "lon": 118.0, "lat": 32.0} for n in range(500)]}
    phone.client.publish(f"{prefix}/fix", json.dumps(backlog), qos=1).wait_for_publish(120)
    with server.signed_in("dispatcher") as dispatcher:
        code = dispatcher.get("/api/pack").json()["classes"][0]["code"]
        body = {"classCode": code, "title": "路灯不亮", "lon": 118.015, "lat": 32.015}
        case = dispatcher.post("/api/incidents", json=body).json()["id"]
        sent = dispatcher.post(
            f"/api/incidents/{case}/dispatches", json={"workerId": given["workerId"]}
        )
        assert sent.is_success, sent.text
    order = json.loads(phone.orders.get(timeout=120))
    assert (order["action"], order["title"]) == ("go", "路灯不亮")


def test_the_broker_alone_judges_the_credentials(
    server: RunningServer, given: dict[str, Any]
) -> None:
    stranger = PageClient(server, given["username"], "not the password")
    try:
        assert stranger.answers.get(timeout=120).is_failure
    finally:
        stranger.close()


def test_a_revoked_handset_is_cut_off_here_too(
    server: RunningServer, phone: PageClient, given: dict[str, Any]
) -> None:
    assert not phone.answers.get(timeout=120).is_failure
    with server.signed_in("admin") as admin:
        assert admin.delete(f"/api/handsets/{given['handsetId']}").is_success
    phone.gone.get(timeout=120)


@pytest.mark.parametrize(
    ("origin", "protocols"), [("https://evil.example", ["mqtt"]), (None, ["chat"]), (None, None)]
)
def test_another_site_gets_no_connection_nor_does_what_speaks_no_mqtt(
    server: RunningServer, origin: str | None, protocols: list[str] | None
) -> None:
    url = server.url.replace("http", "ws") + PATH
    with pytest.raises(InvalidHandshake):
        connect(
            url,
            origin=Origin(origin) if origin else None,
            open_timeout=120,
            subprotocols=[Subprotocol(each) for each in protocols] if protocols else None,
        )
