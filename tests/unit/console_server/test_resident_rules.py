"""What residents may send, and the code that they follow their report by."""

import uuid

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from console_server.areas.tree import AreaNode, AreaTree
from console_server.packs.intake_rules import ResidentChoice, ResidentRules
from console_server.packs.pack import PackError, load_pack, parse_pack, shipped_packs
from console_server.residents.follow_code import ALPHABET, code_of, hashed, read_code, shown
from console_server.residents.report import Report, cleaned, find_errors, title_of

RULES = ResidentRules((ResidentChoice("91", "垃圾、污水"),))
AREAS = AreaTree(
    [AreaNode(1, "320111007", "某街道", "subdistrict", None, (1,), None)],
    {1: shapely.box(118.5, 32.0, 118.6, 32.1)},
)


def report(**values: object) -> Report:
    fields: dict[str, object] = {
        "client_id": str(uuid.uuid4()),
        "text": "垃圾",
        "place": "大街 1 号",
    }
    return Report(**(fields | values))  # type: ignore[arg-type]


def test_a_code_is_read_back_however_it_is_spoken_or_typed() -> None:
    code = code_of("0f0c2f3e-6f0b-4c9b-9d58-0a4a4f0e9a11")
    assert read_code(shown(code)) == code
    assert read_code(shown(code).lower().replace("-", " ")) == code
    misread = shown(code).replace("0", "O").replace("1", "l")
    assert read_code(misread) == code


@given(st.uuids(version=4))
def test_a_code_is_of_the_alphabet_and_the_same_for_the_same_id(client_id: uuid.UUID) -> None:
    code = code_of(str(client_id))
    assert code == code_of(str(client_id))
    assert (len(code), set(code) <= set(ALPHABET)) == (12, True)
    assert len(hashed(code)) == 32


@pytest.mark.parametrize(
    "typed", ["", "7K3M", "7K3M-9QTX-02BU", "7K3M-9QTX-02B", "汉字汉字汉字汉字汉字汉字"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_two_ids_hardly_share_a_code() -> None:
    assert len({code_of(str(uuid.uuid4())) for _ in range(5000)}) == 5000


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"client_id": "1"}, "clientId"),
        ({"client_id": "00000000-0000-1000-8000-000000000000"}, "clientId"),
        ({"text": ""}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"place": "长" * 201}, "place"),
        ({"place": ""}, "place"),
        ({"class_code": "0301"}, "classCode"),
        ({"area_code": "110101"}, "area"),
        ({"lon": 118.55}, "lon, lat"),
        ({"lon": 120.0, "lat": 32.05}, "lon, lat"),
        ({"lon": 1e9, "lat": 32.05}, "lon, lat"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1"}, "phone"),
        ({"phone": "13800000000; DROP TABLE"}, "phone"),
    ],
)
def test_a_report_that_breaks_a_rule_is_told_which(values: dict[str, object], field: str) -> None:
    errors = find_errors(report(**values), RULES, AREAS)
    assert [each.partition(":")[0] for each in errors] == [field]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"class_code": "91", "area_code": "320111007", "phone": "+86 138-0000-0000"},
        {"place": "", "lon": 118.55, "lat": 32.05},
    ],
)
def test_a_report_needs_words_and_some_place_and_nothing_else(values: dict[str, object]) -> None:
    assert find_errors(report(**values), RULES, AREAS) == []


def test_what_cannot_be_seen_is_dropped_from_a_text() -> None:
    assert cleaned("路灯\u202e不亮\x00\x07\u200b ") == "路灯不亮"
    assert cleaned(" 一行\r\n二行 ", lines=True) == "一行\n二行"
    assert cleaned("一行\n二行") == "一行 二行"
    assert cleaned("<b>不是网页</b>") == "<b>不是网页</b>"  # shown as words, never as a page


def test_a_case_is_called_by_how_the_text_begins() -> None:
    assert title_of(report(text="楼道堆物\n三单元")) == "楼道堆物"
    assert title_of(report(text="长" * 60)) == "长" * 39 + "…"


@pytest.mark.parametrize("code", shipped_packs())
def test_every_pack_offers_residents_something_and_gives_a_call_for_help_minutes(code: str) -> None:
    pack = load_pack(code)
    assert pack.resident.choices
    assert pack.resident.example
    assert pack.due_after("duress").clock_hours == 0.25
    assert pack.silence.alert_after_s >= 300


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('code = "91", name', 'code = "77", name', "class 77 does not exist"),
        ("area_share = 0.6", "area_share = 1.6", "not between 0 and 1"),
        ("alert_after_s = 900", "alert_after_s = 60", "nobody is silent before 300 s"),
    ],
)
def test_rules_of_intake_that_cannot_work_are_refused(was: str, now: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        parse_pack(load_pack("jingjiang").text.replace(was, now))
