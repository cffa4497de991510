"""Verdicts of attendance with their bounds and their evidence."""

from datetime import date, datetime
from typing import Literal

from console_server.wire.base import Body

Outcome = Literal["met", "not_met", "undecided"]
# What to look at first: a phone that lay still for hours, a faked place, an impossible speed, a
# final verdict that changed, an open appeal; on a running day, that the worker was told by noon
# what is still missing.
Sign = Literal["still", "mock", "speed", "changed", "appealed", "missing"]


class ShareVerdict(Body, frozen=True, gc=False):
    """Share of work time in the own grid with bounds 0-1; None where there was no work time."""

    lower: float | None
    upper: float | None
    required: float
    outcome: Outcome | None


class CountVerdict(Body, frozen=True, gc=False):
    """A count of patrols, certain and possible ones, against what the pack asks for."""

    count: int
    possible: int
    required: int
    outcome: Outcome | None


class TwiceDailyVerdict(Body, frozen=True, gc=False):
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


class RuleVerdict(Body, frozen=True, gc=False):
    """A further rule of the pack, and the stretch of time that it asks about."""

    rule: Literal["checkpoints", "night_watch"]
    count: int
    possible: int
    required: int
    from_at: datetime
    to_at: datetime
    outcome: Outcome


class AttendanceRow(Body, frozen=True, gc=False):
    """One worker's day in a list.

    `provisional`: the day was still running when this was judged, so that every outcome means "so
    far": a share may still fall, and what lacks may still come.
    """

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
    final: bool  # late data has had its time; from now on a change is listed
    signs: list[Sign]
    other_rules: list[RuleVerdict]
    provisional: bool


class AttendanceDay(AttendanceRow, frozen=True, gc=False):
    """One worker's day with its evidence.

    `outage_s`: work time that is unknown because the system itself was broken. `excused_s`: granted
    on appeal.
    """

    pack_code: str
    pack_version: str
    input_hash: str
    computed_at: datetime
    planned_s: float
    leave_s: float
    order_s: float
    outside_s: float
    outage_s: float
    excused_s: float
    work_spans: list[tuple[datetime, datetime]]
    stays: list[Stay]
    patrol_list: list[Patrol]


class AttendanceBoard(Body, frozen=True):
    """GET /api/attendance?date&area."""

    date: date
    rows: list[AttendanceRow]


class Verdicts(Body, frozen=True):
    """The outcomes of one day, without their evidence."""

    in_grid: ShareVerdict
    patrols: CountVerdict
    twice_daily: TwiceDailyVerdict
    other_rules: list[RuleVerdict] = []


class VerdictChange(Body, frozen=True):
    """A final verdict that came out otherwise.

    `cause`: late_data, orders, roster, outage, appeal, new_rules, or places (a grid, its border or
    a checkpoint was corrected).
    """

    change_id: int
    worker_id: int
    worker_code: str
    worker_name: str
    date: date
    changed_at: datetime
    cause: str
    before: Verdicts
    after: Verdicts


class VerdictChanges(Body, frozen=True):
    """GET /api/attendance/changes?from&to&area; `more`: there are older ones."""

    changes: list[VerdictChange]
    more: bool


class NewAppeal(Body, frozen=True):
    """POST /api/attendance/{workerId}/{date}/appeals. The claimed stretch may be left out."""

    grounds: str
    claimed_from: datetime | None = None
    claimed_to: datetime | None = None


class Ruling(Body, frozen=True):
    """POST /api/attendance/appeals/{id}/ruling.

    A grant excuses the stretch named here, else the claimed one, else the whole day.
    """

    ruling: Literal["granted", "denied", "withdrawn"]
    reason: str
    excused_from: datetime | None = None
    excused_to: datetime | None = None


class Withdrawal(Body, frozen=True):
    """POST …/appeals/{id}/withdrawal: the worker or who took it down takes back an open appeal."""

    reason: str = ""


class Appeal(Body, frozen=True):
    """An objection to a day's verdict. `input_hash`: of the verdict that it objects to."""

    appeal_id: int
    worker_id: int
    worker_code: str
    worker_name: str
    date: date
    input_hash: str
    filed_at: datetime
    filed_by: str
    grounds: str
    claimed_from: datetime | None
    claimed_to: datetime | None
    rule_by: datetime
    ruling: str | None
    ruled_at: datetime | None
    ruled_by: str | None
    reason: str | None
    excused_from: datetime | None
    excused_to: datetime | None


class Appeals(Body, frozen=True):
    """GET /api/attendance/appeals?state&area&workerId&date."""

    appeals: list[Appeal]
