"""Positions and tracks."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body


class Position(Body, frozen=True):
    """The latest known place of a worker; presence by the server's clock."""

    worker_id: int
    lon: float | None
    lat: float | None
    fixed_at: datetime | None
    grid_code: str | None
    presence: Literal["off_duty", "online", "stale", "silent"]
    cause: str | None
    battery: float | None
    speed_mps: float | None
    course_deg: float | None
    accuracy_m: float | None


class Track(Body, frozen=True):
    """Accepted fixes in order, as columns of one length."""

    worker_id: int
    from_at: datetime
    to_at: datetime
    fixed_at: list[float]  # Unix seconds
    lon: list[float]
    lat: list[float]
    accuracy_m: list[float | None]
    flags: list[int]
    grid_code: list[str | None]


class TrackLook(Body, frozen=True):
    """GET /api/track-looks: somebody looked at a worker's track, or replayed those of many.

    Of many (`workers` above 1), the worker is the one asked about, or None; `area_code` None:
    everywhere.
    """

    look_id: int
    looked_at: datetime
    username: str
    worker_id: int | None
    worker_code: str | None
    worker_name: str | None
    from_at: datetime
    to_at: datetime
    via: str
    workers: int = 1
    area_code: str | None = None
