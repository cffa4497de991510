"""What residents send and are told without an account, below `/api/resident`."""

from datetime import datetime
from typing import Literal

from console_server.wire.base import Body


class ResidentChoice(Body, frozen=True):
    """Something that may be reported, in public words."""

    code: str
    name: str
    english: str | None = None


class ResidentArea(Body, frozen=True):
    """A community to choose where the phone cannot say where it is."""

    code: str
    name: str


class ResidentForm(Body, frozen=True):
    """GET /api/resident/form: what the page offers. 404: the installation has closed it."""

    name: str
    choices: list[ResidentChoice]
    areas: list[ResidentArea]
    photos_max: int
    photo_max_bytes: int
    contact_days: int  # a telephone number is deleted so long after the close


class ResidentReport(Body, frozen=True):
    """POST /api/resident/reports. `client_id` is a random UUID: a retry is the same report."""

    client_id: str
    text: str
    place: str = ""
    class_code: str | None = None  # None: the centre decides
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None


class ResidentReceipt(Body, frozen=True):
    """The code to follow the report by; nobody else is told it, and it cannot be looked up."""

    code: str


class FollowReport(Body, frozen=True):
    """POST /api/resident/follow: in the body, so that the code stands in no log."""

    code: str


class RateReport(Body, frozen=True):
    """POST /api/resident/rating, once, after the close. 5 stars are best."""

    code: str
    stars: int
    remark: str = ""


class ResidentStatus(Body, frozen=True):
    """How a report fares, in the four steps that a resident understands.

    `merged`: it goes on in the case of somebody else who reported the same; times and answer are
    of that case then.
    """

    case_code: str
    state: Literal["received", "accepted", "working", "done", "refused"]
    reported_at: datetime
    accepted_at: datetime | None
    started_at: datetime | None
    closed_at: datetime | None
    group_name: str | None
    answer: str | None
    merged: bool
    may_rate: bool
    stars: int | None


class ReporterContact(Body, frozen=True):
    """GET /api/incidents/{id}/reporter, for dispatchers; a look at a number is on record.

    `phone` None: not given, or its time is over. `stars`: the public rating (群众评价).
    """

    by_resident: bool
    phone: str | None
    stars: int | None
    remark: str | None
    rated_at: datetime | None
