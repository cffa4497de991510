"""What granting a request would make of a case's deadline, told before anybody rules on it.

Owns this look ahead, by the same arithmetic that a ruling uses (`deadlines.py`); it changes
nothing. Pure.
"""

from datetime import datetime

from console_server.incidents.case import Case
from console_server.incidents.deadlines import extended, runs_day_and_night, time_left
from console_server.packs.pack import RulePack
from console_server.packs.rules import WorkingTime
from console_server.wire.cases import ForeseenDeadline, RequestKind


def foreseen(
    case: Case, kind: RequestKind, more: WorkingTime, at: datetime, pack: RulePack
) -> ForeseenDeadline:
    """The deadline now and after the request was granted at `at`.

    `more`: of an extension. The other two stop the clock: what is left of the limit then, in
    working time or in hours of day and night, runs on from when it goes on.
    """
    limit = pack.due_after(case.class_code)
    by_day_and_night = runs_day_and_night(limit)
    if case.due_at is None:
        return ForeseenDeadline(None, None, None, by_day_and_night)
    if kind == "extended":
        after = extended(pack.calendar, case.due_at, more)
        return ForeseenDeadline(case.due_at, after, None, by_day_and_night)
    left = time_left(pack.calendar, limit, case.due_at, case.stopped_at or at)
    return ForeseenDeadline(case.due_at, None, left.total_seconds(), by_day_and_night)
