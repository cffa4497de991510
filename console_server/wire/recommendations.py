"""Whom to send, with the reasons; sending, and sending somebody else."""

from typing import Literal

from console_server.wire.base import Body


class Reason(Body, frozen=True):
    """One reason in a recommendation: a message key of the catalogue and its values."""

    code: str
    values: dict[str, str | int | float] = {}


TravelBy = Literal["streets", "straight", "unreachable"]


class Candidate(Body, frozen=True):
    """A worker who could go, and why at this rank. `travel_s` walking time, estimated.

    `travel_by`: on the street network; by the straight line with a detour; or by it though the
    network has no way there. `doubt_m`: they may be that far from their last fix; then they would
    need up to `travel_max_s`.
    """

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
    travel_by: TravelBy = "straight"
    travel_max_s: float | None = None
    doubt_m: float | None = None
    group_code: str | None = None
    skills: list[str] = []


class Recommendation(Body, frozen=True):
    """GET …/recommendations?group&skill&maxMinutes&onlyFree, best first. Empty: `none` says why."""

    candidates: list[Candidate]
    none: Reason | None


class NewDispatch(Body, frozen=True):
    """POST /api/incidents/{id}/dispatches. No worker: the first recommended one goes."""

    worker_id: int | None = None


class Reassignment(Body, frozen=True):
    """POST /api/dispatches/{id}/reassignment: one order is withdrawn, another one given, or none.

    `version` is the withdrawn dispatch's. No worker: the first recommended one goes.
    """

    version: int
    worker_id: int | None = None
    reason: str | None = None
