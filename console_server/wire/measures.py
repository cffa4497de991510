"""Measures over a period, the cases behind each figure, and where more come than usual."""

from datetime import date, datetime
from typing import Literal

from console_server.wire.base import Body
from console_server.wire.cases import IncidentStatus

FigureName = Literal[
    "reported", "accepted", "rejected", "waiting", "merged", "void", "closed", "unclosed",
    "on_time", "late", "rework", "handled", "overdue_now", "response", "arrival", "handling",
    "rating",
]  # fmt: skip


class Rate(Body, frozen=True):
    """`n` of `of`; with `of` 0 there is no rate."""

    n: int
    of: int


class Spread(Body, frozen=True):
    """Durations in seconds of clock time; None without one. `count` is how many are behind them."""

    count: int
    median_s: float | None
    p90_s: float | None


class Rating(Body, frozen=True):
    """What residents gave, from 1 to 5; None: nobody rated."""

    count: int
    mean: float | None


class Figures(Body, frozen=True):
    """What is counted of one set of cases; `docs/measures.md` defines every one.

    `closure`: closed, of those closed or open past their deadline. `on_time`: handled by the
    deadline, of those handled or late. `rework`: sent back at least once, of those handled.
    """

    reported: int
    accepted: int
    rejected: int
    waiting: int
    merged: int
    void: int
    closed: int
    closure: Rate
    on_time: Rate
    rework: Rate
    overdue_now: int
    response: Spread
    arrival: Spread
    handling: Spread
    rating: Rating


class FigureRow(Body, frozen=True):
    """The figures of one area, group, worker, class or source; key "" stands for "none"."""

    key: str
    name: str
    figures: Figures


class DayCounts(Body, frozen=True):
    """How many cases were reported and how many closed on one day; both by their own instant."""

    day: date
    reported: int
    closed: int


class ReasonCount(Body, frozen=True):
    """How often a reason was given for not accepting a case."""

    reason: str
    count: int


class Measures(Body, frozen=True):
    """GET /api/measures?period&on&from&to&area&group&worker&class&source. Days are whole ones."""

    first_day: date
    last_day: date
    as_of: datetime
    total: Figures
    by_area: list[FigureRow]
    by_group: list[FigureRow]
    by_worker: list[FigureRow]
    by_class: list[FigureRow]
    by_source: list[FigureRow]
    days: list[DayCounts]
    reject_reasons: list[ReasonCount]


class MeasuredCase(Body, frozen=True):
    """A case in the list behind a figure. `duration_s`: of the figure asked for, if it is one."""

    id: str
    code: str
    title: str
    status: IncidentStatus
    class_code: str
    source: str
    area_name: str
    group_code: str | None
    worker_name: str | None
    reported_at: datetime
    due_at: datetime | None
    handled_at: datetime | None
    closed_at: datetime | None
    duration_s: float | None


class MeasuredCases(Body, frozen=True):
    """GET /api/measures/cases?figure&…: how many there are, and the newest of them."""

    total: int
    cases: list[MeasuredCase]


SourceFamily = Literal["own", "hotline", "resident", "petition"]


class SourceRise(Body, frozen=True):
    """One family of sources within a warning: this week, and the weekly mean before."""

    source: SourceFamily
    count: int
    mean: float


class ClassShare(Body, frozen=True):
    """A sub-class within a warning, and how many of the week's cases are of it."""

    class_code: str
    name: str
    count: int


class EarlyWarning(Body, frozen=True):
    """A class of which an area has clearly more than usual.

    `weekly`: the weeks before, oldest first. `p`: the chance of so many at an unchanged rate.
    `q`: the share of false alarms if everything at least as striking is flagged.
    """

    area_code: str
    area_name: str
    class_code: str
    class_name: str
    count: int
    weekly: list[int]
    mean: float
    p: float
    q: float
    sources: list[SourceRise]
    sub_classes: list[ClassShare]


class EarlyWarnings(Body, frozen=True):
    """GET /api/measures/warnings?until&area. The week is the seven days before `until`.

    `weeks`: how many weeks before it could be compared; with fewer than `weeks_needed` nothing is
    flagged. `cells`: how many classes × areas were looked at.
    """

    from_at: datetime
    until: datetime
    weeks: int
    weeks_needed: int
    cells: int
    dispersion: float
    warnings: list[EarlyWarning]
    sources: list[SourceRise]
