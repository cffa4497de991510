"""The live socket of one console: `/api/live`.

Owns one connection from its first snapshot to its end; not what there is to tell (`hub.py`). One
task sends; it alone waits for the network. The others watch for what ends the connection: the
console leaves, its session ends, or it takes nothing any more.
"""

import asyncio
import contextlib
from typing import Any

from litestar import WebSocket, websocket
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import WebSocketDisconnect, WebSocketException
from litestar.handlers import BaseRouteHandler
from redis.exceptions import RedisError

from console_server.access.account import Account
from console_server.access.middleware import CLOSE_FORBIDDEN, CLOSE_UNAUTHENTICATED
from console_server.access.sessions import SessionRecord, is_open
from console_server.ending import first_to_end
from console_server.incidents.visible import ordered_to
from console_server.live.interest import Sight
from console_server.live.messages import behind
from console_server.live.snapshot import take_snapshot
from console_server.live.subscription import Subscription
from console_server.parts import Parts

SEERS = frozenset(
    {"administrator", "dispatcher", "duty_leader", "supervisor", "wall", "department"}
)
CLOSE_BEHIND = 4408
CHECK_SESSION_EVERY_S = 5.0  # a signed-out console is blind at most this long after
CLOSE_WITHIN_S = 1.0  # a console that takes nothing does not take the farewell either

LiveSocket = WebSocket[Account, SessionRecord, State]


def may_watch(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A guard: roles that are told what happens as it happens.

    Raises:
        WebSocketException: the role does not.
    """
    if connection.user.role not in SEERS:
        raise WebSocketException(detail="not for this role", code=CLOSE_FORBIDDEN)


@websocket("/live", guards=[may_watch])
async def live(socket: LiveSocket) -> None:
    """Snapshot, then deltas and position frames, until either side ends it."""
    parts: Parts = socket.app.state.parts
    await socket.accept()
    subscription = parts.hub.subscribe(Sight(socket.user.area_id, ordered_to(socket.user)))
    try:
        code = await first_to_end(
            _sender(socket, parts, subscription),
            _leaving(socket),
            _session_end(parts, socket.auth),
            _hopelessly_behind(subscription),
        )
    finally:
        parts.hub.unsubscribe(subscription)
    if code is not None:
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            await asyncio.wait_for(socket.close(code), CLOSE_WITHIN_S)


async def _sender(socket: LiveSocket, parts: Parts, subscription: Subscription) -> int | None:
    try:
        await parts.hub.ready.wait()
        while True:
            start = await take_snapshot(parts, subscription)
            await _send(socket, subscription, start.text)
            await _send(socket, subscription, start.frame)
            while subscription.live:
                await _send_waiting(socket, subscription)
    except WebSocketDisconnect:
        return None


async def _send_waiting(socket: LiveSocket, subscription: Subscription) -> None:
    await subscription.wake.wait()
    subscription.wake.clear()
    while subscription.live and subscription.deltas:
        await _send(socket, subscription, subscription.deltas.popleft().text.decode())
    if skipped := subscription.take_behind():
        await _send(socket, subscription, behind(skipped).decode())
    if subscription.live and (frame := subscription.frame):
        await _send(socket, subscription, frame)
        subscription.frame = None


async def _send(socket: LiveSocket, subscription: Subscription, message: str | bytes) -> None:
    """Hand a message to the transport; waits while its write buffer is full."""
    subscription.sending = True
    try:
        if isinstance(message, str):
            await socket.send({"type": "websocket.send", "bytes": None, "text": message})
        else:
            await socket.send({"type": "websocket.send", "bytes": message, "text": None})
    finally:
        subscription.sending = False


async def _leaving(socket: LiveSocket) -> int | None:
    """Until the console leaves; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    return None


async def _session_end(parts: Parts, session: SessionRecord) -> int | None:
    while True:
        await asyncio.sleep(CHECK_SESSION_EVERY_S)
        with contextlib.suppress(RedisError):  # asked again in a moment; the feed reports the fault
            if not await is_open(parts.valkey, session):
                return CLOSE_UNAUTHENTICATED


async def _hopelessly_behind(subscription: Subscription) -> int | None:
    await subscription.closing.wait()
    return CLOSE_BEHIND
