"""What a printed case file and a list of cases say in Chinese."""

from datetime import UTC, datetime

from console_server.incidents.chain import Link
from console_server.incidents.printed import in_words
from console_server.incidents.words import class_in_words
from console_server.packs.pack import load_pack

PACK = load_pack("xingdian")


def test_classes_that_no_pack_has_are_named_too() -> None:
    assert class_in_words("duress", PACK) == "一键求助"
    assert class_in_words("unclassified", PACK) == "未分类(待定)"
    assert class_in_words("0601", PACK) == "道路破损"
    assert class_in_words("of-another-pack", PACK) == "of-another-pack"


def test_an_extension_is_told_in_plain_numbers() -> None:
    asked = Link(
        version=2,
        at=datetime(2026, 11, 22, tzinfo=UTC),
        kind="asked",
        actor_kind="account",
        actor="调度员",
        body={"requestKind": "extended", "days": 1.0, "hours": 2.5, "reason": "缺配件"},
        hash=b"",
    )
    assert in_words(asked, PACK) == ("申请", "延期；工作日 1；工作时 2.5；缺配件")
