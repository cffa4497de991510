"""When a case is due once its clock stood still or it was given more time, and when to warn.

Owns this arithmetic over the pack's calendar; not who may stop a clock (`requests.py`) nor what
happens when it runs out (`timers.py`). Pure.
"""

from datetime import datetime, timedelta
from typing import Final

from console_server.incidents.incident import Status
from console_server.packs.calendar import due_at, working_time_between
from console_server.packs.rules import WorkingCalendar, WorkingTime

RUNNING: Final = frozenset(
    {Status.REPORTED, Status.ACCEPTED, Status.DISPATCHED, Status.HANDLING, Status.REWORK}
)
STANDING: Final = frozenset({Status.SUSPENDED, Status.SENT_BACK})


def resumed(
    calendar: WorkingCalendar,
    limit: WorkingTime,
    due: datetime,
    stopped_at: datetime,
    resumed_at: datetime,
) -> datetime:
    """The deadline of a clock that stood still from `stopped_at` to `resumed_at`.

    As much time is left as when it stopped: working time, or time by day and night where the limit
    runs in clock hours alone. A case that was late already stays as late as it was.
    """
    if stopped_at >= due or resumed_at <= stopped_at:
        return due
    left = time_left(calendar, limit, due, stopped_at)
    if runs_day_and_night(limit):
        return resumed_at + left
    return due_at(calendar, resumed_at, WorkingTime(hours=left / timedelta(hours=1)))


def time_left(
    calendar: WorkingCalendar, limit: WorkingTime, due: datetime, stopped_at: datetime
) -> timedelta:
    """What is left of a limit when its clock stops: working time, or hours of day and night."""
    if stopped_at >= due:
        return timedelta()
    if runs_day_and_night(limit):
        return due - stopped_at
    return working_time_between(calendar, stopped_at, due)


def runs_day_and_night(limit: WorkingTime) -> bool:
    """Whether a limit has clock hours alone."""
    return bool(limit.clock_hours) and not (limit.hours or limit.days)


def extended(calendar: WorkingCalendar, due: datetime, more: WorkingTime) -> datetime:
    """The deadline after an extension (延期): it counts from the old one, asked early or late."""
    return due_at(calendar, due, more)


def first_warning(set_at: datetime, due: datetime, warn_before_s: float) -> datetime:
    """When to warn of a deadline set at `set_at`; of a short one not before half of it is over."""
    return max(due - timedelta(seconds=warn_before_s), set_at + (due - set_at) / 2)
