"""A worker's own side by HTTP: who am I, my day, my month, my orders, who looked at me."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from small_district import GRIDS, RunningServer

ZONE = "Asia/Shanghai"


def plan(server: RunningServer, worker_id: int, starts_at: datetime, hours: float) -> None:
    with psycopg.connect(server.owner_url) as connection:
        connection.execute(
            "INSERT INTO shifts (worker_id, starts_at, ends_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (worker_id, starts_at, starts_at + timedelta(hours=hours)),
        )


def midnight(days: int = 0) -> datetime:
    """Of today in the pack's zone, UTC."""
    local = datetime.now(UTC) + timedelta(hours=8)
    return datetime(local.year, local.month, local.day, tzinfo=UTC) - timedelta(hours=8 - 24 * days)


def test_me_says_all_that_a_page_needs_without_a_network(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    given = enrol("W1")
    plan(server, given["workerId"], midnight() + timedelta(hours=8), 8)
    plan(server, given["workerId"], midnight(1) + timedelta(hours=8), 8)
    plan(server, given["workerId"], midnight(3), 8)
    with as_worker(given) as phone:
        me = phone.get("/api/field/me").json()
    assert me["topicPrefix"] == given["topicPrefix"]
    assert (me["workerName"], me["handsetId"], me["timeZone"]) == ("王一", given["handsetId"], ZONE)
    [grid] = me["grids"]
    assert (grid["code"], len(grid["rings"]), len(grid["rings"][0])) == (GRIDS[0], 1, 5)
    assert len(me["shifts"]) == 2
    assert me["mqttPath"] == "/api/field/mqtt"
    assert {"code", "name", "parentCode"} == me["classes"][0].keys()


def test_today_tells_what_is_still_missing(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    given = enrol("W2")
    plan(server, given["workerId"], datetime.now(UTC) - timedelta(minutes=1), 6)
    with as_worker(given) as phone:
        today = phone.get("/api/field/today").json()
    assert today["day"]["workerId"] == given["workerId"]
    assert today["day"]["provisional"]
    assert {each["rule"] for each in today["missing"]} >= {"in_grid"}
    assert all(each["possible"] for each in today["missing"] if each["rule"] == "in_grid")


def test_a_worker_objects_to_an_own_day_and_a_supervisor_rules(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    given = enrol("W3")
    start = midnight(-1) + timedelta(hours=8)
    plan(server, given["workerId"], start, 8)
    day = f"{start + timedelta(hours=8):%Y-%m-%d}"
    body = {"grounds": "手机送修，有维修单为证"}
    with as_worker(given) as phone:
        filed = phone.post(f"/api/field/days/{day}/appeals", json=body)
        assert filed.status_code == 201, filed.text
        assert phone.post(f"/api/field/days/{day}/appeals", json=body).status_code == 409
        [appeal] = phone.get(f"/api/field/days/{day}").json()["appeals"]
    assert (appeal["filedBy"], appeal["workerCode"]) == ("worker:W3", "W3")
    with server.signed_in("supervisor") as supervisor:
        ruling = {"ruling": "granted", "reason": "属实"}
        path = f"/api/attendance/appeals/{appeal['appealId']}/ruling"
        assert supervisor.post(path, json=ruling).is_success


def test_a_worker_takes_back_an_own_open_objection_and_nobody_elses(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    given, other = enrol("W2"), enrol("W1")
    start = midnight(-2) + timedelta(hours=8)
    plan(server, given["workerId"], start, 8)
    day = f"{start + timedelta(hours=8):%Y-%m-%d}"
    with as_worker(given) as phone:
        filed = phone.post(f"/api/field/days/{day}/appeals", json={"grounds": "记错了"})
        path = f"/api/field/appeals/{filed.json()['appeals'][0]['appealId']}/withdrawal"
        with as_worker(other) as stranger:
            assert stranger.post(path, json={}).status_code == 404
        for _ in range(2):  # a phone that lost the answer asks again
            answer = phone.post(path, json={"reason": "已核实"})
            assert answer.status_code == 201, answer.text
            [appeal] = answer.json()["appeals"]
            assert (appeal["ruling"], appeal["reason"]) == ("withdrawn", "已核实")
        ruling = {"ruling": "granted", "reason": "属实"}
        with server.signed_in("supervisor") as supervisor:
            closed = f"/api/attendance/appeals/{appeal['appealId']}/ruling"
            assert supervisor.post(closed, json=ruling).status_code == 409
        again = phone.post(f"/api/field/days/{day}/appeals", json={"grounds": "手机送修"})
        assert again.status_code == 201, again.text
    acts = server.rows("SELECT actor FROM audit_log WHERE act = 'appeal withdrawn'")
    assert acts == [("worker:W2",)]


def test_a_running_day_cannot_be_objected_to(enrol: Any, as_worker: Any) -> None:
    with as_worker(enrol("W1")) as phone:
        today = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%d}"
        answer = phone.post(f"/api/field/days/{today}/appeals", json={"grounds": "x"})
        assert answer.status_code in {409, 422}
        assert phone.get("/api/field/days?month=2026-13").status_code == 422
        assert phone.get("/api/field/days").json()["month"]


def test_the_worker_sees_who_looked_at_the_own_track_and_nobody_elses(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    one, other = enrol("W1"), enrol("W2")
    with server.signed_in("supervisor") as supervisor:
        path = f"/api/workers/{one['workerId']}/track"
        assert supervisor.get(path, params={"via": "map"}).is_success
    with as_worker(one) as phone:
        looks = phone.get("/api/field/looks").json()
    assert (looks[0]["displayName"], looks[0]["role"]) == ("督查员", "supervisor")
    with as_worker(other) as phone:
        assert phone.get("/api/field/looks").json() == []


def test_orders_come_again_to_a_page_that_lost_them(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    one, other = enrol("W1"), enrol("W2")
    with server.signed_in("dispatcher") as dispatcher:
        code = dispatcher.get("/api/pack").json()["classes"][0]["code"]
        incident = {"classCode": code, "title": "占道经营", "lon": 118.015, "lat": 32.015}
        opened = dispatcher.post("/api/incidents", json=incident).json()
        path = f"/api/incidents/{opened['id']}/dispatches"
        sent = dispatcher.post(path, json={"workerId": one["workerId"]}).json()
    with as_worker(one) as phone:
        [order] = phone.get("/api/field/dispatches").json()
    assert (order["dispatch"], order["status"], order["title"]) == (
        sent["dispatchId"],
        "ordered",
        "占道经营",
    )
    with as_worker(other) as phone:
        assert phone.get("/api/field/dispatches").json() == []


def test_a_report_is_followed_until_a_person_has_seen_it(
    server: RunningServer, enrol: Any, as_worker: Any
) -> None:
    given = enrol("W1")
    sent = {"id": uuid.uuid4().hex, "at": time.time(), "lon": 118.015, "lat": 32.015}
    with psycopg.connect(server.owner_url) as connection:
        connection.execute(
            "INSERT INTO handset_inbox (handset_id, kind, received_at, body)"
            " SELECT handset_id, 'duress', now(), %s FROM handsets WHERE code = %s",
            (json.dumps(sent), given["handsetId"]),
        )
    with as_worker(given) as phone:
        found = await_report(phone, sent["id"])
        assert (found["source"], found["seenAt"]) == ("duress", None)
        with server.signed_in("dispatcher") as dispatcher:
            listed = dispatcher.get("/api/incidents").json()["incidents"]
            case = next(each for each in listed if each["code"] == found["code"])
            path = f"/api/incidents/{case['id']}/dispatches"
            assert dispatcher.post(path, json={"workerId": enrol("W2")["workerId"]}).is_success
        assert await_report(phone, sent["id"])["seenAt"]


def await_report(phone: Any, client_id: str) -> dict[str, Any]:
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        for each in phone.get("/api/field/reports").json():
            if each["clientId"] == client_id:
                return dict(each)
        time.sleep(0.1)
    raise AssertionError(client_id)
