"""A case's clock as its status changes: it runs, stands still, goes on, or no longer matters.

Owns what a move means for the deadline, the warning and the escalation of a case; the arithmetic
is `deadlines.py`, firing is `timers.py`. Pure.
"""

from dataclasses import replace
from datetime import datetime

from console_server.incidents.case import Case
from console_server.incidents.deadlines import RUNNING, STANDING, first_warning, resumed
from console_server.incidents.incident import DONE, Status
from console_server.packs.calendar import due_at
from console_server.packs.pack import RulePack

UNATTENDED = frozenset({Status.REPORTED, Status.ACCEPTED, Status.REWORK, Status.SENT_BACK})


def clocked(after: Case, at: datetime, pack: RulePack) -> Case:
    """The case that has just arrived in its status, with its clock set accordingly."""
    if after.status in STANDING:
        stopped = after.stopped_at or at
        return replace(after, stopped_at=stopped, escalate_at=None, group_ordered_at=None)
    if after.stopped_at is not None and after.status in RUNNING:
        limit = pack.due_after(after.class_code)
        due = after.due_at and resumed(pack.calendar, limit, after.due_at, after.stopped_at, at)
        after = with_due(replace(after, stopped_at=None), due, at, pack)
    if after.status not in UNATTENDED:
        after = replace(after, escalate_at=None)
    if after.status not in {Status.DISPATCHED, Status.HANDLING}:
        after = replace(after, group_ordered_at=None)
    if after.status in DONE | {Status.HANDLED}:
        ended = replace(after, stopped_at=None, warn_at=None)
        return replace(ended, escalation=0, escalated_to=None)
    if after.status == Status.HANDLING and after.overdue_at is None:
        return replace(after, escalation=0, escalated_to=None)
    return after


def reworked(before: Case, after: Case, at: datetime, pack: RulePack) -> Case:
    """The clock of a case that failed its verification (返工), by what the pack says of it.

    A case that was handled too late stays late, unless the whole limit runs anew.
    """
    due, limit = before.due_at, pack.due_after(before.class_code)
    if due is None:
        return after
    if pack.workflow.rework == "new":
        due = due_at(pack.calendar, at, limit)
    elif pack.workflow.rework == "rest" and before.handled_at is not None:
        due = resumed(pack.calendar, limit, due, before.handled_at, at)
    after = with_due(after, due, at, pack)
    warn_at = first_warning(at, due, pack.dispatch.warn_before_s) if due > at else None
    return replace(after, warn_at=warn_at)


def with_due(case: Case, due: datetime | None, at: datetime, pack: RulePack) -> Case:
    """The case with another deadline: it is warned of anew, and late only once that one is over."""
    if due is None or due == case.due_at:
        return case
    warn_at = first_warning(at, due, pack.dispatch.warn_before_s)
    return replace(case, due_at=due, warn_at=warn_at, overdue_at=None)


def is_late(case: Case, now: datetime) -> bool:
    """Whether its deadline is over, nobody noted it yet, and its clock runs."""
    runs = case.status in RUNNING and case.stopped_at is None
    return runs and case.overdue_at is None and case.due_at is not None and case.due_at <= now


def is_to_warn(case: Case, now: datetime) -> bool:
    """Whether its deadline comes near and nobody was warned of it yet."""
    runs = case.status in RUNNING and case.stopped_at is None
    return runs and case.overdue_at is None and case.warn_at is not None and case.warn_at <= now
