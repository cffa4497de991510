"""A small district with a running server, and outsiders at its three edges.

Areas, workers and accounts are written to the store; the server, its loops, the broker and Valkey
are real. What ingest would write (positions, the inbox) is written as ingest writes it.
"""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import paho.mqtt.client as mqtt
import psycopg
import redis.asyncio
import shapely
import uvicorn
from psycopg.types.json import Jsonb
from websockets.asyncio.client import ClientConnection, connect

from console_server.access.passwords import hash_password
from console_server.app import make_app
from console_server.settings import Settings
from telemetry_ingest.wire.live import (
    INBOX_CHANNEL,
    LATEST_HASH,
    POSITIONS_CHANNEL,
    LivePosition,
)

PASSWORD = "a-long-password"
SUBDISTRICT = "320111007"
WEST, EAST = "320111007001", "320111007002"
GRIDS = {WEST + "001": (118.50, 118.51), EAST + "001": (118.51, 118.52)}
IN_WEST, IN_EAST = (118.505, 32.005), (118.515, 32.005)
ROLES = ("administrator", "dispatcher", "duty_leader", "supervisor", "wall", "department")


async def until(look: Callable[[], Any], within_s: float = 120) -> Any:
    """The first true answer of `look`, which may be a coroutine function."""
    ends_at = time.monotonic() + within_s
    while True:
        seen = look()
        if asyncio.iscoroutine(seen):
            seen = await seen
        if seen:
            return seen
        assert time.monotonic() < ends_at, "not seen in time"
        await asyncio.sleep(0.01)


def seed(url: str) -> None:
    """One subdistrict of two communities with a grid each, four workers, an account a role."""
    with psycopg.connect(url) as connection:
        top = _area(connection, SUBDISTRICT, "subdistrict", None, [])
        for community in (WEST, EAST):
            middle = _area(connection, community, "community", top[-1], top)
            west, east = GRIDS[community + "001"]
            grid = _area(connection, community + "001", "grid", middle[-1], middle)
            connection.execute(
                "INSERT INTO area_boundaries VALUES (%s, '2020-01-01', NULL, %s)",
                (grid[-1], shapely.to_wkb(shapely.box(west, 32.0, east, 32.01))),
            )
            for number in (1, 2):
                _worker(connection, f"{community[-1]}{number}", top[0], grid[-1])
        for role in ROLES:
            _account(connection, role, role, None)
        _account(connection, "dispatcher_west", "dispatcher", top[0] + 1)


def _area(
    connection: psycopg.Connection, code: str, kind: str, parent: int | None, above: list[int]
) -> list[int]:
    (area_id,) = connection.execute(
        "INSERT INTO areas (code, name, kind, parent_id, lineage) VALUES (%s, %s, %s, %s, '{}')"
        " RETURNING area_id",
        (code, code, kind, parent),
    ).fetchone() or (0,)
    lineage = [*above, area_id]
    connection.execute("UPDATE areas SET lineage = %s WHERE area_id = %s", (lineage, area_id))
    return lineage


def _worker(connection: psycopg.Connection, code: str, area_id: int, grid_id: int) -> None:
    (worker_id,) = connection.execute(
        "INSERT INTO workers (code, name, kind, area_id) VALUES (%s, %s, 'full_time', %s)"
        " RETURNING worker_id",
        (code, f"工{code}", area_id),
    ).fetchone() or (0,)
    connection.execute(
        "INSERT INTO worker_grids (worker_id, area_id) VALUES (%s, %s)", (worker_id, grid_id)
    )


def _account(connection: psycopg.Connection, username: str, role: str, area_id: int | None) -> None:
    connection.execute(
        "INSERT INTO accounts (username, display_name, password_hash, role, area_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        (username, f"名{username}", hash_password(PASSWORD), role, area_id),
    )


