"""A running server over the real stack and handsets that sign in to it as their workers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pytest
from small_district import PASSWORD, RunningServer, serving, write_district

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from console_server.settings import Settings

Enrol = Callable[[str], dict[str, Any]]
AsWorker = Callable[[dict[str, Any]], AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def server(
    timescale_database: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("field")
    write_district(folder)
    ensure_demo_accounts(timescale_database.owner_url, PASSWORD)
    for kind, name in (("areas", "areas.geojson"), ("workers", "workers.csv")):
        import_file(timescale_database.owner_url, kind, folder / name)
    settings = Settings.from_environment(
        timescale_database.stack.server_environment() | {"GRIDBEAT_HTTP_PORT": str(free_port())}
    )
    with serving(settings):
        yield RunningServer(
            f"http://127.0.0.1:{settings.http_port}", settings, timescale_database.owner_url
        )


@pytest.fixture(scope="module")
def enrol(server: RunningServer) -> Enrol:
    """Enrol a handset for the worker of this code, of a kind: what it was given."""

    def enrolled(worker_code: str, kind: str = "native") -> dict[str, Any]:
        with server.signed_in("admin") as admin:
            workers = {each["code"]: each["workerId"] for each in admin.get("/api/workers").json()}
            body = {"workerId": workers[worker_code], "kind": kind}
            answer = admin.post("/api/handsets", json=body)
            assert answer.status_code == 201, answer.text
            return dict(answer.json()) | {"workerId": workers[worker_code]}

    return enrolled


@pytest.fixture(scope="module")
def as_worker(server: RunningServer) -> AsWorker:
    """A client with the session of a handset."""

    @contextmanager
    def signed_in(credentials: dict[str, Any]) -> Iterator[httpx.Client]:
        with server.client() as client:
            answer = client.post("/api/field/session", json=secrets_of(credentials))
            assert answer.status_code == 201, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
            yield client

    return signed_in


def secrets_of(credentials: dict[str, Any]) -> dict[str, str]:
    """What a handset signs in with."""
    return {"username": credentials["username"], "password": credentials["password"]}
