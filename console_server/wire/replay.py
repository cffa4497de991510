"""Replays: what there is besides the binary chunks (`console_server/replay/chunk.py`)."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body
from console_server.wire.cases import Dispatch, IncidentStatus


class ReplaySpan(Body, frozen=True):
    """`[from_at, to_at)`."""

    from_at: datetime
    to_at: datetime


class ReplayHorizon(Body, frozen=True):
    """GET /api/replay/horizon: what can be asked for. Shifts: from the first to the last one's end.

    `kept_from`: positions before that are deleted.
    """

    now: datetime
    kept_from: datetime
    period_max_s: int
    today: ReplaySpan | None
    yesterday: ReplaySpan | None


class ReplayGrid(Body, frozen=True):
    """A grid that was a worker's own for a part of the period."""

    code: str
    from_at: datetime
    to_at: datetime


class ReplayWorker(Body, frozen=True):
    """Whom a slot of the chunks speaks of, as things were then.

    `duty`: when on duty; `duty_told`: the handset said so, else it is what the shifts planned.
    """

    slot: int
    worker_id: int
    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"]
    group_code: str | None
    grids: list[ReplayGrid]
    duty: list[ReplaySpan]
    duty_told: bool


class ReplayStep(Body, frozen=True):
    """From then on the incident had this status."""

    at: datetime
    status: IncidentStatus


class ReplayIncident(Body, frozen=True):
    """An incident of the period with the steps and orders that belong to it, oldest first.

    `due_at` is the deadline in force today; `closed_at` and the steps end with the period.
    """

    id: str
    code: str
    class_code: str
    severity: int
    title: str
    place: str
    lon: float | None
    lat: float | None
    grid_code: str | None
    source: str
    reporter_worker_id: int | None
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    steps: list[ReplayStep]
    dispatches: list[Dispatch]


class Replay(Body, frozen=True):
    """GET /api/replay: everything but the positions, which follow in `chunks` of `chunk_s`.

    `borders_changed_at`: when borders changed within the period; `outages`: the system's own.
    """

    replay_id: int
    from_at: datetime
    to_at: datetime
    kept_from: datetime
    area_code: str | None
    chunk_s: int
    chunks: int
    workers: list[ReplayWorker]
    incidents: list[ReplayIncident]
    incidents_cut: bool  # there are more than are shown
    outages: list[ReplaySpan]
    borders_changed_at: list[datetime]


class ReplayDensity(Body, frozen=True):
    """GET /api/replay/{replayId}/density: fixes per bin of `bin_s`, of `sampled` of the workers."""

    bin_s: int
    fixes: list[int]
    sampled: int
    workers: int
