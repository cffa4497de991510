"""Incidents, dispatches, recommendations, and the rule pack that shapes them."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body

IncidentStatus = Literal[
    "reported", "accepted", "rejected", "merged", "dispatched", "handling", "handled", "verified",
    "closed", "evaluated", "suspended", "sent_back", "rework", "void",
]  # fmt: skip
DispatchStatus = Literal[
    "ordered", "acknowledged", "en_route", "on_scene", "cleared", "declined", "cancelled", "lapsed"
]


class NewIncident(Body, frozen=True):
    """POST /api/incidents. `client_id` makes a retry safe: the same id is the same incident."""

    class_code: str
    title: str
    description: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    severity: int | None = None
    client_id: str | None = None


class Dispatch(Body, frozen=True):
    """One worker sent to one incident. `sent_at`: the broker took the order."""

    dispatch_id: str
    incident_id: str
    worker_id: int
    worker_name: str
    version: int
    status: DispatchStatus
    ordered_at: datetime
    sent_at: datetime | None
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    en_route_at: datetime | None
    on_scene_at: datetime | None
    cleared_at: datetime | None
    ended_at: datetime | None
    reason: str | None


class IncidentEvent(Body, frozen=True):
    """One entry of the case file. `kind` and `body` are for the console's own wording."""

    version: int
    at: datetime
    kind: str
    actor_kind: Literal["account", "worker", "system", "outside"]
    actor: str
    body: dict[str, str | int | float | bool | None]


class IncidentSummary(Body, frozen=True):
    """An incident as lists and the live socket carry it."""

    id: str
    code: str
    version: int
    status: IncidentStatus
    class_code: str
    severity: int
    title: str
    place: str
    lon: float | None
    lat: float | None
    area_id: int | None
    grid_code: str | None
    source: str
    reporter_worker_id: int | None
    group_code: str | None
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    dispatches: list[Dispatch]
    overdue_at: datetime | None = None  # noted late for the deadline in force
    stopped_at: datetime | None = None  # the clock stands still since; `due_at` moves later
    group_ordered_at: datetime | None = None  # its group was told to handle it
    escalated_to: str | None = None  # the role told last that nobody looks after it


RequestKind = Literal["suspended", "extended", "sent_back"]


class ClockRequest(Body, frozen=True):
    """Somebody asks to stop a clock or for more time; another person rules. Working hours, days."""

    id: str
    kind: RequestKind
    reason: str
    hours: float
    days: float
    asked_at: datetime
    asked_by: str
    ruled_at: datetime | None
    ruled_by: str | None
    granted: bool | None
    ruling_reason: str | None


class NewClockRequest(Body, frozen=True):
    """POST /api/incidents/{id}/requests. `hours`, `days`: of an extension, in working time."""

    kind: RequestKind
    reason: str
    version: int
    hours: float = 0.0
    days: float = 0.0


class ClockRuling(Body, frozen=True):
    """POST /api/requests/{id}/ruling, by another person than who asked."""

    granted: bool
    reason: str = ""


class NewGroupOrder(Body, frozen=True):
    """POST /api/incidents/{id}/group. No group: the class's; `fallback`: the pack's (兜底)."""

    version: int
    group_code: str | None = None
    fallback: bool = False


class HotlineTicket(Body, frozen=True):
    """POST /api/hotline/tickets. `ticket` is the hotline's own number: a retry is the same case."""

    ticket: str
    title: str
    description: str = ""
    place: str = ""
    class_code: str | None = None
    lon: float | None = None
    lat: float | None = None


class HotlineStatus(Body, frozen=True):
    """GET /api/hotline/tickets/{ticket}. `answer`: what was said when it came to its end."""

    ticket: str
    code: str
    status: IncidentStatus
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    group_name: str | None
    merged_into: str | None
    answer: str | None


class SimilarIncident(Body, frozen=True):
    """An open case that may be the same one; a person merges. `same_class`: of one top class."""

    id: str
    code: str
    title: str
    status: IncidentStatus
    class_code: str
    reported_at: datetime
    distance_m: float
    same_class: bool


class Incident(IncidentSummary, frozen=True, kw_only=True):
    """An incident with its description and its case file, oldest event first."""

    description: str
    pack_version: str
    events: list[IncidentEvent]
    allowed: list[IncidentStatus]  # where this account may move it from here
    requests: list[ClockRequest] = []
    askable: list[RequestKind] = []  # what may be asked for now; another person rules on it
    similar: list[SimilarIncident] = []


class IncidentPage(Body, frozen=True):
    """GET /api/incidents?state=open|closed|all&area&limit&before; newest first."""

    incidents: list[IncidentSummary]
    next_before: datetime | None


class Reason(Body, frozen=True):
    """One reason in a recommendation: a message key of the catalogue and its values."""

    code: str
    values: dict[str, str | int | float] = {}


class Candidate(Body, frozen=True):
    """A worker who could go, and why at this rank. `travel_s` walking time, estimated."""

    worker_id: int
    name: str
    distance_m: float
    travel_s: float
    own_grid: bool
    open_dispatches: int
    battery: float | None
    fix_age_s: float
    presence: Literal["off_duty", "online", "stale", "silent"]
    reasons: list[Reason]


class Recommendation(Body, frozen=True):
    """GET /api/incidents/{id}/recommendations, best first. Empty: `none` says why."""

    candidates: list[Candidate]
    none: Reason | None


class NewDispatch(Body, frozen=True):
    """POST /api/incidents/{id}/dispatches. No worker: the first recommended one goes."""

    worker_id: int | None = None


class Transition(Body, frozen=True):
    """POST …/transitions. `version` is the one the person saw: a newer one is a conflict."""

    to: str
    version: int
    reason: str | None = None
    into: str | None = None  # the incident to merge into, for `merged`


class PackClass(Body, frozen=True):
    """An incident class or item of the rule pack."""

    code: str
    name: str
    parent_code: str | None
    severity: int
    group_code: str | None
    example: bool


class PackGroup(Body, frozen=True):
    """A functional group that handles incidents."""

    code: str
    name: str
    example: bool


class Pack(Body, frozen=True):
    """GET /api/pack: the rule pack as far as a console shows it."""

    code: str
    version: str
    name: str
    time_zone: str
    classes: list[PackClass]
    groups: list[PackGroup]
