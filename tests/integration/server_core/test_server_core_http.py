"""The HTTP edge: problems, headers, the console's files, stopping."""

import contextlib
import time
from dataclasses import replace

import pytest
import websockets.sync.client
from small_district import RunningServer, serving

from console_server.embedded.ports import free_port

ENDS_WITHIN_S = 30.0  # three on a machine of its own; Docker kills after ten


def test_problems_have_a_stable_code_and_their_own_type(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        answers = {
            "no_such_route": client.get("/api/nothing"),
            "method_not_allowed": client.put("/api/workers"),
            "not_found": client.get("/api/workers/99999"),
            "bad_request": client.post("/api/workers", content=b"{"),
            "too_large": client.post("/api/workers", content=b"x" * (2 << 20)),
        }
    for code, answer in answers.items():
        assert answer.headers["content-type"] == "application/problem+json", code
        body = answer.json()
        assert (body["code"], body["status"]) == (code, answer.status_code), answer.text
        assert body["type"] == f"/problems/{code}"


def test_every_answer_tells_the_browser_what_it_may_do(server: RunningServer) -> None:
    with server.client() as client:
        for path in ("/", "/api/session", "/api/installation", "/schema/openapi.json"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "worker-src 'self' blob:" in policy
            assert headers["content-type"].count("charset") <= 1
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert "server" not in headers or "uvicorn" in headers["server"]


def test_lists_are_compressed_and_not_kept_by_the_browser(server: RunningServer) -> None:
    with server.client() as client:
        answer = client.get("/schema/openapi.json")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"


def test_health_and_metrics_answer_without_a_session_on_this_host(server: RunningServer) -> None:
    with server.client() as client:
        health = client.get("/api/health")
        metrics = client.get("/metrics")
        through_proxy = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert health.status_code == 503  # no ingest runs here
    assert health.json()["ready"] is False
    assert set(health.json()["parts"]) == {"store", "cache", "broker", "ingest"}
    assert metrics.status_code == 200
    assert "gridbeat_" in metrics.text
    assert through_proxy.status_code == 403


def test_a_socket_without_a_session_or_from_another_site_is_refused(server: RunningServer) -> None:
    url = server.url.replace("http", "ws") + "/api/live"
    with pytest.raises(websockets.exceptions.InvalidStatus):
        websockets.sync.client.connect(url, open_timeout=120)
    with server.signed_in("dispatcher") as client:
        cookie = {"Cookie": f"gb_session={client.cookies['gb_session']}"}
        with pytest.raises(websockets.exceptions.InvalidStatus):
            websockets.sync.client.connect(
                url, additional_headers=cookie, origin="https://evil.example", open_timeout=120
            )
        own_origin = server.url
        with websockets.sync.client.connect(
            url, additional_headers=cookie, origin=own_origin, open_timeout=120
        ) as socket:
            assert '"snapshot"' in str(socket.recv(timeout=120))


def test_it_stops_by_itself_though_a_socket_is_open(server: RunningServer) -> None:
    settings = replace(server.settings, http_port=free_port())
    second = RunningServer(f"http://127.0.0.1:{settings.http_port}", settings, server.owner_url)
    with contextlib.ExitStack() as open_until_the_end:
        with serving(settings):
            client = open_until_the_end.enter_context(second.signed_in("dispatcher"))
            cookie = {"Cookie": f"gb_session={client.cookies['gb_session']}"}
            url = second.url.replace("http", "ws") + "/api/live"
            socket = websockets.sync.client.connect(
                url, additional_headers=cookie, open_timeout=120
            )
            open_until_the_end.enter_context(socket)
            began = time.monotonic()
        assert time.monotonic() - began < ENDS_WITHIN_S


def test_the_description_says_how_errors_look_and_what_a_route_asks_for(
    server: RunningServer,
) -> None:
    with server.client() as client:
        described = client.get("/schema/openapi.json").json()
        refused = client.post("/api/incidents", json={})
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"]
            assert told["default"]["content"] == problem, (method, path)
            assert "400" not in told or told["400"]["content"] == problem, (method, path)
    opening = described["paths"]["/api/incidents"]["post"]
    assert opening["security"] == [{"session": [], "csrf": []}]
    assert opening["responses"][str(refused.status_code)]["content"] == problem
    fields = described["components"]["schemas"]["Problem"]["properties"]
    assert set(refused.json()) <= set(fields)
    assert "security" not in described["paths"]["/api/session"]["post"]
    assert described["paths"]["/api/field/me"]["get"]["security"] == [{"fieldSession": []}]
    hotline = described["paths"]["/api/hotline/tickets"]["post"]["security"]
    assert hotline == [{"key": []}]
    grids = described["paths"]["/api/areas/grids.geojson"]["get"]["responses"]["200"]["content"]
    assert grids == {"application/geo+json": {"schema": {"type": "object"}}}
    told = described["components"]["schemas"]["IncidentEvent"]["properties"]["body"]
    assert "oneOf" not in told["additionalProperties"]  # 1 is an integer and a number


@pytest.mark.parametrize(
    "path",
    [
        "workers/2147483648",
        "workers/9223372036854775808",
        "shifts?date=9999-12-31",
        "incidents?class=a%00b",
        "incidents?to=9999-12-31",
        "measures?on=0001-01-01",
        "measures/warnings?until=9999-12-31",
        "attendance/2147483648/2026-11-20",
    ],
)
def test_a_value_that_nothing_can_hold_is_the_callers_mistake_not_a_fault(
    server: RunningServer, path: str
) -> None:
    with server.signed_in("admin") as client:
        answer = client.get(f"/api/{path}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize("path", ["session", "incidents", "field/session"])
def test_a_body_nested_beyond_reason_is_a_bad_request(server: RunningServer, path: str) -> None:
    with server.signed_in("dispatcher") as client:
        answer = client.post(f"/api/{path}", content=b"[" * 5000)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), answer.text
