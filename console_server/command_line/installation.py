"""One installation on this host: the embedded stack with the server and ingest as its children.

Owns what `gridbeat up` and `gridbeat demo` have in common: the order of starting, the variables
of each role, when it counts as serving. What a demo adds is in `demo.py`.
"""

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from console_server.command_line.speaking import say, step
from console_server.embedded.addresses import (
    BROKER_VARIABLES,
    DATABASE_VARIABLES,
    VALKEY_VARIABLES,
    StackAddresses,
)
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK, free_port, is_free
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.process import Command, base_environment
from console_server.embedded.stack import EmbeddedStack, StackOptions
from console_server.embedded.supervise import Supervisor
from console_server.packs.pack import load_pack
from console_server.packs.toml_file import PackError

USUAL_HTTP_PORT = 8080
SERVING_WITHIN_S = 90.0
ROLE_STOPS_WITHIN_S = 4.0  # what a role knows is in the store or still at the broker


@dataclass(frozen=True, slots=True)
class Choices:
    """Flags of `up` and `demo`. A port of None is the usual one or, while taken, another."""

    data_dir: Path
    http_port: int | None
    mqtt_port: int | None
    listen: str = LOOPBACK


class Installation:
    """The stack and the roles in one data directory."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.supervisor = Supervisor()
        self.stack = EmbeddedStack(
            choices.data_dir,
            StackOptions(
                mqtt_port=choices.mqtt_port,
                mqtt_host=choices.listen,
                configured=operator_variables(),
                edition=chosen_edition(),
            ),
            self.supervisor,
            say,
        )
        self.directory = self.stack.directory
        self.http_port = _http_port(choices)

    @property
    def url(self) -> str:
        """Where the console answers on this host."""
        return f"http://{LOOPBACK}:{self.http_port}"

    def start_stack(self) -> StackAddresses:
        """Start the parts and bring the database to the schema of this release."""
        from console_server.schema.migrate import migrate

        with step("Starting broker, live store and database"):
            addresses = self.stack.start(reserved=[self.http_port])
        if not addresses.timescale:
            say(f"The database is bare PostgreSQL ({addresses.postgres_source})")
        with step("Bringing the database to this release"):
            migrate(addresses.database_owner_url)
        return addresses

    def start_roles(self, addresses: StackAddresses, extra: Mapping[str, str]) -> None:
        """Start server and ingest and wait until the console serves.

        Raises:
            StackError: it does not in good time.
        """
        operators = operator_variables()
        phones = operators.get("GRIDBEAT_MQTT_PUBLIC_HOST") or address_for_phones(
            self.choices.listen
        )
        reports_port = operators.get("GRIDBEAT_INGEST_HTTP_PORT") or str(self._reports_port())
        server = addresses.server_environment() | {
            "GRIDBEAT_INGEST_PUBLIC_URL": f"http://{phones}:{reports_port}",
            "GRIDBEAT_MQTT_PUBLIC_HOST": phones,
            "GRIDBEAT_MQTT_PUBLIC_PORT": str(addresses.mqtt_port),
            "GRIDBEAT_HTTP_HOST": self.choices.listen,
            "GRIDBEAT_HTTP_PORT": str(self.http_port),
        }
        ingest = _chosen_by_operator(
            addresses.ingest_environment()
            | {
                "GRIDBEAT_INGEST_HTTP_HOST": self.choices.listen,
                "GRIDBEAT_INGEST_HTTP_PORT": reports_port,
                "GRIDBEAT_TIME_ZONE": zone_of_pack(operators | dict(extra)),
            }
        )
        self.start_role("ingest", ["telemetry_ingest"], ingest)
        self.start_role(
            "server", ["console_server", "serve"], _chosen_by_operator(server | dict(extra))
        )
        with step("Starting the console"), httpx.Client(timeout=2) as client:
            health = _Health(client, f"{self.url}/api/health")
            try:
                self.supervisor.await_ready("server", health.is_good, SERVING_WITHIN_S)
            except StackError as error:
                raise StackError(f"{error}\nIt last said of its health: {health.said}") from error
        self.directory.http_url_file.write_text(self.url)

    def _reports_port(self) -> int:
        """The same at every start: phones are told it once."""
        return int(json.loads(self.directory.ports_file.read_text())["reports"])

    def start_role(self, name: str, module: list[str], variables: Mapping[str, str]) -> None:
        """Run one of our modules as a child that sees these variables and no others of ours."""
        self.supervisor.start(
            Command(
                name=name,
                argv=[sys.executable, "-m", *module],
                env=base_environment() | dict(variables),
                log_path=self.directory.logs / f"{name}.log",
                cwd=Path.cwd(),
                stop_within_s=ROLE_STOPS_WITHIN_S,
                leant_on=False,
            )
        )


def address_for_phones(listen: str) -> str:
    """What enrolment tells phones to connect to; an operator's GRIDBEAT_MQTT_PUBLIC_HOST wins."""
    if listen not in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return listen
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    outside = "2001:db8::1" if ":" in listen else "192.0.2.1"  # reserved for documentation
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((outside, 9))  # chooses the way out; a datagram socket sends nothing
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


@dataclass(slots=True)
class _Health:
    """The console's own word on whether a fix goes all the way through."""

    client: httpx.Client
    url: str
    said: str = "nothing"

    def is_good(self) -> bool:
        try:
            answer = self.client.get(self.url)
        except httpx.HTTPError:
            return False
        self.said = answer.text
        return answer.is_success


def operator_variables() -> dict[str, str]:
    """The operator's own settings."""
    return {name: value for name, value in os.environ.items() if name.startswith("GRIDBEAT_")}


def chosen_edition() -> Edition:
    """Which PostgreSQL to run, by GRIDBEAT_POSTGRES.

    Raises:
        StackError: it names none.
    """
    given = os.environ.get("GRIDBEAT_POSTGRES", Edition.AUTO)
    try:
        return Edition(given)
    except ValueError as error:
        raise StackError(
            f"GRIDBEAT_POSTGRES is {given!r}. Set it to {', '.join(Edition)}, or leave it out."
        ) from error


def zone_of_pack(variables: Mapping[str, str]) -> str:
    """The zone of the rule pack: days begin in ingest when they begin in the console.

    Raises:
        StackError: the pack cannot be used.
    """
    try:
        return load_pack(variables.get("GRIDBEAT_PACK") or "xingdian").time_zone
    except PackError as error:
        raise StackError(str(error)) from error


def _chosen_by_operator(variables: Mapping[str, str]) -> dict[str, str]:
    """`variables`, and the operator's for everything that we did not start or bind ourselves."""
    operators = operator_variables()
    ours = {"GRIDBEAT_HTTP_HOST", "GRIDBEAT_HTTP_PORT", "GRIDBEAT_DEMO"}
    for part in (DATABASE_VARIABLES, VALKEY_VARIABLES, BROKER_VARIABLES):
        if part[0] not in operators:
            ours.update(part)
    # Never hand one role the passwords meant for people or for another role.
    ours.update(name for name in operators if name.endswith("_PASSWORD"))
    return dict(variables) | {name: v for name, v in operators.items() if name not in ours}


def _http_port(choices: Choices) -> int:
    if choices.http_port and not is_free(choices.http_port, choices.listen):
        raise StackError(
            f"Port {choices.http_port} for HTTP is taken on this host. Give another with "
            "--http-port, or --http-port 0 for any free one."
        )
    return choices.http_port or free_port(USUAL_HTTP_PORT if choices.http_port is None else None)
