"""The live socket, server to client, JSON text; and the health of the whole."""

from datetime import datetime
from typing import Literal

from console_server.wire.alerts import Alert
from console_server.wire.base import Body
from console_server.wire.cases import IncidentSummary


class LiveWorker(Body, frozen=True):
    """A row of the slot table: who the columns of a position frame speak of."""

    slot: int
    worker_id: int
    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"]
    grid_codes: list[str]
    group_code: str | None
    cause: str | None
    battery: float | None


class Snapshot(Body, frozen=True, tag_field="type", tag="snapshot"):
    """All there is up to event `seq`; a full binary position frame follows at once."""

    seq: str
    at: datetime
    workers: list[LiveWorker]
    incidents: list[IncidentSummary]  # open ones, and those closed in the last 24 h
    alerts: list[Alert] = []  # those that have not ended


class IncidentDelta(Body, frozen=True, tag_field="type", tag="incident"):
    """The whole new value; older versions than the one known are to be ignored."""

    seq: str
    incident: IncidentSummary


class AlertDelta(Body, frozen=True, tag_field="type", tag="alert"):
    """The whole new value of an alert; one that has ended is to be forgotten."""

    seq: str
    alert: Alert


class WorkerDelta(Body, frozen=True, tag_field="type", tag="worker"):
    """A worker is new or changed (name, grids, cause of silence, battery)."""

    seq: str
    worker: LiveWorker


class Behind(Body, frozen=True, tag_field="type", tag="behind"):
    """This console reads too slowly: so many position ticks were left out."""

    skipped: int


class SystemHealth(Body, frozen=True, tag_field="type", tag="health"):
    """Parts that are not well, by name (`ingest`, `store`, `broker`, `cache`); empty: all are."""

    failing: list[str]


LiveMessage = Snapshot | IncidentDelta | AlertDelta | WorkerDelta | Behind | SystemHealth


class Health(Body, frozen=True):
    """GET /api/health. Ready only when a loopback fix went broker, store, hub."""

    ready: bool
    parts: dict[str, Literal["ok", "failing", "unknown"]]
    loopback_s: float | None
    detail: dict[str, str] = {}
