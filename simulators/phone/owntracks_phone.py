"""Owns a simulated phone with the OwnTracks app: its payloads, topics and units.

It reports what the app reports and nothing of duty, which the app does not know. Locations are
published retained, as the app does. For tests and for trying an installation out.
Source: https://owntracks.org/booklet/tech/json/
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec

from console_server.wire.field import HandsetCredentials
from simulators.phone.session import Identity, Session
from telemetry_ingest.wire.handset import Fix
from telemetry_ingest.wire.topics import owntracks_topic

KMH_PER_MPS: Final = 3.6
TRACKER_ID: Final = "gb"


class OwnTracksPhone:
    """A phone on the broker that speaks OwnTracks."""

    def __init__(self, credentials: HandsetCredentials, device: str = "phone") -> None:
        self.topic = owntracks_topic(credentials.username, device)
        self.acknowledged = 0
        self._waiting: list[tuple[str, bytes, Callable[[], None]]] = []
        identity = Identity(
            host=credentials.host,
            port=credentials.port,
            username=credentials.username,
            password=credentials.password,
            listens_to=(f"{self.topic}/cmd",),
            will=(self.topic, _encode({"_type": "lwt", "tst": int(time.time())})),
        )
        self.session = Session(identity, self._flush, lambda _topic, _payload: None)

    @property
    def is_quiet(self) -> bool:
        """Whether the broker has acknowledged all that was said."""
        return not self._waiting and not self.session.in_flight

    def send(
        self, fix: Fix, trigger: str | None = None, acked: Callable[[], None] | None = None
    ) -> None:
        """Publish a location as the app does, at once or when there is a network."""
        self._say(self.topic, _encode(location(fix, trigger)), acked)

    def send_raw(self, part: str, payload: bytes) -> None:
        """Publish any payload under one of the app's sub-topics, empty for a location."""
        self._say(f"{self.topic}/{part}" if part else self.topic, payload)

    def _say(self, topic: str, payload: bytes, acked: Callable[[], None] | None = None) -> None:
        self._waiting.append((topic, payload, acked or (lambda: None)))
        self._flush()

    def _flush(self) -> None:
        while self.session.connected and self._waiting:
            topic, payload, acked = self._waiting.pop(0)
            self.session.publish(topic, payload, partial(self._count, acked), retain=True)

    def _count(self, acked: Callable[[], None], _after_s: float) -> None:
        self.acknowledged += 1
        acked()


def location(fix: Fix, trigger: str | None = None) -> dict[str, Any]:
    """A fix as the app writes it: whole seconds, km/h, percent; what is unknown is left out."""
    payload: dict[str, Any] = {
        "_type": "location",
        "tid": TRACKER_ID,
        "lat": fix.lat,
        "lon": fix.lon,
        "tst": int(fix.at),
        "created_at": int(time.time()),
        "acc": None if fix.acc is None else round(fix.acc),
        "vel": None if fix.spd is None else round(fix.spd * KMH_PER_MPS),
        "cog": None if fix.cog is None else round(fix.cog),
        "batt": None if fix.bat is None else round(fix.bat),
        "conn": "m",
        "t": trigger,
    }
    return {key: value for key, value in payload.items() if value is not None}


def _encode(payload: dict[str, Any]) -> bytes:
    return msgspec.json.encode(payload)
