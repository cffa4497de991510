"""Attendance by the month: the heat map, one worker's month, exceptions, and rules of a month."""

from datetime import date, datetime
from typing import Literal

from console_server.wire.attendance import Appeal, AttendanceRow, Outcome, VerdictChange
from console_server.wire.base import Body

ExceptionKind = Literal["not_met", "undecided", "changed", "appealed", "still", "speed", "mock"]


class DayOutcomes(Body, frozen=True):
    """How many workers of an area came out how on one day of the month.

    `running`: the day is not over; met so far, or still to be done.
    """

    met: int
    not_met: int
    undecided: int
    running: int = 0


class AreaMonth(Body, frozen=True):
    """One line of the heat map by area; `days` from the first of the month on."""

    area_code: str
    area_name: str
    days: list[DayOutcomes]


class WorkerLine(Body, frozen=True):
    """One line of the heat map by worker.

    `days`: a letter a day of the month: `m` met, `n` not met, `u` undecided, `-` nothing was
    asked, `.` no record; while the day runs, `s` met so far, `r` still to be done. The worst of a
    day's rules.
    """

    worker_id: int
    worker_code: str
    worker_name: str
    area_code: str
    grid_codes: list[str]
    days: str


class MonthBoard(Body, frozen=True):
    """GET /api/attendance/months?month&area."""

    month: str
    areas: list[AreaMonth]
    workers: list[WorkerLine]


class ExceptionLine(Body, frozen=True):
    """A worker's day that somebody should look at first, and why."""

    worker_id: int
    worker_code: str
    worker_name: str
    date: date
    grid_codes: list[str]
    kinds: list[ExceptionKind]
    final: bool


class ExceptionCount(Body, frozen=True):
    """How many worker days of the month there are of a kind."""

    kind: ExceptionKind
    count: int


class Exceptions(Body, frozen=True):
    """GET /api/attendance/exceptions?month&area&kind; `more`: there are further ones."""

    month: str
    counts: list[ExceptionCount]
    lines: list[ExceptionLine]
    more: bool


class PlaceVisit(Body, frozen=True):
    """A day on which a place was surely visited; the first and the last fix that prove it.

    `scans`: how many of `fixes` were scans of the place's label. `visited_by`: the colleague who
    was there, where places are shared within a grid.
    """

    date: date
    from_at: datetime
    to_at: datetime
    fixes: int
    scans: int = 0
    visited_by: str | None = None


class MonthPlace(Body, frozen=True):
    """A grid or a place of a list over the month; `possible`: days surely or perhaps visited."""

    code: str
    name: str
    asked_days: int
    visits: list[PlaceVisit]
    possible: int
    outcome: Outcome


class MonthRule(Body, frozen=True):
    """A rule that is judged by the month: a guide's tour, or one must-visit list."""

    rule: Literal["guide_tour", "visits"]
    list_name: str
    count: int
    possible: int
    required: int
    outcome: Outcome
    places: list[MonthPlace]
    shared: bool = False  # a visit by anybody whose grid it is counts for all of them


class MonthRuleState(Body, frozen=True):
    """How a rule of the month came out, without its places."""

    rule: Literal["guide_tour", "visits"]
    list_name: str
    count: int
    possible: int
    required: int
    outcome: Outcome


class MonthChange(Body, frozen=True):
    """A final month that came out otherwise.

    `days`: the ones that were judged anew since. `causes`: those of `VerdictChange`, or day_record:
    a day's record changed and its own verdict did not, or colleague: a visit by somebody who has
    the grid in common.
    """

    change_id: int
    worker_id: int
    worker_code: str
    worker_name: str
    month: str
    changed_at: datetime
    days: list[date]
    causes: list[str]
    before: list[MonthRuleState]
    after: list[MonthRuleState]


class MonthChanges(Body, frozen=True):
    """GET /api/attendance/month-changes?from&to&area; `more`: there are older ones."""

    changes: list[MonthChange]
    more: bool


class MonthDay(AttendanceRow, frozen=True):
    """One day of a worker's month."""

    planned_s: float
    leave_s: float
    order_s: float
    outage_s: float
    excused_s: float


class RuleTotal(Body, frozen=True):
    """How the days of a month came out by one rule; `running`: days that are not over."""

    rule: Literal["in_grid", "patrols", "twice_daily", "checkpoints", "night_watch"]
    met: int
    not_met: int
    undecided: int
    running: int = 0


class WorkerMonth(Body, frozen=True):
    """GET /api/attendance/{workerId}/months/{month}.

    `lower`, `upper`: the share of all work time in the own grids. `provisional`: the month runs,
    or some of its days are not final.
    """

    worker_id: int
    worker_code: str
    worker_name: str
    post: str
    grid_codes: list[str]
    month: str
    pack_code: str
    pack_version: str
    provisional: bool
    planned_s: float
    leave_s: float
    order_s: float
    outage_s: float
    excused_s: float
    work_s: float
    inside_s: float
    unknown_s: float
    lower: float | None
    upper: float | None
    days: list[MonthDay]
    totals: list[RuleTotal]
    rules: list[MonthRule]
    input_hash: str | None  # of the verdict by the month, where the pack has such rules
    appeals: list[Appeal]
    changes: list[VerdictChange]
    month_changes: list[MonthChange]
