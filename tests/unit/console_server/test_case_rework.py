"""返工: the deadline of a case that failed its verification, by hand over the October holidays.

The pack's day is 08:30-12:00 and 13:30-17:30 (7.5 h). 2025-10-01 to 08 are holidays, and Saturday
the 11th is a moved working day.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

import pytest
from test_incident_clock import OPENED, PACK

from console_server.incidents.case import Case
from console_server.incidents.clock import reworked
from console_server.incidents.incident import Status
from console_server.packs.pack import RulePack, shipped_packs


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text}:00+08:00")


def pack_with(rework: Literal["kept", "rest", "new"]) -> RulePack:
    return replace(PACK, workflow=replace(PACK.workflow, rework=rework))


DUE = local("10-09T17:30")
HANDLED = replace(
    OPENED,
    status=Status.HANDLED,
    class_code="06",  # 8 working hours
    reported_at=local("09-30T16:30"),
    due_at=DUE,
    handled_at=local("09-30T17:00"),  # half an hour of the 30th and the whole of the 9th are left
)


def again(pack: RulePack, at: str, before: Case = HANDLED) -> Case:
    after = replace(before, status=Status.REWORK, handled_at=None, warn_at=None)
    return reworked(before, after, local(at), pack)


def test_the_old_deadline_stands_where_the_pack_keeps_it() -> None:
    case = again(pack_with("kept"), "10-09T09:00")
    assert (case.due_at, case.warn_at) == (DUE, local("10-09T17:00"))


def test_what_was_left_when_it_was_handled_runs_on_from_the_verification() -> None:
    # 8 h are left, from 9:00 on the 9th: 3 h and 4 h that day, the last hour on the 10th.
    case = again(pack_with("rest"), "10-09T09:00")
    assert case.due_at == local("10-10T09:30")


def test_a_moved_working_day_counts() -> None:
    # From 16:30 on Friday the 10th: 1 h, then 7 h of Saturday the 11th, which is worked.
    case = again(pack_with("rest"), "10-10T16:30")
    assert case.due_at == local("10-11T17:00")


def test_the_whole_limit_runs_anew_where_the_pack_says_so() -> None:
    late = replace(HANDLED, handled_at=local("10-10T09:00"), overdue_at=local("10-09T17:30"))
    case = again(pack_with("new"), "10-10T09:30", late)
    # 8 h from 9:30: 2.5 h and 4 h on the 10th, 1.5 h on the 11th.
    assert (case.due_at, case.overdue_at) == (local("10-11T10:00"), None)


def test_what_was_handled_too_late_stays_late() -> None:
    late = replace(HANDLED, handled_at=local("10-10T09:00"), overdue_at=local("10-09T17:30"))
    case = again(pack_with("rest"), "10-10T09:30", late)
    assert (case.due_at, case.overdue_at, case.warn_at) == (DUE, late.overdue_at, None)


@pytest.mark.parametrize("code", shipped_packs())
def test_every_shipped_pack_says_how_rework_is_timed(code: str) -> None:
    from console_server.packs.pack import load_pack

    assert 'rework = "' in load_pack(code).text
