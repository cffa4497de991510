"""Areas, workers, handsets and shifts: who works where, and when."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from console_server.wire.base import Body


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
    post: str = ""  # of the pack's staffing, such as 网格指导员


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
    post: str = ""


class NewHandset(Body, frozen=True):
    """POST /api/handsets: enrol a handset for a worker."""

    worker_id: int
    kind: Literal["native", "owntracks", "traccar"] = "native"


class Handset(Body, frozen=True):
    """An enrolled handset, without its secret."""

    handset_id: str
    worker_id: int
    kind: Literal["native", "owntracks", "traccar"]
    username: str
    topic_prefix: str
    enrolled_at: datetime
    revoked_at: datetime | None


class HandsetCredentials(Body, frozen=True):
    """The one time that a handset's secret is shown. They are in force when this arrives.

    `url`: where a `traccar` handset reports; it holds the secret, and needs nothing else but the
    device identifier, which is the username. `account_is_yours`: the broker's accounts are not
    this server's to write, so somebody has to add this one there.
    """

    handset_id: str
    username: str
    password: str
    host: str
    port: int
    topic_prefix: str
    url: str | None = None
    account_is_yours: bool = False


Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class NewShift(Body, frozen=True):
    """POST /api/shifts. Instants without an offset are refused."""

    worker_id: int
    starts_at: Instant
    ends_at: Instant
    kind: Literal["patrol", "standby", "night"] = "patrol"


class Shift(Body, frozen=True):
    """A planned duty period."""

    shift_id: int
    worker_id: int
    starts_at: datetime
    ends_at: datetime
    kind: Literal["patrol", "standby", "night"]


class Checkpoint(Body, frozen=True):
    """A place that a patrol must touch: within `radius_m` of lon/lat."""

    checkpoint_id: int
    code: str
    name: str
    area_code: str
    lon: float
    lat: float
    radius_m: float
    visit_list: str | None = None  # code of the pack's must-visit list that names it


class ImportReport(Body, frozen=True):
    """What an import did. A rejected one changes nothing and answers with a Problem."""

    kind: str
    created: int
    updated: int
    unchanged: int
