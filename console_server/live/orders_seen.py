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
    """Open incidents by id, and what follows from them for each worker."""

    def __init__(self) -> None:
        self._open: dict[str, SeenIncident] = {}
        self.running_orders: Counter[int] = Counter()
        self.calls_for_help: Counter[int] = Counter()

    def see(self, body: bytes) -> set[int]:
        """Take over the newest value of an incident, as JSON: the workers it concerns."""
        incident = _decoder.decode(body)
        known = self._open.get(incident.id)
        if known is not None and incident.version < known.version:
            return set()
        concerned = set[int]()
        if known is not None:
            concerned |= self._count(known, -1)
            del self._open[known.id]
        if incident.closed_at is None:
            concerned |= self._count(incident, 1)
            self._open[incident.id] = incident
        return concerned

    def _count(self, incident: SeenIncident, by: int) -> set[int]:
        running = [each.worker_id for each in incident.dispatches if each.status in RUNNING]
        for worker_id in running:
            self.running_orders[worker_id] += by
        if incident.source != "duress" or incident.reporter_worker_id is None:
            return set(running)
        self.calls_for_help[incident.reporter_worker_id] += by
        return {*running, incident.reporter_worker_id}
