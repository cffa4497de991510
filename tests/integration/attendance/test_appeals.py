"""A worker's objection: taken down, ruled on by somebody else, and the day scored anew."""

from typing import Any

import httpx
from attendance_record import INSIDE, OUTSIDE, Record, at, standing, wait_until, yesterday


def test_granted_appeal_excuses_the_time_and_the_change_is_listed(record: Record) -> None:
    day = yesterday()
    _fail_the_rule(record)
    claim = {
        "grounds": "社区会议，不在网格内",
        "claimedFrom": at(day, "09:46").isoformat(),
        "claimedTo": at(day, "12:00").isoformat(),
    }
    filed = _file(record, "dispatcher", claim)
    assert filed.status_code == 201, filed.text
    appeal = filed.json()["appeals"][0]
    assert (appeal["filedBy"], appeal["ruling"], appeal["workerCode"]) == ("dispatcher", None, "W1")
    assert _file(record, "leader", claim).status_code == 409
    assert _rule(record, "supervisor", appeal["appealId"], "granted").status_code == 201
    found = wait_until(lambda: (kept := record.stored(day)) and kept[1]["excused_s"] and kept)
    assert found[1]["in_grid"]["outcome"] == "met"
    rows = record.server.rows(
        "SELECT cause FROM attendance_changes ORDER BY change_id DESC LIMIT 1"
    )
    assert rows == [("appeal",)]
    acts = record.server.rows(
        "SELECT actor, act FROM audit_log WHERE act LIKE 'appeal%%' ORDER BY 1"
    )
    assert acts[-2:] == [("dispatcher", "appeal filed"), ("supervisor", "appeal ruled on")]
    assert _rule(record, "supervisor", appeal["appealId"], "denied").status_code == 409


def test_nobody_rules_on_an_appeal_of_their_own(record: Record) -> None:
    _fail_the_rule(record)
    appeal = _file(record, "supervisor", {"grounds": "设备故障"}).json()["appeals"][0]
    assert _rule(record, "supervisor", appeal["appealId"], "granted").status_code == 403
    assert _rule(record, "dispatcher", appeal["appealId"], "granted").status_code == 403
    assert _rule(record, "admin", appeal["appealId"], "withdrawn").status_code == 403
    assert _rule(record, "supervisor", appeal["appealId"], "withdrawn").status_code == 201
    with record.server.signed_in("supervisor") as client:
        assert client.get("/api/attendance/appeals").json() == {"appeals": []}
        listed = client.get("/api/attendance/appeals?state=all").json()["appeals"]
    assert [each["ruling"] for each in listed] == ["withdrawn"]


def test_whoever_took_an_appeal_down_may_withdraw_it_until_somebody_rules(record: Record) -> None:
    _fail_the_rule(record)
    appeal = _file(record, "dispatcher", {"grounds": "登记错人"}).json()["appeals"][0]
    number = appeal["appealId"]
    assert _withdraw(record, "supervisor", number).status_code == 403
    assert _withdraw(record, "wall", number).status_code == 403
    assert _withdraw(record, "east", number).status_code == 404
    assert _withdraw(record, "dispatcher", number, " ").status_code == 422
    assert _withdraw(record, "dispatcher", number).status_code == 201
    assert _withdraw(record, "dispatcher", number).status_code == 201, "again does no harm"
    assert _rule(record, "supervisor", number, "granted").status_code == 409
    with record.server.signed_in("supervisor") as client:
        listed = client.get("/api/attendance/appeals?state=all").json()["appeals"]
    assert [(each["ruling"], each["ruledBy"], each["reason"]) for each in listed] == [
        ("withdrawn", "dispatcher", "登记有误")
    ]
    acts = record.server.rows(
        "SELECT actor, act FROM audit_log WHERE act LIKE 'appeal%%' ORDER BY audit_id DESC LIMIT 1"
    )
    assert acts == [("dispatcher", "appeal withdrawn")]
    again = _file(record, "dispatcher", {"grounds": "社区会议"})
    assert again.status_code == 201, "the day may be objected to anew"


def test_an_appeal_that_was_ruled_on_cannot_be_withdrawn(record: Record) -> None:
    _fail_the_rule(record)
    number = _file(record, "dispatcher", {"grounds": "x"}).json()["appeals"][0]["appealId"]
    assert _rule(record, "supervisor", number, "denied").status_code == 201
    assert _withdraw(record, "dispatcher", number).status_code == 409


def test_appeals_that_make_no_sense_are_refused(record: Record) -> None:
    day = yesterday()
    _fail_the_rule(record)
    assert _file(record, "supervisor", {"grounds": "  "}).status_code == 422
    odd = {"grounds": "x", "claimedFrom": at(day, "12:00").isoformat()}
    assert _file(record, "supervisor", odd).status_code == 422
    turned = odd | {"claimedTo": at(day, "09:00").isoformat()}
    assert _file(record, "supervisor", turned).status_code == 422
    assert _file(record, "east", {"grounds": "x"}).status_code == 404
    assert _file(record, "wall", {"grounds": "x"}).status_code == 403
    assert _rule(record, "supervisor", 99999, "granted").status_code == 404


def _fail_the_rule(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "09:45")))
    record.fixes(standing(OUTSIDE, at(day, "09:46"), at(day, "12:00")))
    wait_until(lambda: (kept := record.stored(day)) and kept[1]["in_grid"]["outcome"] == "not_met")


def _file(record: Record, role: str, body: dict[str, Any]) -> httpx.Response:
    with record.server.signed_in(role) as client:
        answer: httpx.Response = client.post(
            f"/api/attendance/{record.worker_id}/{yesterday()}/appeals", json=body
        )
        return answer


def _rule(record: Record, role: str, appeal_id: int, ruling: str) -> httpx.Response:
    with record.server.signed_in(role) as client:
        answer: httpx.Response = client.post(
            f"/api/attendance/appeals/{appeal_id}/ruling",
            json={"ruling": ruling, "reason": "核实"},
        )
        return answer


def _withdraw(
    record: Record, role: str, appeal_id: int, reason: str = "登记有误"
) -> httpx.Response:
    with record.server.signed_in(role) as client:
        answer: httpx.Response = client.post(
            f"/api/attendance/appeals/{appeal_id}/withdrawal", json={"reason": reason}
        )
        return answer
