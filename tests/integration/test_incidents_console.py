"""What a console does with cases besides moving them: groups, rulings, oversight, lists."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from live_centre import IN_EAST, PASSWORD, WEST, Centre, running_centre, seed, until

from console_server.access.commands import Position, set_account

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        for group in ("zhian", "shizheng"):
            position = Position(group, "department", f"名{group}", group_code=group)
            assert set_account(district.owner_url, position, PASSWORD)
        yield running


async def post(centre: Centre, path: str, who: str = "dispatcher", **body: Any) -> Any:
    return await (await centre.console(who)).post(path, json=body)


async def read(centre: Centre, incident: dict[str, Any], who: str = "dispatcher") -> Any:
    return (await (await centre.console(who)).get(f"incidents/{incident['id']}")).json()


async def move(centre: Centre, case: dict[str, Any], to: str, who: str, **values: Any) -> Any:
    body = {"to": to, "version": case["version"]} | values
    return await post(centre, f"incidents/{case['id']}/transitions", who, **body)


async def give(centre: Centre, case: dict[str, Any], **values: Any) -> Any:
    body = {"version": case["version"]} | values
    return await post(centre, f"incidents/{case['id']}/group", **body)


async def step(
    centre: Centre, case: dict[str, Any], group: str, to: str, who: str, **v: Any
) -> Any:
    order = next(
        each
        for each in case["groupOrders"]
        if each["groupCode"] == group and each["endedAt"] is None
    )
    body = {"to": to, "version": order["version"]} | v
    return await post(centre, f"group-orders/{order['orderId']}/steps", who, **body)


async def test_two_groups_handle_one_case_jointly_and_it_is_handled_with_the_last_of_them(
    centre: Centre,
) -> None:
    case = await centre.open_incident(classCode="0601")
    given = (await give(centre, case, joint=["zhian"])).json()
    assert [(each["groupCode"], each["joint"]) for each in given["groupOrders"]] == [
        ("shizheng", False),
        ("zhian", True),
    ]
    accepted = (await step(centre, given, "shizheng", "accepted", "shizheng")).json()
    assert (accepted["status"], len(accepted["orderGroups"])) == ("handling", 1)
    first = (await step(centre, accepted, "shizheng", "done", "shizheng", result="已修复")).json()
    assert first["status"] == "handling"
    last = (await step(centre, first, "zhian", "done", "zhian", result="已取缔")).json()
    assert (last["status"], last["groupOrderedAt"]) == ("handled", None)
    assert [each["result"] for each in last["groupOrders"]] == ["已修复", "已取缔"]
    seen = await read(centre, case)
    assert "verified" in seen["allowed"]  # a department handled it, the centre may verify
    assert seen["needed"]["rework"] == ["reason"]


async def test_twenty_clients_step_one_order_and_exactly_one_wins(centre: Centre) -> None:
    case = await centre.open_incident(classCode="0601")
    given = (await give(centre, case)).json()
    answers = await asyncio.gather(
        *(
            step(centre, given, "shizheng", to, "dispatcher", result="已处置")
            for to in ("accepted", "done") * 10
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"group_order_changed"}
    now = await read(centre, case)
    assert [event["version"] for event in now["events"]] == list(range(1, now["version"] + 1))
    assert now["status"] == ("handled" if now["groupOrders"][0]["endedAt"] else "handling")


async def test_a_case_that_goes_to_another_group_leaves_the_first(centre: Centre) -> None:
    case = await centre.open_incident(classCode="0601")
    given = (await give(centre, case)).json()
    again = (await give(centre, given, fallback=True)).json()
    assert [(each["groupCode"], each["status"]) for each in again["groupOrders"]] == [
        ("shizheng", "withdrawn"),
        ("minsheng", "ordered"),
    ]
    back = (await step(centre, again, "minsheng", "withdrawn", "dispatcher")).json()
    assert (back["status"], back["groupOrderedAt"]) == ("accepted", None)


async def test_a_department_sees_and_moves_the_cases_of_its_group_alone(centre: Centre) -> None:
    mine, other = [await centre.open_incident(classCode="0601") for _ in range(2)]
    given = (await give(centre, mine)).json()
    away = (await give(centre, other, groupCode="xiaoqu")).json()
    console = await centre.console("shizheng")
    listed = (await console.get("incidents", params={"state": "all"})).json()["incidents"]
    assert mine["id"] in {each["id"] for each in listed}
    assert other["id"] not in {each["id"] for each in listed}
    assert (await console.get(f"incidents/{other['id']}")).status_code == 404
    assert (await step(centre, away, "xiaoqu", "accepted", "shizheng")).status_code == 404
    assert (await step(centre, given, "shizheng", "withdrawn", "shizheng")).status_code == 403
    assert (await console.post(f"incidents/{mine['id']}/dispatches")).status_code == 403
    empty = await step(centre, given, "shizheng", "done", "shizheng")
    assert (empty.status_code, empty.json()["errors"]) == (422, ["result: is empty"])


async def test_a_department_is_told_of_its_cases_as_they_come_and_of_nothing_else(
    centre: Centre,
) -> None:
    before, mine, other = [await centre.open_incident(classCode="0601") for _ in range(3)]
    await give(centre, before)
    async with centre.socket(await centre.console("shizheng")) as socket:
        await until(lambda: socket.snapshots)
        assert before["id"] in socket.incidents
        assert {mine["id"], other["id"]}.isdisjoint(socket.incidents)
        assert (socket.snapshots[0]["workers"], socket.snapshots[0]["alerts"]) == ([], [])
        await give(centre, other, groupCode="xiaoqu")
        given = (await give(centre, mine)).json()
        await until(lambda: mine["id"] in socket.incidents)
        await step(centre, given, "shizheng", "accepted", "shizheng")
        await until(lambda: socket.incidents[mine["id"]]["groupOrders"][0]["acceptedAt"])
        assert other["id"] not in socket.incidents
        assert {each["type"] for each in socket.texts} <= {"snapshot", "incident", "health"}


NUMBERS = ("13911110001", "13911110002", "13911110003")


def numbered(district: Any, case: dict[str, Any]) -> dict[str, int]:
    """Everybody has a telephone number, and so has the resident who reported; workers by code."""
    with psycopg.connect(district.owner_url) as connection:
        connection.execute("UPDATE workers SET phone = %s", [NUMBERS[0]])
        connection.execute(
            "INSERT INTO resident_reports (incident_id, code_sha256, phone) VALUES (%s, %s, %s)",
            (case["id"], sha256(case["id"].encode()).digest(), NUMBERS[1]),
        )
        connection.execute(
            "UPDATE workers SET phone = %s, group_id = (SELECT group_id FROM functional_groups"
            " WHERE code = 'zhian') WHERE code = '22'",
            [NUMBERS[2]],
        )
        return dict(connection.execute("SELECT code, worker_id FROM workers").fetchall())


async def test_a_department_is_told_of_its_own_people_and_cases_and_no_telephone_number(
    centre: Centre, district: Any
) -> None:
    case = await centre.open_incident(classCode="0601")
    workers = numbered(district, case)
    await centre.credentials("11")
    sent = await post(centre, f"incidents/{case['id']}/dispatches", workerId=workers["11"])
    assert sent.is_success, sent.text
    now = await read(centre, case)
    assert (await give(centre, now, groupCode="zhian")).is_success
    office, other = await centre.console("zhian"), await centre.console("shizheng")
    listed = (await office.get("workers")).json()
    assert {(each["code"], each["phone"]) for each in listed} >= {("11", None), ("22", None)}
    assert {each["phone"] for each in listed} == {None}
    assert "12" not in {each["code"] for each in listed}
    assert (await office.get(f"workers/{workers['11']}")).json()["name"] == "工11"
    assert (await office.get(f"workers/{workers['12']}")).status_code == 404
    assert (await other.get(f"workers/{workers['22']}")).status_code == 404
    assert (await read(centre, case, "zhian"))["dispatches"][0]["workerName"] == "工11"
    seen = await (await centre.console()).get(f"workers/{workers['11']}")
    assert seen.json()["phone"] == NUMBERS[0]  # who sends people out can call them


@pytest.mark.parametrize("who", ["zhian", "wall"])
async def test_no_answer_to_whom_sends_nobody_out_holds_a_telephone_number(
    centre: Centre, district: Any, who: str
) -> None:
    case = await centre.open_incident(classCode="0601")
    workers = numbered(district, case)
    given = await give(centre, case, groupCode="zhian")
    assert given.is_success, given.text
    console = await centre.console(who)
    paths = (await console.get(f"{centre.url}/schema/openapi.json")).json()["paths"]
    values = {"incident_id": case["id"], "worker_id": str(workers["22"]), "day": "2026-11-21"}
    answered = 0
    for path in (path for path, methods in paths.items() if "get" in methods):
        filled = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "1"), path)
        answer = await console.get(centre.url + filled)
        answered += answer.is_success
        assert not any(number in answer.text for number in NUMBERS), path
    assert answered >= 8
    async with centre.socket(console) as socket:
        await until(lambda: socket.snapshots)
        assert not any(number in json.dumps(socket.texts) for number in NUMBERS)


async def test_a_department_asks_and_the_duty_leader_rules(centre: Centre) -> None:
    case = await centre.open_incident(classCode="0601")
    given = (await give(centre, case)).json()
    body = {"kind": "extended", "reason": "等材料", "version": given["version"], "hours": 4}
    asked = (await post(centre, f"incidents/{case['id']}/requests", "shizheng", **body)).json()
    assert (asked["pendingRequest"]["kind"], asked["pendingRequest"]["askedBy"]) == (
        "extended",
        "名shizheng",
    )
    assert (asked["mayRule"], asked["askable"]) == (False, [])
    leader = await read(centre, case, "duty_leader")
    assert leader["mayRule"]
    waiting = await (await centre.console("duty_leader")).get(
        "incidents", params={"waiting": "true"}
    )
    assert case["id"] in {each["id"] for each in waiting.json()["incidents"]}
    ruling = f"requests/{asked['pendingRequest']['id']}/ruling"
    ruled = (await post(centre, ruling, "duty_leader", granted=True)).json()
    assert (ruled["pendingRequest"], ruled["dueAt"] > given["dueAt"]) == (None, True)
    again = await post(centre, ruling, "administrator", granted=False)
    assert (again.status_code, again.json()["code"]) == (409, "request_ruled")
    assert "by 名duty_leader at " in again.json()["detail"]


async def test_a_supervised_case_says_who_why_and_since_when(centre: Centre) -> None:
    case = await centre.open_incident()
    path = f"incidents/{case['id']}/supervision"
    assert (await post(centre, path, version=1, reason="群众反映强烈")).status_code == 403
    on = (await post(centre, path, "duty_leader", version=1, reason="群众反映强烈")).json()
    assert (on["supervision"]["by"], on["supervision"]["reason"]) == (
        "名duty_leader",
        "群众反映强烈",
    )
    twice = await post(centre, path, "supervisor", version=2, reason="再督办")
    assert (twice.status_code, twice.json()["code"]) == (409, "case_move_impossible")
    listed = await (await centre.console()).get("incidents", params={"supervised": "true"})
    assert case["id"] in {each["id"] for each in listed.json()["incidents"]}
    off = (await post(centre, path, "supervisor", version=2, reason="已解决", on=False)).json()
    assert off["supervision"] is None
    assert [each["kind"] for each in off["events"]] == ["opened", "supervised", "unsupervised"]


async def test_a_pack_without_a_level_above_reports_nothing_upward(centre: Centre) -> None:
    case = await centre.open_incident()
    answer = await post(centre, f"incidents/{case['id']}/upward", version=1, text="请求协调")
    assert (answer.status_code, answer.json()["code"]) == (409, "case_move_impossible")


async def test_a_conflict_says_who_did_what_when_and_at_which_version(centre: Centre) -> None:
    case = await centre.open_incident()
    await move(centre, case, "rejected", "duty_leader", reason="重复")
    late = (await move(centre, case, "accepted", "dispatcher")).json()
    assert late["code"] == "case_changed"
    assert late["detail"].startswith(
        f"Case {case['code']} was changed meanwhile: rejected by 名duty"
    )
    assert late["detail"].endswith("(version 2, you had 1).")
    sent = (await post(centre, f"incidents/{case['id']}/dispatches")).json()
    assert sent["code"] in {"case_not_dispatchable", "nobody_to_send"}
    fresh = await read(centre, case)
    impossible = (await move(centre, fresh, "accepted", "dispatcher")).json()
    assert impossible["code"] == "case_move_impossible"
    assert "rejected by 名duty_leader at " in impossible["detail"]


async def test_a_worker_is_replaced_by_another_in_one_step(centre: Centre) -> None:
    for code in ("11", "12"):
        await centre.enrol(code)
    case = await centre.open_incident()
    one, other = centre.workers["11"], centre.workers["12"]
    sent = (await post(centre, f"incidents/{case['id']}/dispatches", workerId=one)).json()
    path = f"dispatches/{sent['dispatchId']}/reassignment"
    stale = await post(centre, path, version=9, workerId=other)
    assert (stale.status_code, stale.json()["code"]) == (409, "dispatch_changed")
    assert [each["workerId"] for each in (await read(centre, case))["dispatches"]] == [one]
    done = await post(centre, path, version=1, workerId=other, reason="离得更近")
    assert done.json()["workerId"] == other
    now = await read(centre, case)
    assert (now["status"], [each["status"] for each in now["dispatches"]]) == (
        "dispatched",
        ["cancelled", "ordered"],
    )


async def test_a_merged_case_leads_to_the_kept_one(centre: Centre) -> None:
    one, other = [await centre.open_incident() for _ in range(2)]
    merged = (await move(centre, one, "merged", "dispatcher", into=other["id"])).json()
    assert (merged["mergedInto"], merged["mergedIntoCode"]) == (other["id"], other["code"])


async def test_an_evaluation_keeps_what_the_reporter_thinks_of_it(centre: Centre) -> None:
    case = await centre.open_incident()
    for to, who, reason in (
        ("accepted", "dispatcher", None),
        ("handling", "dispatcher", "电话通知"),
        ("handled", "dispatcher", None),
        ("verified", "duty_leader", None),
        ("closed", "duty_leader", "已办结"),
    ):
        case = (await move(centre, case, to, who, reason=reason)).json()
    assert case["needed"]["evaluated"] == ["rating"]
    done = (await move(centre, case, "evaluated", "supervisor", rating="satisfied")).json()
    assert done["events"][-1]["body"]["rating"] == "satisfied"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"text": "100%_坏"}, 1),
        ({"text": "100x坏"}, 0),
        ({"class": "06"}, 1),
        ({"class": "02"}, 0),
        ({"source": "hotline"}, 0),
        ({"severity": 3, "overdue": "false"}, 1),
        ({"overdue": "true"}, 0),
        ({"from": "2020-01-01", "to": "2020-01-02"}, 0),
        ({"area": WEST}, 0),
        ({"group": "shizheng"}, 1),
        ({"status": "reported", "from": "2020-01-01"}, 1),
    ],
)
async def test_a_list_is_filtered_and_counted(
    centre: Centre, params: dict[str, Any], found: int
) -> None:
    lon, lat = IN_EAST
    case = await centre.open_incident(title="路灯 100%_坏", classCode="0601", lon=lon, lat=lat)
    console = await centre.console()
    page = (await console.get("incidents", params={"state": "all"} | params)).json()
    assert sum(each["id"] == case["id"] for each in page["incidents"]) == found
    assert page["total"] >= found
    if found:
        sheet = await console.get("incidents/export.xlsx", params=params)
        assert sheet.status_code == 200


async def test_pages_follow_each_other_and_only_the_first_one_counts(centre: Centre) -> None:
    console = await centre.console()
    first = (await console.get("incidents", params={"state": "all", "limit": 2})).json()
    rest = {"state": "all", "limit": 2, "before": first["nextBefore"]}
    second = (await console.get("incidents", params=rest)).json()
    ids = {each["id"] for each in first["incidents"]}
    assert not ids & {each["id"] for each in second["incidents"]}
    assert (first["total"] > 2, second["total"]) == (True, None)
