"""Signing in and out, sessions, CSRF, Origin, throttling, and who may do what."""

import re
import uuid
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from small_district import PASSWORD, RunningServer

from console_server.cli import main as gridbeat

ROLES = ("admin", "dispatcher", "supervisor", "leader", "office", "wall", "walker")
EVERYBODY = set(ROLES)
SEES_WORKERS = EVERYBODY - {"walker"}
COMMANDS = {"admin", "dispatcher", "leader"}
SOME_UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
# Method, path, body → the accounts that the role lets pass (whatever then becomes of it).
TABLE = [
    ("GET", "/api/areas", None, EVERYBODY),
    ("GET", "/api/areas/grids.geojson", None, EVERYBODY),
    ("GET", "/api/basemap.geojson", None, EVERYBODY),
    ("GET", "/api/checkpoints", None, EVERYBODY),
    ("GET", "/api/workers", None, SEES_WORKERS),
    ("GET", "/api/workers/1", None, SEES_WORKERS),
    ("POST", "/api/workers", {"code": "", "name": ""}, {"admin"}),
    ("GET", "/api/shifts", None, {"admin", "dispatcher", "supervisor", "leader"}),
    (
        "POST",
        "/api/shifts",
        {"workerId": 0, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T01:00:00Z"},
        {"admin", "supervisor", "leader"},
    ),
    ("GET", "/api/handsets", None, {"admin", "supervisor", "leader"}),
    ("POST", "/api/handsets", {"workerId": 0}, {"admin"}),
    ("DELETE", "/api/handsets/none", None, {"admin"}),
    ("GET", "/api/pack", None, EVERYBODY),
    ("GET", "/api/positions", None, SEES_WORKERS - {"office"}),
    ("GET", "/api/incidents", None, SEES_WORKERS),
    ("POST", "/api/incidents", {}, COMMANDS),
    ("POST", f"/api/incidents/{SOME_UUID}/dispatches", {}, COMMANDS),
    ("GET", "/api/workers/1/track", None, COMMANDS | {"supervisor"}),
    ("GET", "/api/track-looks", None, {"admin", "supervisor"}),
    ("GET", "/api/attendance", None, COMMANDS | {"supervisor"}),
    *(
        ("POST", f"/api/{kind}/import", None, {"admin"})
        for kind in ("areas", "workers", "shifts", "checkpoints", "basemap")
    ),
]
PUBLIC = {
    ("POST", "/api/session"),
    ("GET", "/api/installation"),
    ("GET", "/api/health"),
    ("POST", "/api/field/session"),
    ("GET", "/api/resident/form"),
    ("POST", "/api/resident/reports"),
    ("POST", "/api/resident/photos"),
    ("POST", "/api/resident/follow"),
    ("POST", "/api/resident/rating"),
}


def sign_in(client: httpx.Client, username: str, password: str) -> httpx.Response:
    return client.post("/api/session", json={"username": username, "password": password})


def test_every_role_is_let_through_exactly_where_the_table_says(server: RunningServer) -> None:
    for role in ROLES:
        with server.signed_in(role) as client:
            for method, path, body, allowed in TABLE:
                answer = client.request(method, path, json=body)
                passed = answer.status_code != 403
                assert passed == (role in allowed), (role, method, path, answer.text)
                assert answer.status_code < 500, (role, method, path, answer.text)


SAMPLES = {"uuid": SOME_UUID, "date": "2026-11-21"}


def sample_path(path: str, operation: dict[str, Any]) -> str:
    """The path with a value of the right form for each of its parameters."""
    formats = {p["name"]: p["schema"].get("format", "") for p in operation.get("parameters", ())}
    return re.sub(r"\{(\w+)\}", lambda match: SAMPLES.get(formats[match[1]], "1"), path)


def test_every_route_but_the_public_ones_refuses_without_a_session(server: RunningServer) -> None:
    with server.client() as client:
        paths = client.get("/schema/openapi.json").json()["paths"]
        routes = [
            (method.upper(), path, operation)
            for path, methods in paths.items()
            for method, operation in methods.items()
            if path.startswith("/api/") and (method.upper(), path) not in PUBLIC
        ]
        assert len(routes) >= len(TABLE)
        for method, path, operation in routes:
            answer = client.request(method, sample_path(path, operation))
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["code"] == "unauthenticated", (method, path)


def test_a_session_ends_with_sign_out(server: RunningServer) -> None:
    with server.signed_in("dispatcher") as client:
        me = client.get("/api/session").json()
        assert (me["username"], me["role"], me["areaCode"]) == ("dispatcher", "dispatcher", None)
        cookie = client.cookies["gb_session"]
        assert client.delete("/api/session").status_code == 204
        stolen = client.get("/api/session", headers={"Cookie": f"gb_session={cookie}"})
        assert stolen.status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: RunningServer) -> None:
    with server.client() as client:
        header = sign_in(client, "wall", PASSWORD).headers["set-cookie"].lower()
    assert "httponly" in header
    assert "samesite=strict" in header
    assert "path=/" in header


