"""Subscriptions: which sessions an ingest process keeps at the broker.

Owns their names and filters. Every session is of one lane and one area and named after both, so
that the process which takes an area over also takes over what the broker still holds for it,
whatever other areas either process serves.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry_ingest.settings import ALL_AREAS
from telemetry_ingest.wire.loopback import LOOPBACK_TOPIC
from telemetry_ingest.wire.topics import OWNTRACKS_PREFIX, PREFIX, Uplink

FIX_KINDS: Final = (Uplink.FIX, Uplink.STATUS)
URGENT_KINDS: Final = (Uplink.REPORT, Uplink.PROGRESS, Uplink.DURESS)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One persistent session: its name and its filters. Filters count at the broker: few each."""

    name: str
    area: str
    filters: tuple[str, ...]


def fix_subscriptions(areas: Sequence[str]) -> list[Subscription]:
    """Fixes and statuses of each area; the loopback fix and OwnTracks, which name none, to each."""
    others: tuple[str, ...] = (f"{OWNTRACKS_PREFIX}/+/+", f"{OWNTRACKS_PREFIX}/+/+/+")
    if ALL_AREAS in areas:
        filters = _filters(ALL_AREAS, FIX_KINDS) + others
        return [Subscription("fixes-all", ALL_AREAS, filters)]
    others = (*others, LOOPBACK_TOPIC)
    return [Subscription(f"fixes-{a}", a, _filters(a, FIX_KINDS) + others) for a in areas]


def urgent_subscriptions(areas: Sequence[str]) -> list[Subscription]:
    """Reports, progress and calls for help of each area: they never queue behind fixes."""
    if ALL_AREAS in areas:
        return [Subscription("urgent-all", ALL_AREAS, _filters(ALL_AREAS, URGENT_KINDS))]
    return [Subscription(f"urgent-{a}", a, _filters(a, URGENT_KINDS)) for a in areas]


def client_id(name: str, secret: str) -> str:
    """Stable over restarts, and not to be guessed: whoever knows it could end the session."""
    return "ingest-" + hashlib.sha256(f"{name}\0{secret}".encode()).hexdigest()[:16]


def _filters(area: str, kinds: Iterable[Uplink]) -> tuple[str, ...]:
    level = "+" if area == ALL_AREAS else area
    return tuple(f"{PREFIX}/{level}/+/{kind.value}" for kind in kinds)
