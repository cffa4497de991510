"""What the broker lets a handset do, tried with a real MQTT client against the real broker."""

import asyncio
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from console_server.embedded.addresses import StackAddresses
from console_server.errors import Unavailable
from console_server.handsets.broker_access import (
    BrokerAccess,
    EnrolledHandset,
    hash_password,
    user_line,
)

AREA = "320111114"
CROWD = 300
RELOADED_WITHIN_S = 15.0  # half a second on a machine that does nothing else


def enrolled(number: int, kind: str = "native") -> EnrolledHandset:
    name = f"h{number}"
    return EnrolledHandset(name, AREA, kind, name, hash_password(password(number)))  # type: ignore[arg-type]


def password(number: int) -> str:
    return f"secret-{number}"


async def eventually(condition: Callable[[], bool], within_s: float = 120.0) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


class Client:
    """A paho client that notes what happens to it."""

    def __init__(self, stack: StackAddresses, username: str, password_: str, **how: object) -> None:
        transport = "websockets" if how.get("websocket") else "tcp"
        self.received: list[tuple[str, bytes]] = []
        self.granted: dict[int, bool] = {}
        self.connected = threading.Event()
        self.refused = threading.Event()
        self.drops = 0
        self.acknowledged: set[int] = set()
        self.client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=str(how.get("client_id", username)),
            clean_session=False,
            protocol=mqtt.MQTTv311,
            transport=transport,  # type: ignore[arg-type]
        )
        self.client.username_pw_set(username, password_)
        self.client.connect_timeout = 120.0
        if transport == "websockets":
            self.client.ws_set_options("/mqtt")
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = lambda _c, _u, m: self.received.append((m.topic, m.payload))
        self.client.on_publish = lambda _c, _u, mid, _r, _p: self.acknowledged.add(mid)
        self.client.on_subscribe = lambda _c, _u, mid, codes, _p: self.granted.update(
            {mid: not codes[0].is_failure}
        )
        port = stack.mqtt_websocket_port if how.get("websocket") else stack.mqtt_port
        self.client.connect(stack.mqtt_host, port)
        self.client.loop_start()

    def _on_connect(self, *arguments: object) -> None:
        (self.refused if arguments[3].is_failure else self.connected).set()  # type: ignore[attr-defined]

    def _on_disconnect(self, *_arguments: object) -> None:
        self.drops += 1
        self.connected.clear()

    async def subscribe(self, topic: str, qos: int = 1) -> bool:
        mid = self.client.subscribe(topic, qos)[1]
        assert mid is not None
        assert await eventually(lambda: mid in self.granted)
        return self.granted[mid]

    async def publish(self, topic: str, payload: bytes) -> None:
        mid = self.client.publish(topic, payload, qos=1).mid
        assert await eventually(lambda: mid in self.acknowledged)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


Connect = Callable[..., Client]


@pytest.fixture
def connect(timescale_stack: StackAddresses) -> Iterator[Connect]:
    made: list[Client] = []

    def open_client(username: str, password_: str, **how: object) -> Client:
        made.append(Client(timescale_stack, username, password_, **how))
        return made[-1]

    yield open_client
    for client in made:
        client.close()


@pytest.fixture
async def access(timescale_stack: StackAddresses) -> AsyncIterator[BrokerAccess]:
    made = BrokerAccess(Path(timescale_stack.broker_users_file), timescale_stack.broker_admin_url)
    yield made
    await made.publish_users([])


@pytest.fixture
def ingest(timescale_stack: StackAddresses, connect: Connect) -> Client:
    return connect(
        "ingest", timescale_stack.mqtt_ingest_password, client_id=f"t-{secrets.token_hex(4)}"
    )


async def test_handset_publishes_and_listens_under_its_own_topics_only(
    access: BrokerAccess, ingest: Client, connect: Connect, timescale_stack: StackAddresses
) -> None:
    await access.publish_users([enrolled(1), enrolled(2)])
    server = connect("server", timescale_stack.mqtt_server_password, client_id="t-server")
    one, two = connect("h1", password(1)), connect("h2", password(2), websocket=True)
    assert await ingest.subscribe("gb/1/#")
    assert await one.subscribe(f"gb/1/{AREA}/h1/order")
    assert await two.subscribe(f"gb/1/{AREA}/h2/order")
    await two.publish(f"gb/1/{AREA}/h1/fix", b"forged")
    await two.publish(f"gb/1/{AREA}/h2/fix", b"own")
    await server.publish(f"gb/1/{AREA}/h1/order", b"for one")
    assert await eventually(lambda: len(one.received) == 1 and len(ingest.received) == 2)
    assert sorted(ingest.received) == [
        (f"gb/1/{AREA}/h1/order", b"for one"),
        (f"gb/1/{AREA}/h2/fix", b"own"),
    ]
    assert one.received == [(f"gb/1/{AREA}/h1/order", b"for one")]
    assert two.received == []


