"""How telemetry ingest fares: GET /api/ingest, for administrators."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body


class IngestProcess(Body, frozen=True):
    """One ingest process by its last heartbeat. Counters since `started_at`.

    Rate and lags (from fix to commit, rounded up; None without fixes) are of the last minute.
    `backlog` counts messages in its hands, not those that wait at the broker.
    """

    areas: list[str]
    at: datetime
    started_at: datetime
    waiting_for: list[str]
    received: int
    committed: int
    duplicate: int
    ignored: int
    removed: int
    redelivered: int
    backlog: int
    committed_per_s: float
    lag_half_s: float | None
    lag_most_s: float | None
    last_commit_at: datetime | None


class RejectCount(Body, frozen=True):
    """Dead letters of one reason in the last 24 hours."""

    reason: str
    count: int


class DeadLetter(Body, frozen=True):
    """Something that was refused; never the place of a worker off duty."""

    received_at: datetime
    reason: str
    handset_id: str | None
    worker_name: str | None
    topic: str | None
    fixed_at: datetime | None
    detail: str | None


class IngestHealth(Body, frozen=True):
    """Everything the health page shows. `broker_backlog`: None where the broker is not asked."""

    ready: bool
    parts: dict[str, Literal["ok", "failing", "unknown"]]
    detail: dict[str, str]
    loopback_s: float | None
    broker_backlog: int | None
    processes: list[IngestProcess]
    rejects: list[RejectCount]
    newest: list[DeadLetter]
