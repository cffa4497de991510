from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from console_server.incidents.chain import Link
from console_server.incidents.retelling import Retold, Stored

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
    return list(Retold(links).differences(Stored(case, stored)))


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


def group_differences(links: list[Link], **orders: str) -> list[str]:
    stored = {key: {"status": status, "result": None} for key, status in orders.items()}
    return list(Retold(links).differences(Stored(CASE, {ONE: {"status": "cancelled"}}, stored)))


def test_a_file_tells_every_order_to_a_group_and_the_end_that_the_case_put_to_it() -> None:
    given = link(6, "group", groupStates={"a": {"status": "ordered"}})
    joined = link(7, "group", groupStates={"b": {"status": "ordered"}})
    done = link(8, "group_step", groupStates={"a": {"status": "done"}})
    ended = link(
        9,
        "status",
        **{"from": "dispatched"},
        to="void",
        groupStates={"b": {"status": "withdrawn"}},
    )
    assert group_differences([*FILE, given, joined, done, ended], a="done", b="withdrawn") == []
    assert group_differences([*FILE, given, joined, done, ended], a="ordered") == [
        "group order a has status ordered, its file tells done",
        "group order b is missing",
    ]
    assert group_differences([*FILE, given], a="ordered", c="done") == [
        "group order c is not told of"
    ]


def test_orders_to_groups_that_an_earlier_edition_only_named_are_not_compared() -> None:
    named = link(6, "group", orderId="a", group="zhian")
    assert not Retold([*FILE, named]).groups_whole
    assert group_differences([*FILE, named], a="done") == []
