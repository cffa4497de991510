"""docker-compose.yml without an engine: its services' commands, variables and health checks, run
natively against the embedded parts."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from console_server.cli import main as gridbeat
from console_server.embedded.addresses import StackAddresses
from console_server.embedded.broker import nats_program
from console_server.embedded.ports import free_port
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import StackOptions, running_stack
from console_server.settings import VARIABLES

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: s for name, s in COMPOSE["services"].items() if s["image"] == "gridbeat"}
BIN = Path(sys.executable).parent


def variables_read_by(*packages: str) -> set[str]:
    """Every GRIDBEAT_ variable that the code of these packages names."""
    texts = (path.read_text() for p in packages for path in (ROOT / p).rglob("*.py"))
    return {name for text in texts for name in re.findall(r"GRIDBEAT_[A-Z_]+[A-Z]", text)}


def resolved(text: str, secrets: Mapping[str, str]) -> str:
    """Compose's ${NAME}, ${NAME:-default} and ${NAME:?message}."""

    def value(match: re.Match[str]) -> str:
        return secrets.get(match["name"]) or (match["rest"] or "").removeprefix(":-")

    pattern = r"\$\{(?P<name>\w+)(?P<rest>:-[^}]*)?(?::\?[^}]*)?\}"
    return re.sub(pattern, value, text).replace("$$", "$")


def secrets_of(stack: StackAddresses) -> dict[str, str]:
    """The .env of an installation whose parts are the embedded ones."""

    def password(url: str) -> str:
        return re.split("[:@]", url.split("//")[1])[1]

    return {
        "GRIDBEAT_SUPERUSER_SECRET": password(stack.database_superuser_url),
        "GRIDBEAT_OWNER_SECRET": password(stack.database_owner_url),
        "GRIDBEAT_SERVER_SECRET": password(stack.database_server_url),
        "GRIDBEAT_INGEST_SECRET": password(stack.database_ingest_url),
        "GRIDBEAT_VALKEY_SECRET": password(stack.valkey_url),
        "GRIDBEAT_BROKER_ADMIN_SECRET": password(stack.broker_admin_url),
        "GRIDBEAT_BROKER_SERVER_SECRET": stack.mqtt_server_password,
        "GRIDBEAT_BROKER_INGEST_SECRET": stack.mqtt_ingest_password,
        "GRIDBEAT_ADMINISTRATOR_SECRET": "a-long-enough-secret",
    }


def environment(name: str, stack: StackAddresses, changed: Mapping[str, str]) -> dict[str, str]:
    """A service's variables, with the names of the compose network led to the embedded parts."""
    hosts = {
        "@timescaledb:5432": "@" + stack.database_owner_url.split("@")[1].split("/")[0],
        "@valkey:6379": "@" + stack.valkey_url.split("@")[1].split("/")[0],
        "@nats:4222": "@" + stack.broker_admin_url.split("@")[1],
    }
    found = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
    for variable, text in OURS[name].get("environment", {}).items():
        value = resolved(text, secrets_of(stack))
        for compose, native in hosts.items():
            value = value.replace(compose, native)
        found[variable] = value
    if "GRIDBEAT_MQTT_HOST" in found:
        found |= {"GRIDBEAT_MQTT_HOST": stack.mqtt_host, "GRIDBEAT_MQTT_PORT": str(stack.mqtt_port)}
    return found | dict(changed)


