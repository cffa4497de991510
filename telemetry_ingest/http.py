"""HTTP: reports of Traccar Client and OsmAnd, put into the fix lane like any other message.

Owns the listener and its answers; not what reports mean (`osmand.py`). An app repeats a report
until it is answered with success, and old ones hold back all that come after; so:

- 200 when it is committed, also as a dead letter: a repeat would change nothing;
- 404 for a token or a device id that is not enrolled, 405, 413: a repeat cannot help;
- 503 while the store is away or does not keep up: the app keeps the report and tries again.

The token is a part of the path because these apps can be given nothing but an address.
"""

import asyncio
import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import structlog
import uvicorn

from telemetry_ingest.decoding import PAYLOAD_MAX_BYTES
from telemetry_ingest.intake import Intake
from telemetry_ingest.message import Message
from telemetry_ingest.osmand import device_of
from telemetry_ingest.reference_keeper import ReferenceKeeper
from telemetry_ingest.waiting import WaitingRoom
from telemetry_ingest.wire.osmand import OSMAND_PATH, osmand_topic, token_digest

COMMITTED_WITHIN_S: Final = 10.0
REPEAT_AFTER_S: Final = 10
CONNECTIONS_MAX: Final = 2000
TOKEN_MAX_CHARS: Final = 100
_METHODS: Final = ("GET", "POST")
_log = structlog.get_logger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class HttpListener(threading.Thread):
    """Serves HTTP from a thread of its own."""

    def __init__(
        self,
        address: tuple[str, int],
        intake: Intake,
        keeper: ReferenceKeeper,
        room: WaitingRoom,
    ) -> None:
        super().__init__(name="http", daemon=True)
        self._intake, self._keeper, self._room = intake, keeper, room
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}  # used by the thread's loop only
        self._loop: asyncio.AbstractEventLoop | None = None
        host, port = address
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._answer,
                host=host,
                port=port,
                http="h11",
                interface="asgi3",
                proxy_headers=False,
                lifespan="off",
                access_log=False,  # paths hold tokens
                log_config=None,
                server_header=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=1,
            )
        )

    def run(self) -> None:
        """Serve until stopped."""
        _log.info("http_listening", port=self._server.config.port)
        asyncio.run(self._serve())

    def stop(self) -> None:
        """Take no more reports; whoever still waits will repeat."""
        self._server.should_exit = True

    def acknowledge(self, numbers: Iterable[int]) -> None:
        """These are committed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._resolve, list(numbers))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve()

    def _resolve(self, numbers: list[int]) -> None:
        for number in numbers:
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            status = await self._status_of(scope, receive)
            headers = [(b"content-length", b"0")]
            if status == 503:
                headers.append((b"retry-after", str(REPEAT_AFTER_S).encode()))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

    async def _status_of(self, scope: Scope, receive: Receive) -> int:
        username = self._username(scope["path"])
        if username is None:
            return 404
        if scope["method"] not in _METHODS:
            return 405
        payload = await _body(receive)
        if payload is None or len(scope["query_string"]) > PAYLOAD_MAX_BYTES:
            return 413
        payload = payload or scope["query_string"]
        if device_of(payload) not in (None, username):
            return 404
        return await self._recorded(username, payload)

    def _username(self, path: str) -> str | None:
        """Whose token the path holds."""
        prefix, _, token = path.rstrip("/").rpartition("/")
        if prefix != OSMAND_PATH or not 0 < len(token) <= TOKEN_MAX_CHARS:
            return None
        return self._keeper.router.username_of(token_digest(token))

    async def _recorded(self, username: str, payload: bytes) -> int:
        if "store" in self._room.names():
            return 503
        now, number = time.time(), next(self._numbers)
        done = self._waiting[number] = asyncio.get_running_loop().create_future()
        message = Message(osmand_topic(username), payload, now, number, self, now)
        try:
            if not self._intake.put(message, 0.0):
                return 503
            async with asyncio.timeout(COMMITTED_WITHIN_S):
                await done
        except TimeoutError:
            return 503
        finally:
            del self._waiting[number]
        return 200


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is larger than any report."""
    body = b""
    while True:
        part = await receive()
        body += bytes(part.get("body", b""))
        if len(body) > PAYLOAD_MAX_BYTES:
            return None
        if not part.get("more_body", False):
            return body