@pytest.mark.parametrize("token", [None, "", "wrong", "错"])
def test_a_command_without_the_csrf_token_is_refused(
    server: RunningServer, token: str | None
) -> None:
    with server.signed_in("admin") as client:
        del client.headers["X-CSRF-Token"]
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        answer = client.delete("/api/handsets/none", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_another_site_cannot_command_or_sign_in(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        for path in ("/api/session", "/api/workers"):
            answer = client.post(path, json={}, headers={"Origin": "https://evil.example"})
            assert answer.status_code == 403
        own = client.post("/api/workers", json={}, headers={"Origin": server.url})
        assert own.status_code == 400


def test_unknown_names_and_wrong_passwords_sound_the_same(server: RunningServer) -> None:
    with server.client() as client:
        known = sign_in(client, "supervisor", "wrong")
        unknown = sign_in(client, "nobody at all", "wrong")
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()


def test_guessing_is_throttled_by_name_and_says_until_when(server: RunningServer) -> None:
    victim = f"victim {uuid.uuid4().hex[:6]}"
    with server.client() as client:
        codes = [sign_in(client, victim, f"guess {n}").status_code for n in range(11)]
        last = sign_in(client, victim, "guess")
        other = sign_in(client, "dispatcher", PASSWORD)
    assert codes == [401] * 10 + [429]
    assert last.json()["code"] == "too_many_attempts"
    assert 0 < int(last.headers["retry-after"]) <= 900
    assert other.status_code == 201


def test_an_account_of_an_area_sees_that_area_alone(server: RunningServer) -> None:
    with server.signed_in("east") as client:
        areas = [area["code"] for area in client.get("/api/areas").json()]
        workers = [worker["code"] for worker in client.get("/api/workers").json()]
        grids = client.get("/api/areas/grids.geojson").json()["features"]
        elsewhere = client.get("/api/workers/1")
    assert areas == ["320111011002", "320111011002001", "320111011002002"]
    assert workers == ["W3"]
    assert len(grids) == 2
    assert elsewhere.status_code == 404


def test_an_administrator_of_an_area_cannot_act_outside_of_it(server: RunningServer) -> None:
    with server.signed_in("eastadmin") as client:
        enrolled = client.post("/api/handsets", json={"workerId": 1})
        taken_on = client.post(
            "/api/workers", json={"code": "E9", "name": "外", "gridCodes": ["320111011001001"]}
        )
    assert enrolled.status_code == 404
    assert taken_on.status_code == 403
    assert server.rows("SELECT count(*) FROM workers WHERE code = 'E9'") == [(0,)]


def test_the_wall_shows_no_telephone_numbers(server: RunningServer) -> None:
    with server.signed_in("wall") as client:
        assert {worker["phone"] for worker in client.get("/api/workers").json()} == {None}
    with server.signed_in("dispatcher") as client:
        assert "13800000001" in {worker["phone"] for worker in client.get("/api/workers").json()}


def test_a_department_without_a_group_is_told_of_nobody(server: RunningServer) -> None:
    with server.signed_in("office") as client:
        assert client.get("/api/workers").json() == []
        assert client.get("/api/workers/1").status_code == 404


def by_command(server: RunningServer, *arguments: str) -> str:
    """What `gridbeat` says beside this installation."""
    variables = {
        "GRIDBEAT_DATABASE_URL": server.owner_url,
        "GRIDBEAT_VALKEY_URL": server.settings.valkey_url,
        "GRIDBEAT_ACCOUNT_PASSWORD": PASSWORD,
    }
    done = CliRunner().invoke(gridbeat, arguments, env=variables)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_account_that_is_changed_is_signed_out_and_comes_back_with_its_new_rights(
    server: RunningServer,
) -> None:
    assert "made li" in by_command(server, "account", "li", "--role", "dispatcher")
    with server.signed_in("li") as desk, server.signed_in("li") as phone:
        by_command(server, "account", "li", "--role", "wall")
        assert [each.get("/api/session").status_code for each in (desk, phone)] == [401, 401]
    with server.signed_in("li") as again:
        assert again.get("/api/session").json()["role"] == "wall"


def test_a_closed_account_is_signed_out_and_lets_nobody_in_until_it_is_opened_again(
    server: RunningServer,
) -> None:
    by_command(server, "account", "zhao", "--role", "supervisor")
    with server.signed_in("zhao") as client:
        by_command(server, "close-account", "zhao")
        assert client.get("/api/session").status_code == 401
        assert sign_in(client, "zhao", PASSWORD).status_code == 401
    by_command(server, "account", "zhao", "--role", "supervisor")
    with server.signed_in("zhao"):
        acts = server.rows("SELECT act FROM audit_log WHERE body ->> 'username' = 'zhao'")
    assert [act for (act,) in acts] == ["account_set", "account_closed", "account_set"]
