"""A small fleet against the whole product: broker, ingest, store, server, all real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.addresses import StackAddresses
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from simulators.district_files import write_district

WORKERS = 24
STOPS_WITHIN_S = 30.0  # two on a machine that does nothing else
PASSWORD = "a-long-password"
CALM = """
[radio]
dead_place_share = 0.0
outage_share = 0.0
indoor_outage_share = 0.0
[people]
mock_phones = 0
killed_apps = 0
weak_battery_share = 0.0
[fixes]
moving_every_s = 2
still_every_s = 2
[reports]
first_after_s = 1
early_every_s = 2
open_limit = 3
hotline_share = 0.0
[orders]
acknowledge_s = [0.5, 1.0]
decline_share = 0.0
"""


def eventually(condition: Callable[[], Any], within_s: float = 180.0) -> Any:
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "not seen in time"
        time.sleep(0.2)
    return found


@contextmanager
def program(module: str, *arguments: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    outside = {n: v for n, v in os.environ.items() if not n.startswith("GRIDBEAT_")}
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, env=outside | env, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(120)


@dataclass
class Town:
    """A running product with a seeded district."""

    url: str
    district: Path
    database_url: str

    def fleet(self) -> Any:
        options = ["--http-url", self.url, "--scenario", str(self.district / "calm.toml")]
        options += ["--workers", str(WORKERS), "--district", str(self.district)]
        account = {"USERNAME": "admin", "PASSWORD": PASSWORD}
        env = {f"GRIDBEAT_SIMULATOR_{name}": value for name, value in account.items()}
        return program("simulators", "fleet", *options, env=env)

    @contextmanager
    def console(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=f"{self.url}/api", trust_env=False, timeout=120) as client:
            body = {"username": "admin", "password": PASSWORD}
            client.headers["X-CSRF-Token"] = client.post("/session", json=body).json()["csrfToken"]
            yield client

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def town(timescale_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    district = tmp_path_factory.mktemp("town")
    write_district(district, WORKERS, 1, datetime.now(UTC))
    (district / "calm.toml").write_text(CALM)
    owner_url, stack = timescale_database.owner_url, timescale_database.stack
    ensure_demo_accounts(owner_url, PASSWORD)
    import_file(owner_url, "areas", district / "areas.geojson")
    import_file(owner_url, "workers", district / "workers.xlsx")
    import_file(owner_url, "shifts", district / "shifts.csv")
    import_file(owner_url, "checkpoints", district / "checkpoints.csv")
    with _serving(stack) as url:
        yield Town(url, district, owner_url)


@contextmanager
def _serving(stack: StackAddresses) -> Iterator[str]:
    port = str(free_port())
    server_env = stack.server_environment() | {"GRIDBEAT_HTTP_PORT": port}
    url = f"http://127.0.0.1:{port}"
    with (
        program("telemetry_ingest", env=stack.ingest_environment()),
        program("console_server", "serve", env=server_env),
    ):
        eventually(lambda: _answers(url))
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/installation", trust_env=False, timeout=120).is_success
    except httpx.TransportError:
        return False


@pytest.mark.timeout(900)
def test_a_fleet_walks_tells_its_past_takes_orders_stops_and_goes_on(town: Town) -> None:
    with town.console() as console:
        with town.fleet() as fleet:
            online = eventually(partial(_online, console))
            assert all(place["gridCode"] for place in online[:3])
            incident = eventually(lambda: console.get("/incidents").json()["incidents"])[0]
            assert incident["source"] == "handset"
            sent = console.post(f"/incidents/{incident['id']}/dispatches", json={})
            assert sent.is_success, sent.text
            eventually(lambda: _steps(console, incident["id"]) >= {"acknowledged", "en_route"})
            eventually((town.district / "told.json").exists)
            assert _stop(fleet) < STOPS_WITHIN_S
        assert _mode(town.district / "handsets.json") == 0o600
        eventually(partial(_past_is_whole, town))  # what the broker took, ingest still stores
        handsets = town.ask("SELECT count(*) FROM handsets")
        on_duty = _open_duty(town)
        assert on_duty > WORKERS / 2
        with town.fleet() as fleet:
            marker = datetime.now(UTC).timestamp()
            eventually(partial(_has_newer, town, marker))
            _stop(fleet)
        assert town.ask("SELECT count(*) FROM handsets") == handsets
        assert _open_duty(town) == on_duty


def _online(console: httpx.Client) -> list[dict[str, Any]] | None:
    places = console.get("/positions").json()
    online = [place for place in places if place["presence"] == "online"]
    return online if len(online) > WORKERS / 2 else None


def _steps(console: httpx.Client, incident_id: str) -> set[str]:
    dispatch = console.get(f"/incidents/{incident_id}").json()["dispatches"][0]
    names = {"acknowledged": "acknowledgedAt", "en_route": "enRouteAt", "on_scene": "onSceneAt"}
    return {name for name, key in names.items() if dispatch[key]}


def _stop(process: subprocess.Popen[bytes]) -> float:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0
    return time.monotonic() - began


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _open_duty(town: Town) -> int:
    query = "SELECT count(DISTINCT worker_id) FROM duty_periods WHERE ended_at IS NULL"
    return int(town.ask(query)[0][0])


def _has_newer(town: Town, than_s: float) -> bool:
    query = "SELECT coalesce(extract(epoch FROM max(fixed_at)), 0)::float8 FROM positions"
    return float(town.ask(query)[0][0]) > than_s


def _past_is_whole(town: Town) -> bool:
    """Every shift of yesterday has duty and fixes from near its start to near its end."""
    rows = town.ask(
        """
        SELECT count(*) FILTER (WHERE p.last IS NULL OR p.first > s.starts_at + interval '1 hour'
                                   OR p.last < s.ends_at - interval '1 hour'), count(*)
        FROM shifts s LEFT JOIN LATERAL (
            SELECT min(fixed_at) AS first, max(fixed_at) AS last FROM positions
            WHERE worker_id = s.worker_id
              AND fixed_at BETWEEN s.starts_at - interval '15 min' AND s.ends_at
        ) p ON true
        WHERE s.ends_at < now() - interval '30 min'
        """
    )
    missing, shifts = rows[0]
    assert shifts > WORKERS / 3
    return bool(missing <= 1)  # somebody may spend the last hour where no fix is to be had
