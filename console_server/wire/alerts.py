"""Alerts that raise and end themselves, as consoles read them."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body


class Alert(Body, frozen=True):
    """A handset on duty that fell silent; `area_silent`: so many of a subdistrict at once.

    `cause` of one worker: as of `LiveWorker`; of an area: `outage` (ours) or `area_wide`.
    """

    id: str
    version: int
    kind: Literal["silent", "area_silent"]
    worker_id: int | None
    worker_name: str | None
    area_id: int
    area_code: str
    area_name: str
    cause: str
    silent_since: datetime
    silent_count: int
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ended_at: datetime | None
    ending: Literal["heard", "off_duty", "in_area_alert"] | None


class Alerts(Body, frozen=True):
    """GET /api/alerts?state=running|all&area&before&limit."""

    alerts: list[Alert]
