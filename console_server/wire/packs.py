"""The rule pack in force, as far as a console shows it."""

from typing import Literal

from msgspec import field

from console_server.wire.base import Body
from console_server.wire.cases import IncidentStatus


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


class PackVisitList(Body, frozen=True):
    """A must-visit list (三必访 三必看 三必查): kinds of places, never persons."""

    code: str
    name: str
    places: list[str]
    example: bool


class PackVisits(Body, frozen=True):
    """How must-visit lists are kept: every place in the own grids, on so many days a month.

    `shared`: a visit by anybody whose grid it is counts for all of them.
    """

    per_month: int
    min_work_days: int
    shared: bool
    lists: list[PackVisitList]


class PackStructure(Body, frozen=True):
    """How the place is organised, in its own words: levels from the top, posts, roles, sources."""

    levels: list[str] = []
    grid_size: str = ""
    staffing: list[str] = []
    roles: list[str] = []
    sources: list[str] = []
    information_classes: list[str] = []


class PackArrangement(Body, frozen=True):
    """A standing arrangement that is shown and judges nobody: `times` in each `per`."""

    code: str
    name: str
    who: list[str]
    times: int | None
    per: Literal["day", "week", "month", "quarter", "half_year", "year"] | None
    note: str
    example: bool


class PackAdmitted(Body, frozen=True):
    """Work that a department may hand down to grids (准入目录)."""

    code: str
    name: str
    group_code: str | None
    example: bool


class Pack(Body, frozen=True):
    """GET /api/pack: the rule pack as far as a console shows it."""

    code: str
    version: str
    name: str
    time_zone: str
    classes: list[PackClass]
    groups: list[PackGroup]
    steps: list[IncidentStatus] = []
    fallback_group: str | None = None
    duress_group: str | None = None  # handles calls for help
    joint: bool = False  # several groups at one case (联合执法)
    upward: str | None = None  # the level above that cases may be reported to (上报)
    upward_classes: list[str] = []  # classes that must be reported there at once
    visits: PackVisits | None = None
    structure: PackStructure = field(default_factory=PackStructure)
    arrangements: list[PackArrangement] = []
    admitted: list[PackAdmitted] = []
