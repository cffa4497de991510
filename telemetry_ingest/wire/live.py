"""What ingest puts into Valkey, and the binary position frame a browser receives.

Owns names and layouts; not the connections. Producer: `telemetry_ingest.live`; readers:
`console_server.live` and, for the frame, the console in the browser.

- channel `gb:positions` (pub/sub): one msgpack `list[LivePosition]` per committed batch;
- hash `gb:latest`: worker id → msgpack `LivePosition`, the newest one known, a cache that ingest
  can rebuild from the store;
- channel `gb:inbox` (pub/sub): one `b"1"` whenever handset messages were committed to the inbox;
- channel `gb:reference` (pub/sub): one `b"1"` from the control plane whenever areas, handsets,
  duty-relevant shifts or workers changed, so that ingest reads them anew;
- key `gb:ingest:{areas}`: JSON `IngestHeartbeat` of the process that serves these areas, gone when
  the process has been for `HEARTBEAT_EXPIRES_S`.
"""

from collections.abc import Sequence
from enum import IntFlag
from typing import Final

import msgspec

POSITIONS_CHANNEL: Final = "gb:positions"
LATEST_HASH: Final = "gb:latest"
INBOX_CHANNEL: Final = "gb:inbox"
REFERENCE_CHANNEL: Final = "gb:reference"
EVENTS_STREAM: Final = "gb:events"
HEARTBEAT_PREFIX: Final = "gb:ingest:"
HEARTBEAT_EVERY_S: Final = 2.0
HEARTBEAT_EXPIRES_S: Final = 10


class IngestHeartbeat(msgspec.Struct, frozen=True):
    """How one ingest process fares. Counters since `started_at`; times Unix s.

    `waiting_for` names what does not answer (`broker`, `store`, `cache`); empty when all is well.
    `backlog` counts messages received and not yet committed. `committed_per_s` and the lags from
    fix to commit (None without fixes; rounded up) are of the last minute.
    """

    areas: list[str]
    at: float
    started_at: float
    waiting_for: list[str]
    received: int
    committed: int
    duplicate: int
    ignored: int
    rejected: dict[str, int]
    backlog: int
    last_commit_at: float | None = None
    committed_per_s: float = 0.0
    lag_half_s: float | None = None
    lag_most_s: float | None = None
    inbox: int = 0
    redelivered: int = 0
    removed: int = 0


def heartbeat_key(areas: Sequence[str]) -> str:
    """The key under which the process that serves these areas reports."""
    return HEARTBEAT_PREFIX + ",".join(sorted(areas))


class LivePosition(msgspec.Struct, frozen=True, array_like=True):
    """The newest state of one worker. Times Unix s, lon/lat WGS-84 degrees, battery share 0–1.

    `fixed_at` is None until the first fix of this duty period; `flags` is a set of `Flag` bits.
    """

    worker_id: int
    on_duty: bool
    fixed_at: float | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    battery: float | None = None
    grid_id: int | None = None
    flags: int = 0
    cause: int = 0


class Flag(IntFlag):
    """Bits of `positions.flags`: judgements that mark a stored position without dropping it."""

    MOCK = 1  # the phone said that the location was simulated
    IMPLAUSIBLE_SPEED = 2  # faster than a worker can move since the last accepted fix
    COARSE = 4  # accuracy worse than 50 m, or unknown
    LATE = 8  # older than a position already stored for that worker


FRAME_MAGIC: Final = 0x47420001  # "GB", version 1
FRAME_HEADER_BYTES: Final = 16  # u32 magic, u32 count, f64 server time in Unix seconds
COURSE_UNKNOWN: Final = 255  # course_2deg counts in steps of 2 degrees, 0–179


FRAME_PRESENCE_MASK: Final = 0b11


class FrameState(IntFlag):
    """Bits of the frame's `state[]` byte: presence in bits 0–1, then flags."""

    ON_ORDER = 0b100
    OUTSIDE_OWN_GRID = 0b1000
    LOW_BATTERY = 0b1_0000
    DURESS = 0b10_0000
