"""What a handset asks and is told by HTTP, below `/api/field`; its telemetry goes by MQTT."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from console_server.wire.access import Role
from console_server.wire.attendance import Appeal, AttendanceDay, AttendanceRow
from console_server.wire.base import Body
from console_server.wire.cases import DispatchStatus, IncidentStatus
from console_server.wire.field import Instant, Shift

Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class HandsetSession(Body, frozen=True):
    """POST and GET /api/field/session. `csrf_token` goes back in the header `X-CSRF-Token`."""

    worker_id: int
    worker_code: str
    worker_name: str
    handset_id: str
    csrf_token: str


class OwnGrid(Body, frozen=True):
    """One of the worker's grids. `rings`: borders and holes as lon/lat degrees, even-odd."""

    code: str
    name: str
    community_name: str | None
    rings: list[list[list[float]]]


class OwnCheckpoint(Body, frozen=True):
    """A checkpoint of the worker's grids, without its label."""

    code: str
    name: str
    lon: float
    lat: float


class ReportClass(Body, frozen=True):
    """A class of the rule pack that a worker may report under."""

    code: str
    name: str
    parent_code: str | None


class FieldMe(Body, frozen=True):
    """GET /api/field/me: all that the page needs for a shift without a network.

    `mqtt_path`: where the broker answers by WebSocket, below the page's own address; None: it does
    not. `shifts`: of today and tomorrow in the pack's time zone.
    """

    worker_id: int
    worker_code: str
    worker_name: str
    handset_id: str
    topic_prefix: str
    mqtt_path: str | None
    pack_name: str
    time_zone: str
    grids: list[OwnGrid]
    checkpoints: list[OwnCheckpoint]
    classes: list[ReportClass]
    shifts: list[Shift]
    server_at: datetime


class StillMissing(Body, frozen=True):
    """A rule of today that is not met yet, and the shortest way to mend it.

    `needed_s`: presence in the own grid, at least. `patrols`: how many more, of checkpoints where
    the rule is about those. `possible`: whether there is time left before `until`.
    """

    rule: Literal["in_grid", "patrols", "twice_daily", "checkpoints", "night_watch"]
    needed_s: float
    patrols: int
    until: datetime
    possible: bool


class Visit(Body, frozen=True):
    """A scanned label. `counts`: the phone's place does not speak against it."""

    client_id: str
    checkpoint_code: str
    checkpoint_name: str
    visited_at: datetime
    distance_m: float | None
    counts: bool


class FieldToday(Body, frozen=True):
    """GET /api/field/today: the worker's own day so far, what lacks, where labels were scanned."""

    day: AttendanceDay
    missing: list[StillMissing]
    visits: list[Visit]


class FieldDay(Body, frozen=True):
    """GET /api/field/days/{date}: a day of the own record, with the objections to it."""

    day: AttendanceDay
    visits: list[Visit]
    appeals: list[Appeal]


class FieldMonth(Body, frozen=True):
    """GET /api/field/days?month: the own record of a month, the latest day first."""

    month: str
    days: list[AttendanceRow]


class OwnLook(Body, frozen=True):
    """GET /api/field/looks: somebody looked at the own track of that time."""

    looked_at: datetime
    display_name: str
    role: Role
    from_at: datetime
    to_at: datetime
    via: str


class FieldOrder(Body, frozen=True):
    """GET /api/field/dispatches: an order as it stands at the centre."""

    dispatch: str
    version: int
    status: DispatchStatus
    incident: str
    code: str
    title: str
    ordered_at: datetime
    ended_at: datetime | None
    lon: float | None
    lat: float | None
    text: str | None
    place: str | None
    due_at: datetime | None
    acknowledge_by: datetime | None


class FieldReport(Body, frozen=True):
    """GET /api/field/reports: what a report has become.

    `client_id`: as the handset made it. `seen_at`: when a person at the centre first did something
    about it. `answer`: what the centre said at its end.
    """

    client_id: str
    code: str
    title: str
    class_code: str
    source: str
    status: IncidentStatus
    reported_at: datetime
    closed_at: datetime | None
    seen_at: datetime | None
    answer: str | None


class NewVisit(Body, frozen=True):
    """POST /api/field/visits. `client_id` makes a retry safe; lon, lat: both or neither."""

    client_id: str
    label: str
    at: Instant
    lon: Degrees | None = None
    lat: Degrees | None = None
    accuracy_m: float | None = None


class CheckpointLabel(Body, frozen=True):
    """GET /api/checkpoints/labels: what to print. `label` goes into the code after `#scan=`."""

    code: str
    name: str
    area_code: str
    area_name: str
    label: str
