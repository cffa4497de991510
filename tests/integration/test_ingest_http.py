"""Traccar Client and OsmAnd over HTTP, against the real process: their points are never lost."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from ingest_rig import AREA, CENTRE, District, Ingest, eventually, found

from console_server.embedded.ports import free_port
from telemetry_ingest.wire.osmand import token_digest

LON, LAT = CENTRE
TOKEN = "a" * 26


@dataclass
class Phone:
    """Traccar Client with its address and its device identifier."""

    port: int
    name: str
    number: int
    token: str = TOKEN

    def get(self, **values: object) -> httpx.Response:
        return httpx.get(self.url, params={"id": self.name} | values, timeout=120)

    def post(self, said: Any) -> httpx.Response:
        return httpx.post(self.url, json=said, timeout=120)

    def place(self, at: float | str, **more: object) -> dict[str, Any]:
        coords = {"latitude": LAT, "longitude": LON, "accuracy": 5, "speed": 1.5, "heading": 90}
        return {"timestamp": at, "coords": coords, "battery": {"level": 0.5}} | more

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/osmand/{self.token}"


def enrol(district: District, port: int) -> Phone:
    worker, handset = district.rows(
        "WITH w AS (INSERT INTO workers (code, name, kind, area_id)"
        " VALUES ('t1', 't1', 'full_time', 1) RETURNING worker_id)"
        " INSERT INTO handsets (code, worker_id, kind, area_code, username, password_hash,"
        " token_sha256, enrolled_at) SELECT 't1', worker_id, 'traccar', %(area)s, 't1', '-',"
        " %(token)s, now() - interval '1 hour' FROM w RETURNING worker_id, handset_id",
        area=AREA,
        token=token_digest(TOKEN),
    )[0]
    assert worker == handset == 1
    return Phone(port, "t1", handset)


@pytest.fixture
def district(timescale_database: Any, open_tmp: Path) -> District:
    return found(timescale_database, open_tmp)


@pytest.fixture
def phone(district: District) -> Iterator[Phone]:
    phone = enrol(district, free_port())
    with listening(district, phone):
        yield phone


@contextmanager
def listening(district: District, phone: Phone) -> Iterator[Ingest]:
    """Ingest, once it takes connections from phones."""
    with district.ingest(GRIDBEAT_INGEST_HTTP_PORT=str(phone.port)) as ingest:
        eventually(lambda: _accepts(phone.port))
        yield ingest


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stored(district: District) -> list[tuple[Any, ...]]:
    return district.rows(
        "SELECT extract(epoch FROM fixed_at)::float8, lon, lat, speed_mps, battery, grid_id"
        " FROM positions ORDER BY fixed_at"
    )


def test_both_dialects_are_stored_when_they_are_answered(district: District, phone: Phone) -> None:
    now = int(time.time())
    form = phone.get(lat=LAT, lon=LON, timestamp=now, speed=10, bearing=90, accuracy=5, batt=80)
    assert form.status_code == 200
    json = phone.post({"location": phone.place((now + 1) * 1000), "device_id": phone.name})
    assert json.status_code == 200
    assert stored(district) == [
        (now, LON, LAT, pytest.approx(5.144444), pytest.approx(0.8), 2),
        (now + 1, LON, LAT, 1.5, 0.5, 2),
    ]


def test_a_repeat_is_answered_alike_and_stored_once(district: District, phone: Phone) -> None:
    now = int(time.time())
    assert [phone.get(lat=LAT, lon=LON, timestamp=now).status_code for _ in range(3)] == [200] * 3
    assert len(stored(district)) == 1


def test_what_cannot_be_read_is_a_dead_letter_and_is_not_asked_for_again(
    district: District, phone: Phone
) -> None:
    assert phone.get(lat="north", lon=LON).status_code == 200
    assert phone.post({"location": {"coords": {}}, "device_id": phone.name}).status_code == 200
    reasons = district.rows("SELECT reason FROM rejected_fixes WHERE handset_id = 1")
    assert reasons == [("invalid",), ("invalid",)]
    assert not stored(district)


def test_only_the_own_token_with_the_own_device_id_is_let_in(
    district: District, phone: Phone
) -> None:
    here = {"lat": LAT, "lon": LON}
    assert phone.get(**here, id="t2").status_code == 404
    assert Phone(phone.port, "t1", 1, "b" * 26).get(**here).status_code == 404
    assert httpx.get(f"http://127.0.0.1:{phone.port}/", params=here, timeout=120).status_code == 404
    assert httpx.put(phone.url, params=here, timeout=120).status_code == 405
    assert httpx.post(phone.url, content=b" " * 300_000, timeout=120).status_code == 413
    assert not stored(district)
    district.rows("UPDATE handsets SET revoked_at = now()")
    with district.valkey() as valkey:
        valkey.publish("gb:reference", b"1")
    eventually(lambda: phone.get(**here).status_code == 404)


def test_while_the_store_is_away_the_app_is_told_to_keep_its_points(
    district: District, phone: Phone
) -> None:
    now = int(time.time())
    stack, name = district.database.stack, district.database.name
    with psycopg.connect(
        stack.database_superuser_url.replace(name, "postgres"), autocommit=True
    ) as superuser:
        superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        answer = phone.get(lat=LAT, lon=LON, timestamp=now)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    eventually(lambda: phone.get(lat=LAT, lon=LON, timestamp=now).status_code == 200)
    assert len(stored(district)) == 1


def test_what_was_answered_outlives_a_kill(district: District) -> None:
    phone = enrol(district, free_port())
    now = int(time.time())
    answered = []
    with listening(district, phone) as ingest:
        process: Ingest = ingest
        eventually(lambda: reached(phone))
        for at in range(now - 30, now):
            if at == now - 15:
                process.kill()
                process.start()
                eventually(lambda: reached(phone))
            if phone.get(lat=LAT, lon=LON, timestamp=at).status_code == 200:
                answered.append(at)
    assert len(answered) == 30
    assert {int(row[0]) for row in stored(district)} >= set(answered)


def reached(phone: Phone) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{phone.port}/", timeout=120).status_code == 404
    except httpx.TransportError:
        return False