@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize(
    "topic",
    [
        "#",
        "gb/1/#",
        f"gb/1/{AREA}/h2/order",
        f"gb/1/{AREA}/+/order",
        f"gb/1/{AREA}/h1/fix",
        "+/+/+/+/+",
        "owntracks/#",
        "$MQTT/#",
        "$MQTT/sub/#",
        "$MQTT/sub/+",
        "$MQTT/deliver/#",
        "$JS/#",
        "$SYS/#",
    ],
)
async def test_handset_may_not_listen_elsewhere(
    access: BrokerAccess, connect: Connect, topic: str, qos: int
) -> None:
    await access.publish_users([enrolled(1), enrolled(2)])
    assert not await connect("h1", password(1)).subscribe(topic, qos)


async def test_another_handsets_client_id_does_not_open_its_mail(
    access: BrokerAccess, connect: Connect, timescale_stack: StackAddresses
) -> None:
    await access.publish_users([enrolled(1), enrolled(2)])
    server = connect("server", timescale_stack.mqtt_server_password, client_id="t-server")
    owner = connect("h2", password(2), client_id="phone")
    assert await owner.subscribe(f"gb/1/{AREA}/h2/order")
    owner.close()
    await server.publish(f"gb/1/{AREA}/h2/order", b"private")
    thief = connect("h1", password(1), client_id="phone")
    assert thief.connected.wait(120)
    assert await thief.subscribe(f"gb/1/{AREA}/h1/order")  # a round trip: it has been served
    thief.close()
    back = connect("h2", password(2), client_id="phone")
    assert await eventually(lambda: back.received != [])
    assert (thief.received, back.received) == ([], [(f"gb/1/{AREA}/h2/order", b"private")])


async def test_owntracks_phone_publishes_under_its_user_name(
    access: BrokerAccess, ingest: Client, connect: Connect
) -> None:
    await access.publish_users([enrolled(3, "owntracks"), enrolled(4, "owntracks")])
    phone = connect("h3", password(3))
    assert await ingest.subscribe("owntracks/#")
    await phone.publish("owntracks/h4/phone", b"forged")
    await phone.publish("owntracks/h3/phone", b"own")
    assert await phone.subscribe("owntracks/h3/#")
    assert not await phone.subscribe("owntracks/+/+")
    assert await eventually(lambda: ingest.received != [])
    assert ingest.received == [("owntracks/h3/phone", b"own")]


async def test_wrong_password_and_revoked_handset_are_turned_away(
    access: BrokerAccess, connect: Connect
) -> None:
    await access.publish_users([enrolled(1), enrolled(2)])
    assert connect("h1", "guess", client_id="guess").refused.wait(120)
    one, two = connect("h1", password(1)), connect("h2", password(2))
    assert one.connected.wait(120)
    assert two.connected.wait(120)
    await access.publish_users([enrolled(2)])
    assert await eventually(lambda: one.drops > 0)
    assert two.drops == 0
    assert one.refused.wait(120)  # it tried again by itself


async def test_reload_disturbs_none_of_a_crowd_and_loses_no_message(
    access: BrokerAccess, ingest: Client, connect: Connect
) -> None:
    crowd = [enrolled(number) for number in range(CROWD)]
    await access.publish_users(crowd)
    assert await ingest.subscribe("gb/1/#")
    clients = [connect(f"h{number}", password(number)) for number in range(CROWD)]
    assert await eventually(lambda: all(c.connected.is_set() for c in clients))

    def publish(round_: int) -> None:
        for number, client in enumerate(clients):
            client.client.publish(f"gb/1/{AREA}/h{number}/fix", f"{number} {round_}", qos=1)

    times_s: list[float] = []
    for round_ in range(5):
        publish(round_)
        started = time.monotonic()
        await access.publish_users([*crowd, enrolled(CROWD + round_)])
        times_s.append(time.monotonic() - started)
    assert await eventually(lambda: len({p for _, p in ingest.received}) == 5 * CROWD)
    assert [client.drops for client in clients] == [0] * CROWD
    assert min(times_s) < RELOADED_WITHIN_S, times_s


async def test_concurrent_enrolments_share_reloads(connect: Connect, access: BrokerAccess) -> None:
    reads = 0
    committed: list[EnrolledHandset] = []

    async def read() -> Sequence[EnrolledHandset]:
        nonlocal reads
        reads += 1
        return list(committed)

    async def enrol(number: int) -> None:
        committed.append(enrolled(number))
        await access.refresh(read)

    await asyncio.gather(*(enrol(number) for number in range(50)))
    assert reads <= 3
    assert connect("h49", password(49)).connected.wait(120)


async def test_absent_broker_is_reported_and_the_list_waits_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "service-users.conf").write_text("")
    access = BrokerAccess(tmp_path / "users.conf", "nats://admin:x@127.0.0.1:1")
    with pytest.raises(Unavailable, match="broker"):
        await access.publish_users([enrolled(1)])
    assert user_line(enrolled(1)).split('"password"')[0] in (tmp_path / "users.conf").read_text()


@pytest.mark.parametrize("name", ["a.b", "a/b", "*", ">", "#", "+", "", "a b", 'x"'])
def test_name_that_could_reach_other_topics_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        user_line(EnrolledHandset(name, AREA, "native", "u", "h"))
