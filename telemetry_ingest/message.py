"""One message of a handset on its way through ingest, and what can be made of it.

Owns the values that pass between adapters and rules; no behaviour.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from telemetry_ingest.fix import Reason
from telemetry_ingest.settings import ALL_AREAS
from telemetry_ingest.wire.handset import StatusMessage
from telemetry_ingest.wire.topics import Uplink


class Message(NamedTuple):
    """One publish as it arrived. `source` and `mid` are what its acknowledgement needs.

    `area` is whose session it came by; OwnTracks' topics name no area, so each area's session
    gets all of them. `again`: it may have been here before. Until `settle_at` (Unix s) a status
    that changes its judgement may still be on its way.
    """

    topic: str
    payload: bytes
    received_at: float
    mid: int
    source: object
    settle_at: float
    area: str = ALL_AREAS
    again: bool = False


class Handling(StrEnum):
    """What is to be done with the messages of a topic."""

    FIX = "fix"
    STATUS = "status"
    INBOX = "inbox"
    OWNTRACKS = "owntracks"
    OSMAND = "osmand"
    LOOPBACK = "loopback"  # the control plane's own fix, see wire.loopback
    IGNORE = "ignore"  # a part of OwnTracks that says nothing of place or health
    ELSEWHERE = "elsewhere"  # another area's session brings it too
    REFUSE = "refuse"


class Route(NamedTuple):
    """What a topic means: whose it is, and what to do with its messages."""

    handling: Handling
    handset: int = 0  # handsets.handset_id, 0 when unknown
    reason: Reason | None = None  # of `REFUSE`
    kind: Uplink | None = None  # of `INBOX`
    area: str = ""  # of `OWNTRACKS`: only this area's session is concerned


@dataclass(frozen=True, slots=True)
class Reject:
    """A dead letter. A payload that may hold an off-duty place is kept without its numbers.

    `again`: its message may have been here before, and the letter be kept already.
    """

    reason: Reason
    received_us: int
    handset: int = 0
    topic: str | None = None
    at_us: int | None = None
    detail: str | None = None
    payload: bytes | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What a handset said of itself."""

    handset: int
    received_us: int
    said: StatusMessage


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A report, a progress or a duress message for the control plane."""

    handset: int
    kind: Uplink
    received_us: int
    body: bytes  # JSON of a wire.handset message, WGS-84
