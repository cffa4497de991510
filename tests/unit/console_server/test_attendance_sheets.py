"""The month's workbook: what its lines say of a day that is over and of one that runs."""

import io
from typing import Any

import pytest
from attendance_days import DAY, PACK, at, day, span, standing
from python_calamine import CalamineWorkbook

from console_server.attendance.board import MonthLine
from console_server.attendance.export import workbook
from console_server.attendance.verdict import judge_days
from console_server.attendance.wire_form import Person, summary_of

GRID = "320111011001001"
WORKER = Person(1, "W1", "王小明", [GRID])


def line(*, now: str | None) -> MonthLine:
    """A worker's day, in the grid from nine to ten; seen at `now`, or when it was over."""
    given: dict[str, Any] = {"planned": (span("09:00", "10:00"), span("11:00", "11:30"))}
    if now is not None:
        given["now_us"] = at(now)
    verdict = judge_days(PACK, [day(*standing("09:00", "10:00", every_s=60), **given)])[0]
    return MonthLine(WORKER, DAY, not verdict.provisional, summary_of(verdict))


def daily(*lines: MonthLine) -> list[dict[str, Any]]:
    """The lines of the sheet of days, as a program reads them."""
    book = workbook("2026-11", PACK, lines, names={GRID: "九里村第一网格"})
    _, _, heads, *rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("每日明细").to_python()
    )
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("now", "share", "state"), [(None, "达标", "最终"), ("10:00", "暂达标", "当日未结束")]
)
def test_an_outcome_of_a_running_day_is_told_as_so_far(
    now: str | None, share: str, state: str
) -> None:
    (told,) = daily(line(now=now))
    assert (told["在格判定"], told["状态"]) == (share, state)


def test_grids_are_told_by_their_names() -> None:
    (told,) = daily(line(now=None))
    assert told["网格"] == "九里村第一网格"
