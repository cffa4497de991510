"""What administrators are told of ingest, and how a Traccar Client is enrolled."""

import time
from dataclasses import replace

import msgspec
import redis
from small_district import RunningServer, serving

from console_server.embedded.ports import free_port
from telemetry_ingest.wire.live import IngestHeartbeat, heartbeat_key
from telemetry_ingest.wire.osmand import token_digest


def test_administrators_see_processes_backlog_and_refusals(server: RunningServer) -> None:
    now = time.time()
    beat = IngestHeartbeat(
        ["A", "B"], now, now - 60, ["store"], 9, 7, 1, 0, {"future": 1}, 3, now, 2.5, 0.1, 0.5
    )
    with redis.Redis.from_url(server.settings.valkey_url) as valkey:
        valkey.set(heartbeat_key(beat.areas), msgspec.json.encode(beat), ex=600)
    server.rows("DELETE FROM rejected_fixes RETURNING 1")
    server.rows(
        "INSERT INTO rejected_fixes (received_at, reason, topic, detail) VALUES"
        " (now(), 'future', 't', 'd'), (now(), 'future', 't', 'd'),"
        " (now() - interval '25 hours', 'malformed', 't', 'd') RETURNING 1"
    )
    with server.signed_in("admin") as client:
        deadline = time.monotonic() + 120
        while (seen := client.get("/api/ingest").json())["brokerBacklog"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    process = next(each for each in seen["processes"] if each["areas"] == ["A", "B"])
    assert (process["committed"], process["backlog"], process["committedPerS"]) == (7, 3, 2.5)
    assert (process["lagHalfS"], process["lagMostS"]) == (0.1, 0.5)
    assert process["waitingFor"] == ["store"]
    assert seen["brokerBacklog"] >= 0  # others left sessions at this broker
    assert seen["rejects"] == [{"reason": "future", "count": 2}]
    assert [letter["detail"] for letter in seen["newest"]] == ["d", "d"]


def test_nobody_else_is_told(server: RunningServer) -> None:
    with server.signed_in("dispatcher") as client:
        assert client.get("/api/ingest").status_code == 403


def test_without_an_address_for_phones_no_traccar_is_enrolled(server: RunningServer) -> None:
    with server.signed_in("admin") as client:
        worker = client.get("/api/workers").json()[0]["workerId"]
        refused = client.post("/api/handsets", json={"workerId": worker, "kind": "traccar"})
    assert refused.status_code == 422
    assert "GRIDBEAT_INGEST_PUBLIC_URL" in refused.text


def test_a_traccar_client_gets_an_address_that_holds_its_token(server: RunningServer) -> None:
    settings = replace(
        server.settings, http_port=free_port(), ingest_public_url="https://phones.example/"
    )
    with serving(settings):
        told = RunningServer(f"http://127.0.0.1:{settings.http_port}", settings, server.owner_url)
        with told.signed_in("admin") as client:
            worker = client.get("/api/workers").json()[0]["workerId"]
            made = client.post("/api/handsets", json={"workerId": worker, "kind": "traccar"}).json()
    assert made["url"] == f"https://phones.example/osmand/{made['password']}"
    kept = server.rows(
        "SELECT kind, token_sha256 FROM handsets WHERE username = %s", made["username"]
    )
    assert [(kind, bytes(digest)) for kind, digest in kept] == [
        ("traccar", token_digest(made["password"]))
    ]
