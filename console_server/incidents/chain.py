"""The chain of a case file: every event carries a hash over itself and all events before it.

Owns what is hashed and finding where a file was tampered with; not the storing (`store.py`). Pure.
Whoever keeps the last hash of a case, printed on its file, can show that nothing was changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Link:
    """One event as it stands in the store. `hash` None: written before there was a chain."""

    version: int
    at: datetime
    kind: str
    actor_kind: str
    actor: str
    body: Mapping[str, Any]
    hash: bytes | None = None


def first_hash(incident_id: UUID) -> bytes:
    """What the first event is chained to, so that no event can move to another case."""
    return hashlib.sha256(incident_id.bytes).digest()


def link_hash(previous: bytes, link: Link) -> bytes:
    """sha256 of the previous hash and the event as canonical JSON (sorted keys, UTF-8, UTC)."""
    event = {
        "version": link.version,
        "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": link.kind,
        "actorKind": link.actor_kind,
        "actor": link.actor,
        "body": link.body,
    }
    text = json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def find_faults(incident_id: UUID, version: int, links: Iterable[Link]) -> Iterator[str]:
    """Where the file is not what was written, in words; `version` is the incident's own."""
    previous, expected, chained = first_hash(incident_id), 1, False
    for link in links:
        if link.version != expected:
            yield f"event {expected} is missing"
        expected = link.version + 1
        if link.hash is None:
            if chained:
                yield f"event {link.version} has lost its hash"
            continue
        if link.hash != link_hash(previous, link):
            yield f"event {link.version} is not what was written"
        previous, chained = link.hash, True
    if expected != version + 1:
        yield f"the last event is {expected - 1}, the case is at {version}"
