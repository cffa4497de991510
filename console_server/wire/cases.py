"""Incidents and dispatches; whom to send is `recommendations.py`, the rule pack `packs.py`."""

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


RequestKind = Literal["suspended", "extended", "sent_back"]
GroupOrderStatus = Literal["ordered", "accepted", "done", "withdrawn"]


class GroupOrder(Body, frozen=True):
    """A case given to a functional group. `result`: what came of it, or why it was withdrawn."""

    order_id: str
    group_code: str
    joint: bool  # besides the group that leads (联合执法)
    version: int
    status: GroupOrderStatus
    ordered_at: datetime
    ordered_by: str
    accepted_at: datetime | None
    ended_at: datetime | None
    result: str | None


class PendingRequest(Body, frozen=True):
    """A request that waits for another person's ruling."""

    id: str
    kind: RequestKind
    reason: str
    asked_at: datetime
    asked_by: str


class Supervision(Body, frozen=True):
    """Somebody put the case under supervision (督办), and why."""

    at: datetime
    by: str
    reason: str


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
    answered_at: datetime | None = None  # a call for help: the alarm stops on every console
    answered_by: str | None = None
    group_orders: list[GroupOrder] = []
    pending_request: PendingRequest | None = None
    supervision: Supervision | None = None
    upward_at: datetime | None = None  # reported to the level above (上报)
    merged_into: str | None = None
    merged_into_code: str | None = None


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


class ForeseenDeadline(Body, frozen=True):
    """GET /api/incidents/{id}/deadline: what granting a request makes of the deadline.

    `due_after`: of an extension. `left_s`: where the clock stops, what is left of the limit when it
    goes on, in working time unless `day_and_night`.
    """

    due_at: datetime | None
    due_after: datetime | None
    left_s: float | None
    day_and_night: bool


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
    """POST /api/incidents/{id}/group. No group: the class's; `fallback`: the pack's (兜底).

    `joint`: groups that take part besides (联合执法), where the pack has it; named alone while a
    group is at work, they join that one.
    """

    version: int
    group_code: str | None = None
    fallback: bool = False
    joint: list[str] = []


class GroupStep(Body, frozen=True):
    """POST /api/group-orders/{id}/steps. `version` is the order's own; `done` needs a result."""

    to: Literal["accepted", "done", "withdrawn"]
    version: int
    result: str = ""


class NewSupervision(Body, frozen=True):
    """POST /api/incidents/{id}/supervision. `on` false ends it."""

    version: int
    reason: str
    on: bool = True


class NewUpwardReport(Body, frozen=True):
    """POST /api/incidents/{id}/upward: a report to the level above (上报), for the case file."""

    version: int
    text: str


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
    accepted_at: datetime | None = None
    started_at: datetime | None = None  # somebody was sent, or took it up
    handled_at: datetime | None = None


MoveNeed = Literal["reason", "answer", "into", "rating"]
Rating = Literal["satisfied", "fair", "dissatisfied"]


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
    needed: dict[str, list[MoveNeed]] = {}  # what each of the allowed moves asks for
    may_rule: bool = False  # whether this account may rule on the pending request
    may_supervise: bool = False
    may_report_upward: bool = False
    may_join_groups: bool = False
    sendable: bool = True  # whether somebody can be sent to it, by status and admission (准入)
    order_groups: list[str] = []  # orders to groups that this account may step, by their ids


class IncidentPage(Body, frozen=True):
    """GET /api/incidents?state=open|closed|all&area&limit&before; newest first.

    Further filters: class (with what lies under it), group, source, status, severity, from and to
    (days, of the report), overdue, supervised, waiting (for a ruling), text.
    """

    incidents: list[IncidentSummary]
    next_before: datetime | None
    total: int | None = None  # of all pages; only on the first one


class Transition(Body, frozen=True):
    """POST …/transitions. `version` is the one the person saw: a newer one is a conflict."""

    to: str
    version: int
    reason: str | None = None
    into: str | None = None  # the incident to merge into, for `merged`
    rating: Rating | None = None  # what whoever reported it thinks of it, for `evaluated`