@pytest.fixture(scope="module")
def stack(open_tmp: Path) -> Iterator[StackAddresses]:
    options = StackOptions(edition=Edition.TIMESCALE, durable=False)
    with running_stack(open_tmp / "compose", options) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def migrated(stack: StackAddresses) -> StackAddresses:
    """The `migrate` service, run to its end as compose runs it."""
    command = OURS["migrate"]["command"][0]
    done = subprocess.run(
        ["sh", "-c", command],  # noqa: S607
        env=environment("migrate", stack, {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return stack


@pytest.mark.parametrize("name", OURS)
def test_command_of_the_service_is_one_of_ours(name: str) -> None:
    service = OURS[name]
    words = " ".join(service["command"]).split(" && ")
    wanted = [word.split()[0] for word in words]
    if service.get("entrypoint"):
        assert set(wanted) == {"gridbeat"}
        wanted = [word.split()[1] for word in words]
    assert set(wanted) <= set(gridbeat.commands)


@pytest.mark.parametrize("name", OURS)
def test_variables_of_the_service_are_known_to_what_it_runs(name: str) -> None:
    given = set(OURS[name].get("environment", {}))
    known = {
        "server": set(VARIABLES),
        "ingest": variables_read_by("telemetry_ingest"),
    }.get(name) or variables_read_by("console_server") | {
        f"GRIDBEAT_BROKER_{who}_PASSWORD" for who in ("ADMIN", "SERVER", "INGEST")
    }
    assert given - known == set()


def test_no_secret_is_written_down_and_a_missing_one_is_named() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"\$\{(GRIDBEAT_\w+_SECRET)", text))
    required = set(re.findall(r"\$\{(GRIDBEAT_\w+_SECRET):\?", text))
    assert used == required
    assert all(f"{name.split('_', 1)[1].removesuffix('_SECRET')}" in text[:600] for name in used)


def test_every_published_port_is_on_loopback_unless_asked() -> None:
    ports = [port for s in COMPOSE["services"].values() for port in s.get("ports", [])]
    assert ports
    assert all(port.startswith("${GRIDBEAT_LISTEN:-127.0.0.1}:") for port in ports)


def test_broker_accepts_the_configuration_made_for_it(
    stack: StackAddresses, tmp_path: Path
) -> None:
    words = [str(tmp_path) if w == "/etc/gridbeat" else w for w in OURS["broker-config"]["command"]]
    subprocess.run(
        [str(BIN / "gridbeat"), *words], env=environment("broker-config", stack, {}), check=True
    )
    subprocess.run(
        [str(nats_program()), "-t", "-c", str(tmp_path / "nats.conf")],
        check=True,
        capture_output=True,
    )


def test_database_service_makes_roles_schema_and_an_administrator(migrated: StackAddresses) -> None:
    with psycopg.connect(migrated.database_owner_url) as connection:
        found = connection.execute("SELECT username, role, demo FROM accounts").fetchall()
    assert found == [("admin", "administrator", False)]
    with psycopg.connect(migrated.database_ingest_url) as connection:
        assert connection.execute("SELECT count(*) FROM areas").fetchone() == (0,)


@pytest.mark.parametrize("name", ["server", "ingest"])
def test_health_check_answers_when_the_service_runs(
    migrated: StackAddresses, name: str, tmp_path: Path
) -> None:
    port = str(free_port())
    changed = {
        "server": {
            "GRIDBEAT_HTTP_HOST": "127.0.0.1",
            "GRIDBEAT_HTTP_PORT": port,
            "GRIDBEAT_BROKER_USERS_FILE": migrated.broker_users_file,
        },
        "ingest": {"GRIDBEAT_INGEST_METRICS_PORT": port},
    }[name]
    others = {"server": "ingest", "ingest": None}[name]
    with (tmp_path / "log").open("wb") as log:
        running = [_start(other, migrated, {}, log) for other in [others] if other]
        running.append(_start(name, migrated, changed, log))
        try:
            _await_health(OURS[name], port, running[-1], tmp_path / "log")
        finally:
            for process in running:
                process.terminate()
            codes = [process.wait(120) for process in running]
    assert set(codes) <= {0, -15}


def _start(
    name: str, stack: StackAddresses, changed: Mapping[str, str], log: Any
) -> subprocess.Popen[bytes]:
    if name == "ingest":  # on ports that nobody else here has
        reports = {
            "GRIDBEAT_INGEST_HTTP_PORT": str(free_port()),
            "GRIDBEAT_INGEST_METRICS_PORT": "0",
        }
        changed = reports | dict(changed)
    return subprocess.Popen(
        [str(BIN / "gridbeat"), *OURS[name]["command"]],
        env=environment(name, stack, changed),
        stdout=log,
        stderr=log,
        cwd=ROOT,
    )


def _await_health(
    service: Any, port: str, running: subprocess.Popen[bytes], log: Path, within_s: float = 120
) -> None:
    """Run the service's own health check until it succeeds."""
    kind, *command = service["healthcheck"]["test"]
    assert kind == "CMD"
    words = [re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", word) for word in command]
    deadline = time.monotonic() + within_s
    while True:
        done = subprocess.run(
            words, env={"PATH": f"{BIN}:{os.environ['PATH']}"}, capture_output=True, check=False
        )
        if done.returncode == 0:
            return
        assert running.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < deadline, log.read_text()[-3000:]
