"""`/api/field/mqtt`: the broker's WebSocket under the console's own address.

Owns the way, byte for byte; the broker alone judges who may connect and publish what, as for every
other handset, so that a call for help needs neither the session nor the cache. One address and one
certificate for the page and its messages: a page that came by HTTPS may open nothing but `wss:` on
a host that it trusts. A proxy in front may send this path to the broker itself (`/mqtt` there).
"""

import contextlib
from typing import Any, Final

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from console_server.ending import first_to_end
from console_server.parts import Parts

PATH: Final = "/api/field/mqtt"
SUBPROTOCOL: Final = "mqtt"
CONNECT_WITHIN_S: Final = 5.0
MESSAGE_MAX_BYTES: Final = 4 * 1024 * 1024  # as the broker's own limit
CLOSE_GONE: Final = 1001  # whoever was cut off connects again


@websocket("/mqtt", opt={"public": True})
async def mqtt(socket: WebSocket[Any, Any, Any]) -> None:
    """Carry what either side sends to the other until one of them leaves."""
    parts: Parts = socket.app.state.parts
    url = parts.settings.mqtt_websocket_url
    if url is None or SUBPROTOCOL not in socket.scope["subprotocols"]:
        await socket.close(CLOSE_GONE)
        return
    try:
        broker = await connect(
            url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            open_timeout=CONNECT_WITHIN_S,
            max_size=MESSAGE_MAX_BYTES,
            compression=None,
            proxy=None,
            ping_interval=None,  # MQTT has its own
        )
    except (OSError, TimeoutError, InvalidHandshake):
        await socket.close(CLOSE_GONE)
        return
    async with broker:
        await socket.accept(subprotocols=SUBPROTOCOL)
        with contextlib.suppress(ConnectionClosed, WebSocketDisconnect):
            await first_to_end(_up(socket, broker), _down(broker, socket))
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(CLOSE_GONE)


async def _up(socket: WebSocket[Any, Any, Any], broker: ClientConnection) -> None:
    while (event := await socket.receive())["type"] == "websocket.receive":
        await broker.send(event.get("bytes") or (event.get("text") or "").encode())


async def _down(broker: ClientConnection, socket: WebSocket[Any, Any, Any]) -> None:
    async for message in broker:
        await socket.send_data(message, mode="binary")
