"""Routing: whose a topic is and what is done with its messages.

Owns the answer for one snapshot of the reference data; it is asked once a message, so answers are
remembered. Unknown topics are not remembered: there is no end to them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from telemetry_ingest.fix import Reason, instant_us
from telemetry_ingest.message import Handling, Route
from telemetry_ingest.reference import Handset, Reference
from telemetry_ingest.settings import ALL_AREAS
from telemetry_ingest.wire.loopback import LOOPBACK_TOPIC
from telemetry_ingest.wire.topics import (
    NativeTopic,
    OsmAndTopic,
    OwnTracksTopic,
    Uplink,
    parse_topic,
)

_HANDLING = {Uplink.FIX: Handling.FIX, Uplink.STATUS: Handling.STATUS}
# Parts of OwnTracks topics that hold a payload we read; a location has no part.
_OWNTRACKS_PARTS = ("", "status")


@dataclass(slots=True)
class Router:
    """Routes by one snapshot, for the process that serves `areas`."""

    reference: Reference
    areas: Sequence[str]
    _known: dict[str, Route] = field(default_factory=dict)

    def route(self, topic: str) -> Route:
        """What to do with the messages of this topic."""
        found = self._known.get(topic)
        if found is None:
            found = self._find(topic)
            if found.handset:
                self._known[topic] = found
        return found

    def is_strange(self, topic: str) -> bool:
        """Whether the topic is well formed and of a handset that this snapshot does not know."""
        return self.route(topic).reason is Reason.UNKNOWN_HANDSET

    def serves_worker(self, worker: int) -> bool:
        """Whether a handset of this worker is in our areas."""
        return any(self._serves(handset) for handset in self.reference.of_worker.get(worker, ()))

    def _find(self, topic: str) -> Route:
        if topic == LOOPBACK_TOPIC:
            return Route(Handling.LOOPBACK)
        match parse_topic(topic):
            case NativeTopic(area_code, handset_code, kind):
                handset = self.reference.by_prefix.get(f"{area_code}/{handset_code}")
                handling = _HANDLING.get(kind, Handling.INBOX)
                return self._to(handset, handling, kind)
            case OwnTracksTopic(username, _, part):
                return self._find_owntracks(username, part)
            case OsmAndTopic(username):
                return self._to(self.reference.by_username.get(username), Handling.OSMAND, None)
        return Route(Handling.REFUSE, reason=Reason.UNKNOWN_TOPIC)

    def _find_owntracks(self, username: str, part: str) -> Route:
        if part not in _OWNTRACKS_PARTS:
            return Route(Handling.IGNORE)
        handset = self.reference.by_username.get(username)
        if handset is not None and not self._serves(handset):
            return Route(Handling.ELSEWHERE, handset.handset_id)
        found = self._to(handset, Handling.OWNTRACKS, None)
        return found._replace(area=handset.area_code) if handset else found

    def username_of(self, token_digest: bytes) -> str | None:
        """Whose HTTP token this is; None when it is nobody's whom we serve, or is in force no more.

        Reports come one by one, so time does not tell how much of a wrong token was right: what is
        looked up is a digest.
        """
        username = self.reference.by_token.get(token_digest)
        handset = self.reference.by_username.get(username or "")
        if username is None or handset is None or not self._serves(handset):
            return None
        ended_us = self.reference.revoked_us[handset.handset_id]
        return username if ended_us > instant_us(time.time()) else None

    def _to(self, handset: Handset | None, handling: Handling, kind: Uplink | None) -> Route:
        if handset is None:
            return Route(Handling.REFUSE, reason=Reason.UNKNOWN_HANDSET)
        return Route(handling, handset.handset_id, kind=kind)

    def _serves(self, handset: Handset) -> bool:
        return ALL_AREAS in self.areas or handset.area_code in self.areas


def prefixes_and_usernames(topics: Sequence[str]) -> tuple[set[str], set[str]]:
    """The names by which the handsets of these topics would be enrolled."""
    parsed = [parse_topic(topic) for topic in topics]
    prefixes = {f"{t.area_code}/{t.handset_code}" for t in parsed if isinstance(t, NativeTopic)}
    usernames = {t.username for t in parsed if isinstance(t, OwnTracksTopic | OsmAndTopic)}
    return prefixes, usernames
