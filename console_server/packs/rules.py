"""The rules that a pack states, each as a frozen value: time limits, groups, patrols, shares.

Owns shapes and defaults; not how they are read (`toml_file.py`), collected (`pack.py`) or applied
(`calendar.py`, attendance, incidents). Nothing here changes after loading.
"""

from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """A time limit. `hours` and `days` run in working time; `clock_hours` runs day and night."""

    hours: float = 0.0
    days: float = 0.0
    clock_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A part of the day in the pack's time zone; `end` before `start` runs past midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When working time runs. Overrides of the pack win over the published public holidays.

    `weekdays`: 1 is Monday (ISO). `public_holidays`: the national ones, with moved working days.
    """

    spans: tuple[TimeSpan, ...]
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    public_holidays: bool = True
    extra_holidays: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    time_zone: str = "Asia/Shanghai"

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the spans are told in."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class FunctionalGroup:
    """A group that handles incidents (职能组). `example`: not from a published source."""

    code: str
    name: str
    example: bool = False


@dataclass(frozen=True, slots=True)
class IncidentClass:
    """A class or sub-class of incidents. None: as its parent says. Severity 1 is the gravest.

    `skill`: of workers who are the better choice for it, as the staff list writes it.
    """

    code: str
    name: str
    parent: str | None = None
    severity: int | None = None
    group: str | None = None
    due: WorkingTime | None = None
    skill: str | None = None
    example: bool = False


Step = Literal[
    "reported", "accepted", "rejected", "merged", "dispatched", "handling", "handled", "verified",
    "closed", "evaluated", "suspended", "sent_back", "rework", "void",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approval:
    """What stops a clock (挂账, 延期, 回退), and the roles of which another person must agree."""

    to: Literal["suspended", "extended", "sent_back"]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkflowRules:
    """Which steps of a case are in use and what they ask for; `steps` None: all of them.

    `acceptance`: by the centre, where sending somebody accepts as well; by an explicit admission
    (准入) before anybody is sent; or automatically. `answer_to_close` (件件有回音): a case closes
    only with an answer to whoever reported it. `joint`: several groups may be at one case
    (联合执法). `upward`: the level above that cases are reported to (上报), those of
    `upward_classes` at once. `rework` (返工): the deadline stands (`kept`), or what was left of it
    when the case was handled runs on, since a verifier's time is not the handler's (`rest`), or the
    whole limit runs anew (`new`).
    """

    steps: tuple[Step, ...] | None = None
    acceptance: Literal["centre", "admission", "automatic"] = "centre"
    answer_to_close: bool = False
    approvals: tuple[Approval, ...] = ()
    joint: bool = False
    upward: str | None = None
    upward_classes: tuple[str, ...] = ()
    rework: Literal["kept", "rest", "new"] = "rest"
    example: bool = False


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """How orders run. `escalation` names roles, first to last, when nobody acknowledges.

    `duress_group`: handles calls for help; None: the fallback group (兜底).
    `rest_s`: how long after an order is cleared somebody else is the better choice.
    """

    acknowledge_within_s: float
    escalation: tuple[str, ...]
    fallback_group: str | None = None
    duress_group: str | None = None
    default_severity: int = 2
    default_due: WorkingTime = WorkingTime(hours=8)
    duress_due: WorkingTime = WorkingTime(clock_hours=0.25)  # of a call for help
    warn_before_s: float = 3600.0
    rest_s: float = 600.0
    example: bool = False


@dataclass(frozen=True, slots=True)
class WalkingRules:
    """How fast people on duty walk, for estimates of who is where when.

    `detour_factor`: how much longer streets are than the straight line, where there is no street
    network. `steps_share`: of the speed that is left on stairs. `crossing_wait_s`: at a street.
    """

    speed_mps: float = 1.3
    detour_factor: float = 1.3
    steps_share: float = 0.5
    crossing_wait_s: float = 10.0
    example: bool = False


@dataclass(frozen=True, slots=True)
class JudgementRules:
    """When a gap between two fixes says nothing of where the worker was.

    `border_allowance_m`: how far an accuracy circle may reach across the border and still be
    believed. `assumed_accuracy_m` stands for a fix that does not say its accuracy. A phone that
    lay still for `max_still_s` may lie in a drawer; None: that is never asked.
    """

    max_gap_s: float = 300.0
    border_allowance_m: float = 20.0
    assumed_accuracy_m: float = 50.0
    max_speed_mps: float = 40.0
    max_still_s: float | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class WorkRules:
    """What counts as work time, and when what was found of it stands.

    `standby_counts`: standby (值班备勤) is held to the rules. A verdict becomes final
    `final_after_s` after the end of its day or of that day's last shift, once nothing new has come
    for `quiet_s`.
    A worker may object for `appeal_within_days`; it is to be ruled on within `rule_within_days`.
    """

    standby_counts: bool = True
    final_after_s: float = 21_600.0
    quiet_s: float = 900.0
    appeal_within_days: int = 7
    rule_within_days: int = 5
    example: bool = False


@dataclass(frozen=True, slots=True)
class ShareRules:
    """Time in the own grid as a share of work time; exact, so that a third is a third.

    `posts`: whom it asks, as with `PatrolRules`.
    """

    min_share: Fraction
    posts: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True)
class PatrolRules:
    """What makes in-grid presence a patrol, and how many a day are asked for.

    Coverage is either `min_cells` cells of `cell_m` metres or `min_checkpoints` visits; None: not
    offered as a way. `min_work_s`: with less free work time than this, nothing is asked.
    `posts`: who is asked for patrols by the day, by post; none: everybody. Who holds another post
    is not asked. Of whom the staff list names no post it says nothing to the contrary: they are.
    """

    per_day: int
    min_duration_s: float
    brief_exit_s: float
    min_cells: int | None = None
    cell_m: float = 50.0
    min_checkpoints: int | None = None
    min_work_s: float = 3600.0
    posts: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True)
class TwiceDailyRules:
    """一日双巡: one patrol in each window of the day, or two patrols so far apart; one of both.

    `posts`: whom it asks, as with `PatrolRules`.
    """

    windows: tuple[TimeSpan, ...] = ()
    min_separation_s: float | None = None
    posts: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True)
class CheckpointRules:
    """重点要素巡更点: how many different ones of the own grids a day, as far as there are.

    `posts`: whom it asks, as with `PatrolRules`.
    """

    per_day: int
    posts: tuple[str, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True)
class NightWatch:
    """巡夜: the shifts of the night, in order."""

    shifts: tuple[TimeSpan, ...]
    example: bool = False


@dataclass(frozen=True, slots=True)
class GuideTour:
    """Tours of the grid guides (网格指导员): every grid of theirs, so many days a month each.

    `posts`: whom it asks, by post; they are held to it instead of the daily patrol and the share.
    Presence of `min_stay_s` in a grid is a visit. A grid that was theirs on fewer than
    `min_work_days` days of work is not asked for.
    """

    per_month: int
    posts: tuple[str, ...] = ()
    min_stay_s: float = 300.0
    min_work_days: int = 5
    example: bool = False


@dataclass(frozen=True, slots=True)
class VisitList:
    """Places that must be visited, by kind; never a list of persons."""

    code: str
    name: str
    places: tuple[str, ...]
    example: bool = False


@dataclass(frozen=True, slots=True)
class VisitRules:
    """How visit lists are kept: every place in the own grids, on so many days a month.

    A place that was theirs on fewer than `min_work_days` days of work is not asked for. `shared`:
    a visit by anybody whose grid it is counts for all whose grid it is; else everybody visits it.
    """

    per_month: int
    min_work_days: int = 5
    shared: bool = False
    example: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """Names of the levels, top first, and the form of grid codes (a regular expression)."""

    levels: tuple[str, ...]
    grid_code_pattern: str
    sources: tuple[str, ...] = ()
    staffing: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # what a worker is to be, as the place says it
    grid_size: str = ""  # how many live in a grid, as the place says it
    information_classes: tuple[str, ...] = ()  # by which information is put up and filed
