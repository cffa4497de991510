"""Builders with valid defaults for tests of ingest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from telemetry_ingest.duty import Period, Timelines
from telemetry_ingest.duty_book import Duty
from telemetry_ingest.fix import FOREVER_US, NEVER_US, US_PER_S, Fixes
from telemetry_ingest.geofencing import Border, BorderHistory
from telemetry_ingest.message import Message
from telemetry_ingest.movement import LastFixes
from telemetry_ingest.pipeline import World

NOW_S = 1_795_000_000
NOW_US = NOW_S * US_PER_S


def s(seconds: float) -> int:
    """Microseconds `seconds` from the tests' now."""
    return NOW_US + round(seconds * US_PER_S)


def fixes(rows: Sequence[Mapping[str, Any]]) -> Fixes:
    """Columns of fixes; `at` is in seconds from the tests' now."""
    default = {
        "handset": 1, "at": -10.0, "received": 0.0, "lon": 118.605, "lat": 32.005,
        "accuracy_m": 5.0, "speed_mps": 1.0, "course_deg": 90.0, "battery": 0.8, "mock": False,
        "datum": 0,
    }  # fmt: skip
    full = [default | dict(row) for row in rows]

    def column(name: str, kind: type = float) -> Any:
        return np.array([row[name] for row in full], dtype=kind)

    return Fixes(
        row=np.arange(len(full)),
        handset=column("handset", np.int64),
        at_us=np.array([s(row["at"]) for row in full], dtype=np.int64),
        received_us=np.array([s(row["received"]) for row in full], dtype=np.int64),
        sent_us=np.full(len(full), NEVER_US),
        lon=column("lon"),
        lat=column("lat"),
        accuracy_m=column("accuracy_m"),
        speed_mps=column("speed_mps"),
        course_deg=column("course_deg"),
        battery=column("battery"),
        mock=column("mock", bool),
        datum=column("datum", np.int64),
    )


def world(**changes: Any) -> World:
    """Handsets 1–9 of workers 11–19, on duty for a day up to now and on."""
    last = LastFixes()
    last.make_room(20)
    values: dict[str, Any] = {
        "worker_of": np.array([0, *range(11, 20)]),
        "revoked_us": np.full(10, FOREVER_US),
        "duty": duty({handset: [Period(s(-86_400), FOREVER_US)] for handset in range(1, 10)}),
        "borders": BorderHistory([]),
        "last": last,
        "oldest_us": s(-180 * 86_400),
    }
    return World(**values | changes)


def duty(periods: Mapping[int, Sequence[Period]]) -> Duty:
    return Duty(Timelines.of(periods))


def border(area_id: int, shape: Any, from_us: int = 0, to_us: int = FOREVER_US) -> Border:
    return Border(area_id, from_us, to_us, shape)


def message(payload: bytes, topic: str = "gb/1/A1/h1/fix", received_at: float = NOW_S) -> Message:
    return Message(topic, payload, received_at, 1, None, received_at + 2)
