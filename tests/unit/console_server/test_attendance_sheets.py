"""The month's workbook: what its lines say of a day that is over and of one that runs."""

import csv
import io
import re
from typing import Any

import pytest
from attendance_days import DAY, PACK, at, day, span, standing
from python_calamine import CalamineWorkbook

from console_server.attendance.board import MonthLine
from console_server.attendance.export import workbook
from console_server.attendance.month_book import MonthBook
from console_server.attendance.sheet_lines import as_csv
from console_server.attendance.verdict import judge_days
from console_server.attendance.wire_form import Person, summary_of
from console_server.languages import Language
from console_server.packs.pack import load_pack

GRID = "320111011001001"
WORKER = Person(1, "W1", "王小明", [GRID])


def line(*, now: str | None) -> MonthLine:
    """A worker's day, in the grid from nine to ten; seen at `now`, or when it was over."""
    given: dict[str, Any] = {"planned": (span("09:00", "10:00"), span("11:00", "11:30"))}
    if now is not None:
        given["now_us"] = at(now)
    verdict = judge_days(PACK, [day(*standing("09:00", "10:00", every_s=60), **given)])[0]
    return MonthLine(WORKER, DAY, not verdict.provisional, summary_of(verdict))


def book(*lines: MonthLine, language: Language = "zh") -> CalamineWorkbook:
    """The workbook of November, as a program reads it."""
    month = MonthBook(
        "2026-11", DAY, PACK, lines, grid_names={GRID: "九里村第一网格"}, language=language
    )
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook(month)))


def rows(book: CalamineWorkbook, sheet: str) -> list[list[Any]]:
    return book.get_sheet_by_name(sheet).to_python()


def daily(*lines: MonthLine, language: Language = "zh") -> list[dict[str, Any]]:
    """The lines of the sheet of days."""
    sheet = {"zh": "每日明细", "en": "Days"}[language]
    _, _, heads, *found = rows(book(*lines, language=language), sheet)
    return [dict(zip(map(str, heads), row, strict=True)) for row in found]


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


def test_a_summary_has_a_line_a_worker_and_a_total_below() -> None:
    title, note, *_, worker, total = rows(book(line(now=None)), "汇总")
    assert title[0] == "2026-11 考勤汇总"
    assert "汇总只计已最终判定的日期" in note[0]
    assert worker[:4] == ["W1", "王小明", "九里村第一网格", 1.0]
    assert (total[0], total[3:]) == ("合计", worker[3:])


def test_a_month_without_a_final_day_says_so_instead_of_being_empty() -> None:
    assert rows(book(line(now="10:00")), "汇总")[-1][0].startswith(
        "本月尚无最终判定的日期（1 人天进行中或未结）"
    )
    assert rows(book(line(now="10:00"), language="en"), "Summary")[-1][0].startswith(
        "No day of this month has a final verdict yet"
    )


@pytest.mark.parametrize("sheet", ["汇总", "月历", "每日明细"])
def test_a_month_without_any_record_says_so_on_every_sheet(sheet: str) -> None:
    assert rows(book(), sheet)[-1][0] == "本月没有考勤记录。"


def test_days_that_are_left_out_of_a_summary_are_counted_below_it() -> None:
    final, runs = line(now=None), line(now="10:00")
    assert rows(book(final, runs), "汇总")[-1][0] == "另有 1 人天尚未最终判定，未计入"


@pytest.mark.parametrize(("now", "sign", "days"), [(None, "?", 1.0), ("10:00", "…", 0.0)])
def test_a_calendar_has_a_sign_a_day_and_counts_final_days(
    now: str | None, sign: str, days: float
) -> None:
    *_, heads, weekdays, worker = rows(book(line(now=now)), "月历")
    at_day = heads.index(float(DAY.day))
    assert (weekdays[at_day], worker[0], worker[at_day]) == (
        "一二三四五六日"[DAY.weekday()], "W1", sign,
    )  # fmt: skip
    assert sum(worker[-3:]) == days


def test_a_workbook_in_english_has_no_chinese_but_names() -> None:
    english = book(line(now=None), language="en")
    assert english.sheet_names == ["Summary", "Calendar", "Days"]
    names = ("王小明", "九里村第一网格", PACK.name)
    for sheet in english.sheet_names:
        said = "".join(str(cell) for row in rows(english, sheet) for cell in row)
        for name in names:
            said = said.replace(name, "")
        assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", said), sheet


def test_a_table_in_english_has_the_same_lines() -> None:
    chinese = as_csv([line(now=None)]).decode("utf-8-sig").splitlines()
    english = as_csv([line(now=None)], "en").decode("utf-8-sig").splitlines()
    assert english[0].startswith("Date,Code,Name,Grids,")
    assert len(next(csv.reader(english))) == len(next(csv.reader(chinese)))
    assert english[1].split(",")[1:3] == chinese[1].split(",")[1:3]
    assert (english[1].split(",")[-1], chinese[1].split(",")[-1]) == ("final", "最终")


def test_whom_alone_a_rule_asks_is_told_in_the_language_of_the_sheet() -> None:
    month = MonthBook("2026-11", DAY, load_pack("gaoxin"), (), language="en")
    found = CalamineWorkbook.from_filelike(io.BytesIO(workbook(month)))
    assert "share in grid ≥ 1/3 (社区网格员, 小区网格员)" in rows(found, "Summary")[1][0]
