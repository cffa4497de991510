"""Every message between the server and its clients: the HTTP bodies and the live socket's JSON.

Owns shapes only. Keys are camelCase on the wire. Instants are ISO 8601 with offset, durations `S`
seconds, lengths `M` metres, shares 0-1, lon/lat degrees WGS-84. The console's TypeScript types are
generated from this module.
"""

from datetime import date, datetime
from typing import Literal

import msgspec


class Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Base of all bodies: camelCase, and a misspelt field is an error instead of a silence."""


# -- errors and session


class Problem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`application/problem+json` (RFC 9457). `code` is stable; `errors` names fields or rows."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    errors: tuple[str, ...] = ()


class SignIn(Body, frozen=True):
    """POST /api/session."""

    username: str
    password: str


Role = Literal[
    "administrator", "dispatcher", "supervisor", "duty_leader", "department", "wall", "worker"
]


class Session(Body, frozen=True):
    """Who is signed in. `csrf_token` goes back in the header `X-CSRF-Token` of every command."""

    username: str
    display_name: str
    role: Role
    area_code: str | None
    csrf_token: str


class Installation(Body, frozen=True):
    """GET /api/installation, public: what a console needs before anybody signs in."""

    pack_code: str
    pack_name: str
    time_zone: str
    tile_url: str | None
    tile_datum: Literal["wgs84", "gcj02", "bd09"]
    demo: bool
    version: str


# -- areas, workers, handsets, shifts


class Area(Body, frozen=True):
    """A node of the tree district / subdistrict / community / grid."""

    area_id: int
    code: str
    name: str
    kind: Literal["district", "subdistrict", "community", "grid"]
    parent_code: str | None
    households: int | None


class NewWorker(Body, frozen=True):
    """POST /api/workers. `area_code` may be left out where the grids name the subdistrict."""

    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"] = "part_time"
    phone: str | None = None
    area_code: str | None = None
    grid_codes: list[str] = []
    group_code: str | None = None
    skills: list[str] = []


class Worker(Body, frozen=True):
    """A person in the field."""

    worker_id: int
    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"]
    phone: str | None
    area_code: str
    grid_codes: list[str]
    group_code: str | None
    skills: list[str]


class NewHandset(Body, frozen=True):
    """POST /api/handsets: enrol a handset for a worker."""

    worker_id: int
    kind: Literal["native", "owntracks"] = "native"


class Handset(Body, frozen=True):
    """An enrolled handset, without its secret."""

    handset_id: str
    worker_id: int
    kind: Literal["native", "owntracks"]
    username: str
    topic_prefix: str
    enrolled_at: datetime
    revoked_at: datetime | None


class HandsetCredentials(Body, frozen=True):
    """The one time that a handset's secret is shown. They are in force when this arrives."""

    handset_id: str
    username: str
    password: str
    host: str
    port: int
    topic_prefix: str


class NewShift(Body, frozen=True):
    """POST /api/shifts."""

    worker_id: int
    starts_at: datetime
    ends_at: datetime
    kind: Literal["patrol", "standby", "night"] = "patrol"


class Shift(Body, frozen=True):
    """A planned duty period."""

    shift_id: int
    worker_id: int
    starts_at: datetime
    ends_at: datetime
    kind: Literal["patrol", "standby", "night"]


class ImportReport(Body, frozen=True):
    """What an import did. A rejected one changes nothing and answers with a Problem."""

    kind: str
    created: int
    updated: int
    unchanged: int


# -- incidents and dispatches

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


class Incident(IncidentSummary, frozen=True):
    """An incident with its description and its case file, oldest event first."""

    description: str
    pack_version: str
    events: list[IncidentEvent]
    allowed: list[IncidentStatus]  # where this account may move it from here


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


# -- positions, tracks, attendance


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


Outcome = Literal["met", "not_met", "undecided"]


class ShareVerdict(Body, frozen=True):
    """Share of work time in the own grid with bounds 0-1; None where there was no work time."""

    lower: float | None
    upper: float | None
    required: float
    outcome: Outcome | None


class CountVerdict(Body, frozen=True):
    """A count of patrols, certain and possible ones, against what the pack asks for."""

    count: int
    possible: int
    required: int
    outcome: Outcome | None


class TwiceDailyVerdict(Body, frozen=True):
    """一日双巡. `outcome` None: the pack does not ask for it or no duty was planned."""

    outcome: Outcome | None
    windows: list[bool]  # certain patrol found in each window of the pack


class Stay(Body, frozen=True):
    """A maximal run of a track with one judgement: the evidence."""

    stay_id: str
    judgement: Literal["inside", "outside", "on_order", "unknown"]
    from_at: datetime
    to_at: datetime
    grid_code: str | None
    cause: str | None


class Patrol(Body, frozen=True):
    """A stretch of in-grid presence that satisfies the pack's patrol rule."""

    from_at: datetime
    to_at: datetime
    inside_s: float
    cells: int
    checkpoints: int
    certain: bool


class AttendanceRow(Body, frozen=True):
    """One worker's day in a list."""

    worker_id: int
    worker_code: str
    worker_name: str
    date: date
    grid_codes: list[str]
    work_s: float
    inside_s: float
    unknown_s: float
    in_grid: ShareVerdict
    patrols: CountVerdict
    twice_daily: TwiceDailyVerdict


class AttendanceDay(AttendanceRow, frozen=True):
    """One worker's day with its evidence. `provisional`: the day is still running."""

    pack_code: str
    pack_version: str
    input_hash: str
    computed_at: datetime
    provisional: bool
    planned_s: float
    leave_s: float
    order_s: float
    outside_s: float
    work_spans: list[tuple[datetime, datetime]]
    stays: list[Stay]
    patrol_list: list[Patrol]


class AttendanceBoard(Body, frozen=True):
    """GET /api/attendance?date&area."""

    date: date
    rows: list[AttendanceRow]


# -- live socket: server -> client, JSON text


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


class IncidentDelta(Body, frozen=True, tag_field="type", tag="incident"):
    """The whole new value; older versions than the one known are to be ignored."""

    seq: str
    incident: IncidentSummary


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


LiveMessage = Snapshot | IncidentDelta | WorkerDelta | Behind | SystemHealth


class Health(Body, frozen=True):
    """GET /api/health. Ready only when a loopback fix went broker, store, hub."""

    ready: bool
    parts: dict[str, Literal["ok", "failing", "unknown"]]
    loopback_s: float | None
    detail: dict[str, str] = {}
