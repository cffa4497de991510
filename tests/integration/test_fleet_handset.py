"""The fleet's handsets against the real broker: backlog, sessions, wills, refusals, OwnTracks."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from console_server.embedded.addresses import StackAddresses
from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from console_server.wire.field import HandsetCredentials
from simulators.handset import IN_FLIGHT_MAX, Handset, Inbox
from simulators.phone.outbox import fix_parcel
from simulators.phone.owntracks_phone import OwnTracksPhone
from simulators.phone.session import RefusedError, Session
from telemetry_ingest.wire.handset import Fix, OrderMessage, ReportMessage, StatusMessage
from telemetry_ingest.wire.topics import Downlink, Uplink, downlink_topic, handset_prefix

AREA = "320111011"
NOW_S = 1795230000.0


async def eventually(condition: Callable[[], bool], within_s: float = 120.0) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


@pytest.fixture
async def enrolled(timescale_stack: StackAddresses) -> dict[str, HandsetCredentials]:
    """A native handset and an OwnTracks phone, in force at the broker."""
    stack, made, accounts = timescale_stack, {}, []
    for kind in ("native", "owntracks"):
        code, password = f"f{secrets.token_hex(4)}", secrets.token_hex(16)
        hashed = hash_password(password)
        accounts.append(EnrolledHandset(code, AREA, kind, code, hashed))
        prefix = handset_prefix(AREA, code)
        made[kind] = HandsetCredentials(
            code, code, password, stack.mqtt_host, stack.mqtt_port, prefix
        )
    access = BrokerAccess(Path(stack.broker_users_file), stack.broker_admin_url)
    await access.publish_users(accounts)
    return made


class Tap:
    """Notes all that ingest would receive, in order."""

    def __init__(self, stack: StackAddresses) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.retained: list[str] = []
        self._ready = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, f"tap-{secrets.token_hex(4)}")
        self.client.username_pw_set("ingest", stack.mqtt_ingest_password)
        self.client.on_connect = lambda client, *_: client.subscribe(
            [("gb/1/#", 1), ("owntracks/#", 1)]
        )
        self.client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self.client.on_message = self._note
        self.client.connect(stack.mqtt_host, stack.mqtt_port)
        self.client.loop_start()

    async def listening(self) -> "Tap":
        assert await eventually(lambda: self._ready)
        return self

    def of(self, end: str) -> list[Any]:
        return [body for topic, body in self.heard if topic.endswith(end)]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _note(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        if message.payload:
            self.heard.append((message.topic, json.loads(message.payload)))


@pytest.fixture
async def tap(timescale_stack: StackAddresses) -> AsyncIterator[Tap]:
    listener = await Tap(timescale_stack).listening()
    yield listener
    listener.close()


@asynccontextmanager
async def running(session: Session) -> AsyncIterator[None]:
    task = asyncio.create_task(session.run(asyncio.Semaphore(4)))
    assert await eventually(lambda: session.connected or task.done())
    yield
    task.cancel()
    session.disconnect()
    assert await eventually(lambda: not session.connected)


def fix(number: int) -> Fix:
    return Fix(at=NOW_S + number, lon=118.5, lat=32.1, acc=5.0)


async def test_what_was_said_offline_arrives_once_oldest_first_in_messages_of_500(
    enrolled: dict[str, HandsetCredentials], tap: Tap
) -> None:
    handset = Handset(enrolled["native"])
    async with running(handset.session):
        handset.send(fix(0))
        await handset.quiet()
        handset.set_network(False)
        assert await eventually(lambda: not handset.session.connected)
        for number in range(1, 1202):
            handset.send(fix(number))
        handset.send(StatusMessage(at=NOW_S + 5000, duty=False))
        handset.set_network(True)
        async with asyncio.timeout(120):
            await handset.quiet()
    assert await eventually(lambda: bool([s for s in tap.of("/status") if s.get("duty") is False]))
    batches = [[f["at"] for f in body["fixes"]] for body in tap.of("/fix")]
    assert [len(batch) for batch in batches] == [1, 500, 500, 201]
    assert [at for batch in batches for at in batch] == [NOW_S + n for n in range(1202)]
    assert [topic.rsplit("/", 1)[1] for topic, _ in tap.heard][-1] == "status"


async def test_a_lost_network_leaves_a_will_and_an_orderly_leave_does_not(
    enrolled: dict[str, HandsetCredentials], tap: Tap
) -> None:
    handset = Handset(enrolled["native"])
    async with running(handset.session):
        handset.set_network(False)
        assert await eventually(lambda: {"online": False} in tap.of("/status"))
        handset.set_network(True)
        assert await eventually(lambda: handset.session.connected)
        handset.send(fix(1))
        await handset.quiet()
    second = Handset(enrolled["native"])
    async with running(second.session):
        second.send(fix(2))
        await second.quiet()
    assert await eventually(lambda: len(tap.of("/fix")) == 2)
    assert tap.of("/status").count({"online": False}) == 1


async def test_an_order_sent_while_offline_is_there_on_return(
    enrolled: dict[str, HandsetCredentials], timescale_stack: StackAddresses
) -> None:
    orders: list[OrderMessage] = []
    who, stack = enrolled["native"], timescale_stack
    handset = Handset(who, Inbox(order=orders.append))
    server = mqtt.Client(CallbackAPIVersion.VERSION2, "fleet-test-server")
    server.username_pw_set("server", stack.mqtt_server_password)
    server.connect(stack.mqtt_host, stack.mqtt_port)
    server.loop_start()
    first = OrderMessage("d", 1, "go", "i", "c", "井盖缺失", NOW_S, lon=118.5, lat=32.1)
    second = msgspec.structs.replace(first, version=2)
    topic = downlink_topic(who.topic_prefix, Downlink.ORDER)

    def send(order: OrderMessage) -> None:
        server.publish(topic, msgspec.json.encode(order), qos=1).wait_for_publish(120)

    async with running(handset.session):
        async with asyncio.timeout(120):
            while not orders:  # until the first subscription is in force
                await asyncio.to_thread(send, first)
                await asyncio.sleep(0.05)
        handset.set_network(False)
        assert await eventually(lambda: not handset.session.connected)
        await asyncio.to_thread(send, second)
        handset.set_network(True)
        assert await eventually(lambda: second in orders)
        assert orders.count(second) == 1
    server.disconnect()
    server.loop_stop()


async def test_wrong_credentials_are_refused_for_good(
    enrolled: dict[str, HandsetCredentials],
) -> None:
    wrong = msgspec.structs.replace(enrolled["native"], password="wrong")
    handset = Handset(wrong)
    with pytest.raises(RefusedError, match=wrong.username):
        await handset.session.run(asyncio.Semaphore(1))
    assert not handset.session.was_welcome


async def test_late_records_are_done_when_the_broker_has_them(
    enrolled: dict[str, HandsetCredentials], tap: Tap
) -> None:
    handset = Handset(enrolled["native"])
    with pytest.raises(ConnectionError):
        handset.send_late(fix_parcel([fix(1)], NOW_S))
    async with running(handset.session):
        await asyncio.wait_for(handset.send_late(fix_parcel([fix(1), fix(2)], NOW_S)), 120)
    assert await eventually(lambda: len(tap.of("/fix")) == 1)


async def test_what_waits_behind_messages_past_the_queue_leaves_when_they_are_acknowledged(
    enrolled: dict[str, HandsetCredentials], tap: Tap
) -> None:
    handset = Handset(enrolled["native"])
    acknowledged: list[float] = []
    report = msgspec.json.encode(ReportMessage("r", NOW_S, 118.5, 32.1, "井盖缺失"))
    async with running(handset.session):
        handset.set_network(False)
        assert await eventually(lambda: not handset.session.connected)
        for _ in range(2 * IN_FLIGHT_MAX):
            handset.publish(Uplink.REPORT, report, acknowledged.append)
        handset.send(fix(1))
        handset.set_network(True)
        async with asyncio.timeout(120):
            await handset.quiet()
    assert len(acknowledged) == 2 * IN_FLIGHT_MAX
    assert await eventually(lambda: len(tap.of("/fix")) == 1)


async def test_an_owntracks_phone_publishes_as_the_app_does(
    enrolled: dict[str, HandsetCredentials], tap: Tap
) -> None:
    phone = OwnTracksPhone(enrolled["owntracks"])
    async with running(phone.session):
        phone.send(Fix(at=NOW_S + 0.7, lon=118.5, lat=32.1, acc=4.6, spd=1.25, bat=80.4), "t")
        assert await eventually(lambda: phone.acknowledged == 1)
        assert await eventually(lambda: bool(tap.of(phone.topic)))
        phone.send_raw("", b"")  # retained, as the app does it: who listens later would hear of it
        assert await eventually(lambda: phone.acknowledged == 2)
    location = tap.of(phone.topic)[0]
    assert location.pop("created_at") >= NOW_S
    assert location == {
        "_type": "location",
        "tid": "gb",
        "lat": 32.1,
        "lon": 118.5,
        "tst": int(NOW_S),
        "acc": 5,
        "vel": 4,
        "batt": 80,
        "conn": "m",
        "t": "t",
    }
