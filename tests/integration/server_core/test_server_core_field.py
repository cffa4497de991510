"""Areas, workers, shifts and handsets over HTTP."""

import concurrent.futures
import threading
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from small_district import GRIDS, STREET, RunningServer

ANSWER_WITHIN_S = 120.0


def connects(host: str, port: int, username: str, password: str) -> bool:
    """Whether the broker accepts these credentials now."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, f"test-{username}-{threading.get_ident()}")
    client.username_pw_set(username, password)
    answered = threading.Event()
    accepted: list[bool] = []

    def on_connect(_c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        accepted.append(not reason.is_failure)
        answered.set()

    client.on_connect = on_connect
    client.connect(host, port)
    client.loop_start()
    try:
        assert answered.wait(ANSWER_WITHIN_S)
        return accepted[0]
    finally:
        client.disconnect()
        client.loop_stop()


def enrol(client: httpx.Client, worker_id: int, kind: str = "native") -> dict[str, Any]:
    answer = client.post("/api/handsets", json={"workerId": worker_id, "kind": kind})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def worker_id(client: httpx.Client, code: str) -> int:
    workers = client.get("/api/workers").json()
    return next(int(worker["workerId"]) for worker in workers if worker["code"] == code)


def test_areas_come_parents_first_with_their_codes(server: RunningServer) -> None:
    with server.signed_in("dispatcher") as client:
        areas = client.get("/api/areas").json()
    assert [area["kind"] for area in areas] == ["subdistrict", *["community"] * 2, *["grid"] * 4]
    assert areas[0] == {
        "areaId": areas[0]["areaId"],
        "code": STREET,
        "name": f"名 {STREET}",
        "kind": "subdistrict",
        "parentCode": None,
        "households": None,
    }


def test_grids_are_sent_again_only_when_they_changed(server: RunningServer) -> None:
    with server.signed_in("dispatcher") as client:
        first = client.get("/api/areas/grids.geojson")
        second = client.get(
            "/api/areas/grids.geojson", headers={"If-None-Match": first.headers["etag"]}
        )
    properties = first.json()["features"][0]["properties"]
    assert set(properties) == {"areaId", "code", "name", "parentCode", "communityName"}
    assert properties["communityName"] == f"名 {STREET}001"
    assert second.status_code == 304


def test_a_worker_is_taken_on_once(server: RunningServer) -> None:
    body = {"code": "N1", "name": "新", "kind": "full_time", "gridCodes": [GRIDS[0]]}
    with server.signed_in("admin") as client:
        first = client.post("/api/workers", json=body)
        second = client.post("/api/workers", json=body)
        shown = client.get(f"/api/workers/{first.json()['workerId']}")
    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    assert shown.json() == first.json()
    assert shown.json()["areaCode"] == STREET


def test_a_worker_of_nowhere_is_refused_by_field(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        nowhere = client.post("/api/workers", json={"code": "N2", "name": "新"})
        unknown = client.post(
            "/api/workers", json={"code": " ", "name": "新", "gridCodes": ["9"], "groupCode": "x"}
        )
        misspelt = client.post("/api/workers", json={"code": "N2", "name": "新", "grids": []})
    assert nowhere.json()["errors"] == [
        "areaCode: the grids and the area do not name one subdistrict"
    ]
    fields = [error.split(":")[0] for error in unknown.json()["errors"]]
    assert fields == ["gridCodes", "groupCode", "code"]
    assert misspelt.json()["errors"] == ["grids: is not known"]


def test_a_shift_is_planned_and_a_second_at_the_time_is_a_conflict(server: RunningServer) -> None:
    with server.signed_in("leader") as client:
        body = {
            "workerId": worker_id(client, "W1"),
            "startsAt": "2026-11-20T00:30:00Z",
            "endsAt": "2026-11-20T17:00:00+08:00",
        }
        planned = client.post("/api/shifts", json=body)
        clash = client.post("/api/shifts", json=body | {"startsAt": "2026-11-20T08:45:00Z"})
        naive = client.post("/api/shifts", json=body | {"startsAt": "2026-11-20T00:30:00"})
        backwards = client.post("/api/shifts", json=body | {"endsAt": "2026-11-19T00:30:00Z"})
        day = client.get("/api/shifts", params={"date": "2026-11-20"}).json()
        other_day = client.get("/api/shifts", params={"date": "2026-11-21"}).json()
        of_worker = client.get("/api/shifts", params={"workerId": body["workerId"]}).json()
    assert planned.status_code == 201
    assert planned.json()["kind"] == "patrol"
    assert clash.json()["code"] == "conflict"
    assert (naive.status_code, naive.json()["errors"][0].split(":")[0]) == (400, "startsAt")
    assert backwards.json()["errors"] == ["endsAt: 0 to 24 h after startsAt"]
    assert day == [planned.json()]
    assert other_day == []
    assert of_worker == [planned.json()]


@pytest.mark.parametrize("kind", ["native", "owntracks"])
def test_credentials_work_when_the_answer_arrives_and_end_with_revocation(
    server: RunningServer, kind: str
) -> None:
    with server.signed_in("admin") as client:
        made = enrol(client, worker_id(client, "W2"), kind)
        address = made["host"], made["port"], made["username"]
        assert connects(*address, made["password"])
        assert not connects(*address, made["password"] + "x")
        assert client.delete(f"/api/handsets/{made['handsetId']}").status_code == 204
        assert not connects(*address, made["password"])
        assert client.delete(f"/api/handsets/{made['handsetId']}").status_code == 204
        listed = client.get("/api/handsets").json()
    expected = {
        "native": f"gb/1/{STREET}/{made['handsetId']}",
        "owntracks": f"owntracks/{made['username']}",
    }
    assert made["topicPrefix"] == expected[kind]
    shown = next(each for each in listed if each["handsetId"] == made["handsetId"])
    assert shown["revokedAt"] is not None
    assert "password" not in shown


def test_no_secret_is_kept_or_logged(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        made = enrol(client, worker_id(client, "W3"))
    stored = server.rows("SELECT password_hash FROM handsets WHERE code = %s", made["handsetId"])
    acts = server.rows("SELECT act, body::text FROM audit_log WHERE act LIKE 'handset%%'")
    assert stored[0][0].startswith("$2")
    assert acts
    assert all(made["password"] not in body for _, body in acts)


def test_many_handsets_enrolled_at_once_all_work(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        worker = worker_id(client, "W1")
        with concurrent.futures.ThreadPoolExecutor(20) as threads:
            made = list(threads.map(lambda _: enrol(client, worker), range(40)))
        assert len({each["handsetId"] for each in made}) == 40
        for each in (made[0], made[19], made[39]):
            assert connects(each["host"], each["port"], each["username"], each["password"])
