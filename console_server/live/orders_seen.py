"""Which workers are on an order or call for help, as the incident deltas tell.

Owns a small memory of open incidents; not the incidents. Older versions than the one known are
ignored, so deltas may come twice.
"""

from collections import Counter
from datetime import datetime

import msgspec

from console_server.dispatches.dispatch import RUNNING


class SeenDispatch(msgspec.Struct, frozen=True, rename="camel"):
    """What matters here of `wire.cases.Dispatch`."""

    worker_id: int
    status: str


class SeenIncident(msgspec.Struct, frozen=True, rename="camel"):
    """What matters here of `wire.cases.IncidentSummary`."""

    id: str
    version: int
    source: str
    reporter_worker_id: int | None
    closed_at: datetime | None
    dispatches: list[SeenDispatch]


_decoder = msgspec.json.Decoder(SeenIncident)


class OrdersSeen:
    """Open incidents, by id."""

    def __init__(self) -> None:
        self._open: dict[str, SeenIncident] = {}

    def see(self, body: bytes) -> None:
        """Take over the newest value of an incident, as JSON."""
        incident = _decoder.decode(body)
        known = self._open.get(incident.id)
        if known is not None and incident.version < known.version:
            return
        self._open.pop(incident.id, None)
        if incident.closed_at is None:
            self._open[incident.id] = incident

    def running_orders(self) -> Counter[int]:
        """Worker id → number of running dispatches."""
        return Counter(
            dispatch.worker_id
            for incident in self._open.values()
            for dispatch in incident.dispatches
            if dispatch.status in RUNNING
        )

    def in_duress(self) -> set[int]:
        """Workers whose call for help is not closed yet."""
        return {
            incident.reporter_worker_id
            for incident in self._open.values()
            if incident.source == "duress" and incident.reporter_worker_id is not None
        }
