"""A handset signs in as its worker, sees its own side alone, and is out once it is revoked."""

import uuid
from typing import Any

from small_district import PASSWORD, RunningServer

AsWorker = Any
Enrol = Any


def test_a_handset_signs_in_as_its_worker(
    server: RunningServer, enrol: Enrol, as_worker: AsWorker
) -> None:
    given = enrol("W1")
    with as_worker(given) as phone:
        me = phone.get("/api/field/session").json()
    assert me["csrfToken"]
    assert {**me, "csrfToken": ""} == {
        "workerId": given["workerId"],
        "workerCode": "W1",
        "workerName": "王一",
        "handsetId": given["handsetId"],
        "csrfToken": "",
    }
    [account] = server.rows("SELECT role, worker_id FROM accounts WHERE username = 'worker:W1'")
    assert account == ("worker", given["workerId"])


def test_its_cookie_is_its_own_and_out_of_reach_of_scripts(
    server: RunningServer, enrol: Enrol
) -> None:
    given = enrol("W1")
    with server.signed_in("dispatcher") as both:
        answer = both.post(
            "/api/field/session",
            json={"username": given["username"], "password": given["password"]},
        )
        cookie = answer.headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/api/field"))
        assert both.get("/api/session").json()["username"] == "dispatcher"
        assert both.get("/api/field/session").json()["workerCode"] == "W1"


def test_a_handset_opens_no_route_of_the_console_and_a_console_none_of_a_handset(
    server: RunningServer, enrol: Enrol, as_worker: AsWorker
) -> None:
    with as_worker(enrol("W1")) as phone:
        for path in ("session", "workers", "positions", "areas", "incidents", "attendance"):
            assert phone.get(f"/api/{path}").status_code == 401, path
        stolen = {"Cookie": f"gb_session={phone.cookies['gb_field']}"}
        assert phone.get("/api/session", headers=stolen).status_code == 401
    with server.signed_in("admin") as admin:
        assert admin.get("/api/field/session").status_code == 401


def test_a_worker_cannot_sign_in_to_the_console(
    server: RunningServer, enrol: Enrol, as_worker: AsWorker
) -> None:
    with as_worker(enrol("W2")):
        pass
    with server.client() as client:
        for password in ("!", "", PASSWORD):
            body = {"username": "worker:W2", "password": password}
            assert client.post("/api/session", json=body).status_code == 401


def test_a_revoked_handset_is_out_at_once_and_told_so(
    server: RunningServer, enrol: Enrol, as_worker: AsWorker
) -> None:
    given = enrol("W1")
    with as_worker(given) as phone, server.signed_in("admin") as admin:
        assert admin.delete(f"/api/handsets/{given['handsetId']}").status_code == 204
        answer = phone.get("/api/field/session")
        assert (answer.status_code, answer.json()["code"]) == (401, "handset_revoked")
        again = phone.post(
            "/api/field/session",
            json={"username": given["username"], "password": given["password"]},
        )
        assert (again.status_code, again.json()["code"]) == (401, "handset_revoked")


def test_who_only_knows_the_name_of_a_revoked_handset_learns_nothing(
    server: RunningServer, enrol: Enrol
) -> None:
    given = enrol("W1")
    with server.signed_in("admin") as admin:
        admin.delete(f"/api/handsets/{given['handsetId']}")
    with server.client() as client:
        for name in (given["username"], "hnobody"):
            answer = client.post(
                "/api/field/session", json={"username": name, "password": "x" * 100}
            )
            assert answer.json()["code"] == "unauthenticated"


def test_only_native_handsets_sign_in(server: RunningServer, enrol: Enrol) -> None:
    given = enrol("W1", "owntracks")
    with server.client() as client:
        body = {"username": given["username"], "password": given["password"]}
        assert client.post("/api/field/session", json=body).status_code == 401


def test_guessing_is_throttled_and_good_sign_ins_are_not(
    server: RunningServer, enrol: Enrol
) -> None:
    given = enrol("W3")
    good = {"username": given["username"], "password": given["password"]}
    with server.client() as client:
        for _ in range(15):
            assert client.post("/api/field/session", json=good).status_code == 201
        wrong = {"username": f"hvictim{uuid.uuid4().hex[:6]}", "password": "guess"}
        codes = [client.post("/api/field/session", json=wrong).status_code for _ in range(11)]
        assert codes == [401] * 10 + [429]
        assert client.post("/api/field/session", json=good).status_code == 201


def test_a_command_needs_the_token_and_the_own_site(
    server: RunningServer, enrol: Enrol, as_worker: AsWorker
) -> None:
    with as_worker(enrol("W1")) as phone:
        token = phone.headers.pop("X-CSRF-Token")
        assert phone.delete("/api/field/session").status_code == 403
        evil = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
        assert phone.delete("/api/field/session", headers=evil).status_code == 403
        own = {"X-CSRF-Token": token, "Origin": server.url}
        assert phone.delete("/api/field/session", headers=own).status_code == 204
        assert phone.get("/api/field/session").status_code == 401
