"""How a browser is told to save a file."""

import io
import zipfile
from datetime import date
from urllib.parse import unquote

import pytest

from console_server.assessment import export as assessment
from console_server.assessment.export import AssessmentBook
from console_server.attendance import export as attendance
from console_server.attendance.month_book import MonthBook
from console_server.downloads import CSV, XLSX, download
from console_server.packs.pack import load_pack


def named(plain_name: str, title: str = "") -> str:
    return download(b"", XLSX, plain_name, title).headers["Content-Disposition"]


def test_a_title_is_the_name_that_the_file_is_saved_under() -> None:
    said = named("cases.xlsx", "行电镇 案卷")
    assert said.startswith("attachment; filename=\"cases.xlsx\"; filename*=UTF-8''")
    assert unquote(said.rpartition("''")[2]) == "行电镇 案卷.xlsx"


def test_nothing_in_a_title_can_end_the_header_or_make_a_folder() -> None:
    said = named("cases.xlsx", 'a"; b\r\n/c').rpartition("''")[2]
    assert not set('";\r\n/ ') & set(said)


def test_without_a_title_the_plain_name_stands() -> None:
    answer = download(b"a,b", CSV, "attendance-2026-11.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="attendance-2026-11.csv"'
    assert (answer.content, answer.media_type) == (b"a,b", CSV)


@pytest.mark.parametrize("words", ["=cmd|'/C calc'!A0", "http://other.example/"])
def test_no_words_become_a_formula_or_a_link_in_a_sheet(words: str) -> None:
    pack = load_pack("xingdian")
    books = [
        attendance.workbook(MonthBook(words, date(2026, 11, 1), pack, [])),
        assessment.workbook(AssessmentBook(words, pack.assessments[0], [], words)),
    ]
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as parts:
            read = b"".join(map(parts.read, parts.namelist()))
        assert b"<f>" not in read
        assert b"<hyperlink" not in read
