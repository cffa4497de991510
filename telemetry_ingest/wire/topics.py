"""Topics of the handset protocol: how an address is written and read.

Owns the names; not the payloads (`handset.py`, `owntracks.py`). `{area}` is the subdistrict's
code and the partition key, so that one handset's messages keep their order.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from telemetry_ingest.wire.osmand import OSMAND_PREFIX

PREFIX: Final = "gb/1"
OWNTRACKS_PREFIX: Final = "owntracks"


class Uplink(StrEnum):
    """What a handset may publish under its own prefix."""

    FIX = "fix"
    STATUS = "status"
    REPORT = "report"
    PROGRESS = "progress"
    DURESS = "duress"


class Downlink(StrEnum):
    """What the server sends to a handset."""

    ORDER = "order"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class NativeTopic:
    """`gb/1/{area}/{handset}/{kind}` taken apart."""

    area_code: str
    handset_code: str
    kind: Uplink


@dataclass(frozen=True, slots=True)
class OwnTracksTopic:
    """`owntracks/{user}/{device}[/{part}]` taken apart; `part` is empty for a location."""

    username: str
    device: str
    part: str


@dataclass(frozen=True, slots=True)
class OsmAndTopic:
    """`osmand/{user}` taken apart: a report that came by HTTP."""

    username: str


def handset_prefix(area_code: str, handset_code: str) -> str:
    """The prefix a native handset learns when it is enrolled."""
    return f"{PREFIX}/{area_code}/{handset_code}"


def owntracks_topic(username: str, device: str = "phone") -> str:
    """The topic an OwnTracks phone of this account publishes its locations to."""
    return f"{OWNTRACKS_PREFIX}/{username}/{device}"


def downlink_topic(prefix: str, kind: Downlink) -> str:
    """Where the handset with this topic prefix listens for orders or notices."""
    return f"{prefix}/{kind.value}"


def uplink_topic(prefix: str, kind: Uplink) -> str:
    """Where the handset with this topic prefix publishes messages of one kind."""
    return f"{prefix}/{kind.value}"


def parse_topic(topic: str) -> NativeTopic | OwnTracksTopic | OsmAndTopic | None:
    """Take an uplink topic apart; None when it is no protocol's."""
    parts = topic.split("/")
    if len(parts) == 5 and parts[0] == "gb" and parts[1] == "1":
        kind = _UPLINKS.get(parts[4])
        return NativeTopic(parts[2], parts[3], kind) if kind else None
    if 3 <= len(parts) <= 4 and parts[0] == OWNTRACKS_PREFIX:
        return OwnTracksTopic(parts[1], parts[2], parts[3] if len(parts) == 4 else "")
    if len(parts) == 2 and parts[0] == OSMAND_PREFIX:
        return OsmAndTopic(parts[1])
    return None


_UPLINKS: Final = {kind.value: kind for kind in Uplink}
