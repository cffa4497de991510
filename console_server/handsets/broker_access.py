"""What the broker lets each enrolled handset do, and having that in force at once.

Owns the broker's users file and its reload; not enrolment (`commands.py`) nor the fixed service
accounts, which are kept as they stand beside the users file. Enrolment and revocation call
`refresh`, which returns when the broker enforces the new list: a revoked handset has been
disconnected by then, the others have not noticed.
"""

import asyncio
import contextlib
import fcntl
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import bcrypt
import nats
import nats.errors
from nats.aio.client import Client

from console_server.embedded.broker import SERVICE_USERS_FILE, users_block
from console_server.embedded.data_directory import write_private
from console_server.errors import Unavailable
from telemetry_ingest.wire.topics import OWNTRACKS_PREFIX, Downlink, Uplink, handset_prefix

# The lowest cost there is, and right: the secret has at least 128 random bits, so guessing is
# hopeless at any cost, while the broker checks every connected client again at each reload.
BCRYPT_ROUNDS = 4
CONNECT_LIMIT_S = 2
RELOAD_LIMIT_S = 15.0
# Wildcards and separators of topics must never come in through a name.
_TOPIC_LEVEL = re.compile(r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True, slots=True)
class EnrolledHandset:
    """A handset with valid credentials, as the table `handsets` has it."""

    code: str
    area_code: str
    kind: Literal["native", "owntracks", "traccar"]
    username: str
    password_hash: str


Reader = Callable[[], Awaitable[Sequence[EnrolledHandset]]]


def hash_password(password: str) -> str:
    """The form in which the broker keeps a handset's random password."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(BCRYPT_ROUNDS, b"2a")).decode()


def user_line(handset: EnrolledHandset) -> str:
    """One handset's account in the broker's syntax.

    Raises:
        ValueError: a name could stand for more than one topic level.
    """
    for name in (handset.code, handset.area_code, handset.username):
        if not _TOPIC_LEVEL.match(name):
            raise ValueError(f"{name!r} cannot stand in a topic")
    own = _subject(handset_prefix(handset.area_code, handset.code))
    publish = [f"{own}.{kind.value}" for kind in Uplink]
    subscribe = [f"{own}.{kind.value}" for kind in Downlink]
    if handset.kind == "owntracks":
        tracked = _subject(f"{OWNTRACKS_PREFIX}/{handset.username}")
        publish.append(f"{tracked}.>")
        subscribe += [tracked, f"{tracked}.>"]
    return json.dumps(
        {
            "user": handset.username,
            "password": handset.password_hash,
            "allowed_connection_types": ["MQTT", "MQTT_WS"],
            "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}},
        }
    )


class BrokerAccess:
    """The enrolled handsets as the broker knows them.

    Callers that come while a reload runs share the next one, so enrolling hundreds at once
    costs a few reloads.
    """

    def __init__(self, users_file: Path, admin_url: str) -> None:
        self._users_file = users_file
        self._admin_url = admin_url
        self._turn = asyncio.Lock()
        self._asked = 0
        self._covered = 0
        self._failure: Unavailable | None = None
        self._reader: Reader | None = None

    async def publish_users(self, handsets: Sequence[EnrolledHandset]) -> None:
        """Have exactly these handsets accepted; see `refresh`."""

        async def given() -> Sequence[EnrolledHandset]:
            return handsets

        await self.refresh(given)

    async def refresh(self, read: Reader) -> None:
        """Have exactly the handsets that `read` returns accepted, and wait until they are.

        `read` is called when it is this reload's turn, so what was committed before is seen
        whoever committed it.

        Raises:
            Unavailable: the broker does not answer; it will read the new list when it starts.
        """
        self._asked += 1
        ticket, self._reader = self._asked, read
        async with self._turn:
            if self._covered < ticket:
                await self._reload(self._reader)
        if self._failure is not None:
            raise self._failure

    async def _reload(self, read: Reader) -> None:
        covered = self._asked
        try:
            async with _across_processes(self._users_file):
                await self._write(await read())
                await reload_broker(self._admin_url)
            self._failure = None
        except Unavailable as failure:
            self._failure = failure
        self._covered = covered

    async def _write(self, handsets: Sequence[EnrolledHandset]) -> None:
        service = self._users_file.with_name(SERVICE_USERS_FILE).read_text()
        text = users_block(service, [user_line(handset) for handset in handsets])
        await asyncio.to_thread(write_private, self._users_file, text)


async def reload_broker(admin_url: str) -> None:
    """Have the running broker, every node of it, read its configuration again.

    Back when it is in force. A node that is down reads it when it starts.

    Raises:
        Unavailable: the broker does not answer, or refuses the new configuration.
    """
    try:
        connection = await nats.connect(
            admin_url,
            connect_timeout=CONNECT_LIMIT_S,
            allow_reconnect=False,
            max_reconnect_attempts=1,  # of the first connection; the library's default is 60
            reconnect_time_wait=0,
            error_cb=_left_to_the_caller,
        )
        try:
            answers = [
                await connection.request(f"$SYS.REQ.SERVER.{node}.RELOAD", timeout=RELOAD_LIMIT_S)
                for node in await _nodes(connection)
            ]
        finally:
            await connection.close()
    except (nats.errors.Error, OSError) as error:
        raise Unavailable(f"The broker cannot be told of the handsets: {error!r}") from error
    for done in answers:
        if error_said := json.loads(done.data).get("error"):
            raise Unavailable(f"The broker refused the list of handsets: {error_said}")


async def _nodes(connection: Client) -> list[str]:
    """Ids of the nodes that run now; the first to answer says how many there are.

    Raises:
        nats.errors.TimeoutError: one of them does not answer.
    """
    inbox = connection.new_inbox()
    answers = await connection.subscribe(inbox)
    await connection.publish("$SYS.REQ.SERVER.PING", reply=inbox)
    found: list[str] = []
    running = 1
    while len(found) < running:
        said = json.loads((await answers.next_msg(CONNECT_LIMIT_S)).data)
        found.append(said["server"]["id"])
        running = said["statsz"].get("active_servers", 1)
    return found


async def _left_to_the_caller(_error: Exception) -> None:
    """Errors come out of the calls; without this, the client library would log each twice."""


@contextlib.asynccontextmanager
async def _across_processes(users_file: Path) -> AsyncIterator[None]:
    """Only one console server at a time rewrites the list."""
    with users_file.with_suffix(".lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


def _subject(topic: str) -> str:
    """An MQTT topic as the broker's permissions name it."""
    return topic.replace("/", ".")