@dataclass
class Handset:
    """An enrolled phone that listens to everything the broker lets it hear."""

    prefix: str
    client: mqtt.Client
    code: str
    got: list[dict[str, Any]] = field(default_factory=list)

    def orders(self, action: str = "go") -> list[dict[str, Any]]:
        return [order for order in self.got if order.get("action") == action]


@dataclass
class Socket:
    """A console at the live socket: reduces what it hears like a browser would."""

    connection: ClientConnection
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        async for message in self.connection:
            if isinstance(message, bytes):
                self.frames.append(message)
                self.order.append("frame")
            else:
                self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        self.texts.append(message)
        self.order.append(message["type"])
        if message["type"] == "snapshot":
            self.snapshots.append(message)
            self.incidents = {each["id"]: each for each in message["incidents"]}
        if message["type"] == "incident":
            incident = message["incident"]
            known = self.incidents.get(incident["id"])
            if known is None or incident["version"] >= known["version"]:
                self.incidents[incident["id"]] = incident


@dataclass
class Centre:
    """A running server on a district of its own."""

    url: str
    settings: Settings
    app: Any
    valkey: redis.asyncio.Redis
    workers: dict[str, int]
    closing: contextlib.AsyncExitStack
    consoles: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def console(self, username: str = "dispatcher") -> httpx.AsyncClient:
        """A signed-in client, the same one for the same name."""
        if username not in self.consoles:
            self.consoles[username] = await self._sign_in(username)
        return self.consoles[username]

    async def _sign_in(self, username: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=f"{self.url}/api/", timeout=120, trust_env=False)
        self.closing.push_async_callback(client.aclose)
        answer = await client.post("session", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
        return client

    @property
    def class_code(self) -> str:
        """Any class of the rule pack."""
        return str(self.app.state.parts.pack().classes[0].code)

    async def open_incident(self, **values: Any) -> dict[str, Any]:
        """An incident in the western grid, by the dispatcher's form."""
        console = await self.console()
        place = {"lon": IN_WEST[0], "lat": IN_WEST[1]}
        body = {"classCode": self.class_code, "title": "占道经营"} | place | values
        answer = await console.post("incidents", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    @contextlib.asynccontextmanager
    async def socket(self, console: httpx.AsyncClient, **options: Any) -> AsyncIterator[Socket]:
        cookie = "; ".join(f"{name}={value}" for name, value in console.cookies.items())
        address = self.url.replace("http", "ws") + "/api/live"
        headers = {"Cookie": cookie}
        patience = {"open_timeout": 120, "ping_timeout": 120, "proxy": None}
        async with connect(address, additional_headers=headers, **(patience | options)) as opened:
            found = Socket(opened)
            listening = asyncio.create_task(found.listen())
            try:
                yield found
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def enrol(self, worker: str) -> Handset:
        """A new handset of the worker, listening."""
        return await self.listen(await self.credentials(worker))

    async def credentials(self, worker: str) -> dict[str, Any]:
        console = await self.console("administrator")
        answer = await console.post("handsets", json={"workerId": self.workers[worker]})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def listen(self, given: dict[str, Any]) -> Handset:
        """The phone with these credentials, its session kept by the broker."""
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=f"test-{given['handsetId']}",
            protocol=mqtt.MQTTv311,
            clean_session=False,
        )
        client.username_pw_set(given["username"], given["password"])
        client.connect_timeout = 120.0
        handset = Handset(given["topicPrefix"], client, given["handsetId"])
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()
        client.on_message = lambda _c, _u, message: handset.got.append(json.loads(message.payload))
        client.on_subscribe = lambda *_: loop.call_soon_threadsafe(ready.set)
        await asyncio.to_thread(client.connect, given["host"], given["port"])
        client.loop_start()
        self.closing.callback(client.loop_stop)
        self.closing.callback(client.disconnect)
        client.subscribe([(f"{handset.prefix}/order", 1), (f"{handset.prefix}/notice", 1)])
        await asyncio.wait_for(ready.wait(), 120)
        return handset

    async def place(self, worker: str, lon: float, lat: float, **values: Any) -> None:
        """What ingest would publish of a worker."""
        at = datetime.now(UTC).timestamp()
        given = {"accuracy_m": 5.0, "battery": 0.9, "fixed_at": at, "lon": lon, "lat": lat}
        position = LivePosition(self.workers[worker], on_duty=True, **(given | values))
        encoded = msgspec.msgpack.encode(position)
        await self.valkey.hset(LATEST_HASH, str(position.worker_id), encoded)
        await self.valkey.publish(POSITIONS_CHANNEL, msgspec.msgpack.encode([position]))

    async def say(self, handset: Handset, kind: str, body: dict[str, Any]) -> int:
        """A message of a handset, put into the inbox as ingest does: its id."""
        async with await psycopg.AsyncConnection.connect(self.settings.database_url) as connection:
            cursor = await connection.execute(
                "INSERT INTO handset_inbox (handset_id, kind, received_at, body)"
                " SELECT handset_id, %s, now(), %s FROM handsets WHERE code = %s"
                " RETURNING message_id",
                (kind, Jsonb(body), handset.code),
            )
            (message_id,) = await cursor.fetchone() or (0,)
        await self.valkey.publish(INBOX_CHANNEL, b"1")
        return int(message_id)

    async def outcome(self, message_id: int) -> str:
        """What the inbox says became of a message."""
        return str(await until(lambda: self._outcome(message_id)))

    async def _outcome(self, message_id: int) -> str | None:
        rows = await self.query(
            "SELECT outcome FROM handset_inbox WHERE message_id = %s", message_id
        )
        return rows[0][0] if rows else None

    async def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows straight from the store."""
        async with await psycopg.AsyncConnection.connect(self.settings.database_url) as connection:
            cursor = await connection.execute(sql, values)  # type: ignore[call-overload]
            return list(await cursor.fetchall()) if cursor.description else []

    async def settled(self) -> None:
        """Until nothing waits in the outbox."""

        async def empty() -> bool:
            rows = await self.query("SELECT count(*) FROM outbox WHERE done_at IS NULL")
            return bool(rows[0][0] == 0)

        await until(empty)


def settings_of(stack: Any, **changes: Any) -> Settings:
    """Settings of a server on this stack."""
    values = {
        "database_url": stack.database_server_url,
        "valkey_url": stack.valkey_url,
        "mqtt_host": stack.mqtt_host,
        "mqtt_port": stack.mqtt_port,
        "mqtt_username": "server",
        "mqtt_password": stack.mqtt_server_password,
        "mqtt_public_host": stack.mqtt_host,
        "mqtt_public_port": stack.mqtt_port,
        "broker_users_file": Path(stack.broker_users_file),
        "broker_admin_url": stack.broker_admin_url,
    }
    return Settings(**(values | changes))


@contextlib.asynccontextmanager
async def running_centre(database: Any, **changes: Any) -> AsyncIterator[Centre]:
    """A server on the seeded database, on a free port, until the block ends."""
    settings = settings_of(database.stack, **changes)
    app = make_app(settings)
    # The protocol by name: asyncio switches Nagle's algorithm off only where it is told TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_config=None, ws="websockets-sansio", lifespan="on", proxy_headers=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await until(lambda: server.started or serving.done())
    valkey = redis.asyncio.Redis.from_url(settings.valkey_url)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    centre = Centre(url, settings, app, valkey, {}, contextlib.AsyncExitStack())
    rows = await centre.query("SELECT code, worker_id FROM workers")
    centre.workers = dict(rows)
    await asyncio.wait_for(app.state.parts.hub.ready.wait(), 120)
    try:
        yield centre
    finally:
        await centre.closing.aclose()
        server.should_exit = True
        await asyncio.wait_for(serving, 120)
        await valkey.aclose()
