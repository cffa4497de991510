from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from console_server.incidents.chain import Link
from console_server.incidents.retelling import Retold

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
ONE = str(UUID(int=1))


def link(version: int, kind: str, **body: Any) -> Link:
    return Link(version, AT, kind, "account", "张伟", body)


FILE = [
    link(1, "opened", state={"status": "reported", "escalation": 0, "due_at": "later"}),
    link(2, "status", **{"from": "reported"}, to="accepted", state={"status": "accepted"}),
    link(3, "status", **{"from": "accepted"}, to="dispatched", state={"status": "dispatched"}),
    link(4, "dispatch", dispatchId=ONE, state={}, dispatchState={"status": "ordered"}),
    link(5, "dispatch", dispatchId=ONE, state={}, dispatchState={"status": "cancelled"}),
]
CASE = {"status": "dispatched", "escalation": 0, "due_at": "later"}


def differences(links: list[Link], case: dict[str, Any], **dispatches: str) -> list[str]:
    stored = {key: {"status": status} for key, status in dispatches.items()}
    return list(Retold(links).differences(case, stored))


def test_a_file_tells_the_state_of_its_case_and_of_every_dispatch() -> None:
    assert Retold(FILE).whole
    assert differences(FILE, CASE, **{ONE: "cancelled"}) == []


def test_a_case_that_its_file_tells_otherwise_is_named_with_both() -> None:
    assert differences(FILE, CASE | {"due_at": "sooner"}, **{ONE: "ordered"}) == [
        "the case has due_at sooner, its file tells later",
        f"dispatch {ONE} has status ordered, its file tells cancelled",
    ]


def test_a_dispatch_that_only_one_of_both_has_is_named() -> None:
    assert differences(FILE, CASE) == [f"dispatch {ONE} is missing"]
    assert differences(FILE[:4], CASE, **{ONE: "ordered", "other": "ordered"}) == [
        "dispatch other is not told of"
    ]


def test_a_move_that_no_table_has_is_named() -> None:
    jump = link(3, "status", **{"from": "accepted"}, to="closed", state={"status": "closed"})
    assert differences([*FILE[:2], jump], CASE | {"status": "closed"}) == [
        "event 3 moves from accepted to closed, which no table has"
    ]


def test_a_file_from_before_this_was_kept_is_not_compared() -> None:
    old = [link(1, "opened"), *FILE[1:]]
    assert not Retold(old).whole
    assert differences(old, {"status": "void"}) == []
