"""Tables as customers keep them: encodings, headers, cells."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console_server.imports.complaints import Complaints
from console_server.imports.exports import harmless
from console_server.imports.shifts import overlaps, parse_instant
from console_server.imports.tables import Row, cell_text, read_table, split_list
from console_server.shifts.store import PlannedShift

HEADERS = {"code*": ("工号",), "name*": ("姓名",), "phone": ("电话",)}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def table(text: str, encoding: str = "utf-8") -> tuple[list[Row], list[str]]:
    complaints = Complaints("t.csv")
    rows = read_table(text.encode(encoding), HEADERS, complaints)
    return rows, [reason for _, reason in complaints.found]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_headers_in_either_language_and_order_are_known(encoding: str, separator: str) -> None:
    text = f"Name{separator}备注{separator}工号\n王一{separator}x{separator}W1\n"
    rows, complaints = table(text, encoding)
    assert complaints == []
    assert [(row.number, row.text("code"), row.text("name")) for row in rows] == [(2, "W1", "王一")]


def test_empty_rows_keep_their_numbers() -> None:
    rows, _ = table("\ncode,name\n\n,\nW1,王一\n")
    assert [row.number for row in rows] == [5]


def test_a_missing_column_is_named_in_both_languages() -> None:
    _, complaints = table("code,phone\nW1,1\n")
    assert complaints == ["缺少列 姓名/name · the column 姓名/name is missing"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(3.0, "3"), (320111011001001.0, "320111011001001"), (" a ", "a"), ("'=1+1", "=1+1"), (0, "0")],
)
def test_cells_become_the_text_a_person_sees(cell: str | float, text: str) -> None:
    assert cell_text(cell) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_no_exported_cell_is_a_formula_and_all_are_read_back(cell: str) -> None:
    written = harmless(cell)
    assert not written.startswith(("=", "+", "-", "@"))
    assert cell_text(written) == (cell_text(cell) if written == cell else cell)


def test_lists_in_a_cell_take_any_separator_once_each() -> None:
    assert split_list("急救、消防;急救；,电工，") == ["急救", "消防", "电工"]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21 08:30",
        "2026/11/21 08:30",
        "2026年11月21日 08:30",
        "2026-11-21T00:30:00Z",
        datetime(2026, 11, 21, 8, 30),  # noqa: DTZ001 - as a spreadsheet has it
    ],
)
def test_instants_are_of_the_packs_zone_unless_they_say_otherwise(cell: str | datetime) -> None:
    assert parse_instant(cell, SHANGHAI) == datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["", "never", "08:30", 5])
def test_what_is_no_instant_is_none(cell: str | int) -> None:
    assert parse_instant(cell, SHANGHAI) is None


def test_a_bare_date_begins_at_midnight() -> None:
    assert parse_instant(date(2026, 11, 21), SHANGHAI) == datetime(2026, 11, 20, 16, tzinfo=UTC)


def shift(worker: int, begin: int, end: int) -> PlannedShift:
    day = datetime(2026, 11, 21, tzinfo=UTC)
    return PlannedShift(worker, day.replace(hour=begin), day.replace(hour=end), "patrol")


def test_overlaps_are_found_for_one_worker_and_not_across() -> None:
    first, touching, clash, other = (
        shift(1, 8, 12),
        shift(1, 12, 14),
        shift(1, 13, 15),
        shift(2, 8, 15),
    )
    found = overlaps([(2, first), (3, touching), (4, clash), (5, other)])
    assert found == [(4, 3, clash)]


def test_an_overlap_with_a_stored_shift_names_the_row_of_the_file() -> None:
    stored, new = shift(1, 8, 12), shift(1, 11, 14)
    assert overlaps([(7, new), (None, stored)]) == [(7, None, new)]
