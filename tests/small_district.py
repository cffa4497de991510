"""A real server over the real stack, with a small district: two communities, four grids."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn

from console_server.access.commands import ensure_demo_accounts
from console_server.app import make_app
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from console_server.settings import Settings

PASSWORD = "correct horse battery"
START_WITHIN_S = 120.0
STREET = "320111011"
GRIDS = tuple(f"{STREET}00{community}00{grid}" for community in (1, 2) for grid in (1, 2))


@dataclass(frozen=True)
class RunningServer:
    """Where it answers, and how to talk to it as somebody."""

    url: str
    settings: Settings
    owner_url: str

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=120)

    @contextlib.contextmanager
    def signed_in(self, username: str) -> Iterator[httpx.Client]:
        """A client with the session and the CSRF token of this account."""
        with self.client() as client:
            answer = client.post("/api/session", json={"username": username, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
            yield client

    def rows(self, query: str, *values: object) -> list[Any]:
        with psycopg.connect(self.owner_url) as connection:
            return connection.execute(query, values).fetchall()


def square(west: float, south: float, size: float = 0.01) -> dict[str, Any]:
    """A square border, `size` degrees wide."""
    east, north = round(west + size, 6), round(south + size, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, kind: str, parent: str | None, geometry: Any = None) -> dict[str, Any]:
    properties = {"code": code, "name": f"名 {code}", "kind": kind, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def district() -> dict[str, Any]:
    """A subdistrict of two communities, each of two square grids side by side."""
    features = [feature(STREET, "subdistrict", None)]
    for community in (1, 2):
        code, south = f"{STREET}00{community}", 32.0 + 0.01 * community
        features.append(feature(code, "community", STREET))
        features += [
            feature(f"{code}00{grid}", "grid", code, square(118.0 + 0.01 * grid, south))
            for grid in (1, 2)
        ]
    return {"type": "FeatureCollection", "features": features}


WORKERS = f"""工号,姓名,类别,电话,网格,职能组
W1,王一,专职,13800000001,{GRIDS[0]},
W2,李二,兼职,,{GRIDS[1]},
W3,张三,志愿者,,{GRIDS[2]},
"""


def write_district(folder: Path) -> None:
    (folder / "areas.geojson").write_text(json.dumps(district()))
    (folder / "workers.csv").write_text(WORKERS)


def more_accounts(owner_url: str) -> None:
    """Roles that a demonstration lacks, and a dispatcher of one community."""
    with psycopg.connect(owner_url) as connection:
        for name, role, area in (
            ("leader", "duty_leader", None),
            ("office", "department", None),
            ("walker", "worker", None),
            ("east", "supervisor", f"{STREET}002"),
            ("eastadmin", "administrator", f"{STREET}002"),
        ):
            connection.execute(
                "INSERT INTO accounts (username, display_name, role, area_id, password_hash)"
                " SELECT %(name)s, %(name)s, %(role)s,"
                " (SELECT area_id FROM areas WHERE code = %(area)s), password_hash"
                " FROM accounts WHERE username = 'admin'"
                " ON CONFLICT (username) DO NOTHING",
                {"name": name, "role": role, "area": area},
            )


@contextlib.contextmanager
def seeded_server(database: Any, folder: Path, pack: Path | None = None) -> Iterator[RunningServer]:
    """The district in a migrated database, with every kind of account, and a server over it."""
    write_district(folder)
    ensure_demo_accounts(database.owner_url, PASSWORD)
    import_file(database.owner_url, "areas", folder / "areas.geojson")
    import_file(database.owner_url, "workers", folder / "workers.csv")
    more_accounts(database.owner_url)
    ours = {"GRIDBEAT_HTTP_PORT": str(free_port())} | ({"GRIDBEAT_PACK": str(pack)} if pack else {})
    settings = Settings.from_environment(database.stack.server_environment() | ours)
    with serving(settings):
        yield RunningServer(f"http://127.0.0.1:{settings.http_port}", settings, database.owner_url)


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[uvicorn.Server]:
    """The application in a thread with a loop of its own, until the context ends."""
    config = uvicorn.Config(
        make_app(settings),
        host="127.0.0.1",
        port=settings.http_port,
        ws="websockets-sansio",
        lifespan="on",
        log_config=None,
        timeout_graceful_shutdown=2,
    )
    uvicorn_server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(uvicorn_server.serve()))
    thread.start()
    started = threading.Event()
    try:
        _await(lambda: uvicorn_server.started or not thread.is_alive(), started)
        assert uvicorn_server.started, "the server did not start"
        yield uvicorn_server
    finally:
        uvicorn_server.should_exit = True
        thread.join(START_WITHIN_S)
        assert not thread.is_alive(), "the server did not stop"


def _await(condition: Callable[[], bool], pause: threading.Event) -> None:
    for _ in range(int(START_WITHIN_S / 0.05)):
        if condition():
            return
        pause.wait(0.05)
