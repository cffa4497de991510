"""The embedded stack: broker, live store and database as children of this process.

Owns the order of starting and stopping and the addresses handed to the roles that use them.
What the operator has configured elsewhere is not started.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from console_server.embedded import postgres
from console_server.embedded.broker import INGEST, SERVER, Broker, BrokerPorts, BrokerSecrets
from console_server.embedded.data_directory import (
    Credentials,
    DataDirectory,
    credentials,
    lock,
    open_data_directory,
    write_private,
)
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK, free_port, is_free
from console_server.embedded.postgres_programs import Edition, Report, choose_programs
from console_server.embedded.process import unprivileged_identity
from console_server.embedded.supervise import Supervisor
from console_server.embedded.valkey import ValkeyServer

START_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What the operator chose. A port of 0 or None is any free one."""

    mqtt_port: int | None = None
    edition: Edition = Edition.AUTO
    durable: bool = True  # False only in tests: no fsync


@dataclass(frozen=True, slots=True)
class StackAddresses:
    """Where the running parts answer, with the credentials of each role."""

    database_superuser_url: str
    database_owner_url: str
    database_server_url: str
    database_ingest_url: str
    valkey_url: str
    mqtt_host: str
    mqtt_port: int
    mqtt_websocket_port: int
    mqtt_server_password: str
    mqtt_ingest_password: str
    broker_admin_url: str
    broker_users_file: str
    broker_monitor_url: str
    postgres_source: str
    timescale: bool

    def _common(self) -> dict[str, str]:
        return {
            "GRIDBEAT_VALKEY_URL": self.valkey_url,
            "GRIDBEAT_MQTT_HOST": self.mqtt_host,
            "GRIDBEAT_MQTT_PORT": str(self.mqtt_port),
        }

    def server_environment(self) -> dict[str, str]:
        """Variables of the console server: its own role everywhere."""
        return self._common() | {
            "GRIDBEAT_DATABASE_URL": self.database_server_url,
            "GRIDBEAT_MQTT_USERNAME": SERVER,
            "GRIDBEAT_MQTT_PASSWORD": self.mqtt_server_password,
            "GRIDBEAT_MQTT_PUBLIC_HOST": self.mqtt_host,
            "GRIDBEAT_MQTT_PUBLIC_PORT": str(self.mqtt_port),
            "GRIDBEAT_BROKER_USERS_FILE": self.broker_users_file,
            "GRIDBEAT_BROKER_ADMIN_URL": self.broker_admin_url,
        }

    def ingest_environment(self) -> dict[str, str]:
        """Variables of telemetry ingest: its own role everywhere."""
        return self._common() | {
            "GRIDBEAT_DATABASE_URL": self.database_ingest_url,
            "GRIDBEAT_MQTT_USERNAME": INGEST,
            "GRIDBEAT_MQTT_PASSWORD": self.mqtt_ingest_password,
        }

    def owner_environment(self) -> dict[str, str]:
        """Variables of migrations and imports: the role that owns the tables."""
        return self.server_environment() | {"GRIDBEAT_DATABASE_URL": self.database_owner_url}


class EmbeddedStack:
    """The three parts in one data directory. One copy a directory at a time."""

    def __init__(
        self,
        root: Path,
        options: StackOptions,
        supervisor: Supervisor,
        report: Report,
    ) -> None:
        self.directory = open_data_directory(root)
        self.supervisor = supervisor
        self._options = options
        self._report = report
        self._lock: IO[str] = lock(self.directory)

    def start(self) -> StackAddresses:
        """Start the parts and wait until each answers.

        Raises:
            StackError: one of them cannot run; the others are stopped.
        """
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the parts, orderly, and let go of the data directory."""
        self.supervisor.stop_all()
        self.directory.addresses_file.unlink(missing_ok=True)
        self._lock.close()

    def _start(self) -> StackAddresses:
        secrets = credentials(self.directory)
        ports = self._choose_ports()
        broker = self._start_broker(secrets, ports)
        valkey = self._start_valkey(secrets, ports)
        server = self._start_postgres(secrets, ports)
        self.supervisor.await_ready("nats", broker.answers, START_LIMIT_S)
        self.supervisor.await_ready("valkey", valkey.answers, START_LIMIT_S)
        self.directory.ports_file.write_text(json.dumps(ports))
        addresses = _addresses(secrets, broker, valkey, server)
        write_private(self.directory.addresses_file, json.dumps(asdict(addresses), indent=1))
        return addresses

    def _start_broker(self, secrets: Credentials, ports: dict[str, int]) -> Broker:
        broker = Broker(
            self.directory.root / "nats",
            BrokerPorts(ports["mqtt"], ports["mqtt_websocket"], ports["nats"], ports["monitor"]),
            BrokerSecrets(secrets.broker_admin, secrets.broker_server, secrets.broker_ingest),
            self.directory.logs / "nats.log",
        )
        broker.configure()
        self.supervisor.start(broker.command())
        return broker

    def _start_valkey(self, secrets: Credentials, ports: dict[str, int]) -> ValkeyServer:
        valkey = ValkeyServer(
            self.directory.root / "valkey",
            ports["valkey"],
            secrets.valkey,
            self.directory.logs / "valkey.log",
        )
        valkey.configure()
        self.supervisor.start(valkey.command())
        return valkey

    def _start_postgres(
        self, secrets: Credentials, ports: dict[str, int]
    ) -> postgres.PostgresServer:
        identity = unprivileged_identity()
        cluster = postgres.cluster_path(self.directory.root, identity)
        server = postgres.PostgresServer(
            cluster,
            choose_programs(self._options.edition, cluster, identity, self._report),
            identity,
            ports["postgres"],
            self.directory.logs / "postgres.log",
            self._options.durable,
        )
        password = secrets.postgres_superuser
        postgres.make_cluster(server, password)
        self.supervisor.start(server.command())
        self.supervisor.await_ready(
            "postgres", lambda: postgres.connects(server, password), START_LIMIT_S
        )
        postgres.prepare_database(server, secrets)
        return server

    def _choose_ports(self) -> dict[str, int]:
        """A port for each listener; those of the last start where they are still free."""
        last: dict[str, int] = {}
        with contextlib.suppress(OSError, ValueError):
            last = json.loads(self.directory.ports_file.read_text())
        names = ("mqtt_websocket", "nats", "monitor", "valkey", "postgres")
        ports = {name: free_port(last.get(name)) for name in names}
        asked = self._options.mqtt_port
        if asked and not is_free(asked):
            raise StackError(
                f"Port {asked} for MQTT is taken on this host. Give another with --mqtt-port, "
                "or --mqtt-port 0 for any free one."
            )
        ports["mqtt"] = asked or free_port(last.get("mqtt"))
        return ports


@contextlib.contextmanager
def running_stack(
    root: Path, options: StackOptions | None = None, report: Callable[[str], None] = print
) -> Iterator[StackAddresses]:
    """The embedded stack for the length of a `with` block (tests, single commands).

    Raises:
        StackError: it cannot run.
    """
    stack = EmbeddedStack(root, options or StackOptions(), Supervisor(), report)
    addresses = stack.start()
    try:
        yield addresses
    finally:
        stack.stop()


def read_addresses(directory: DataDirectory) -> StackAddresses | None:
    """Addresses of the stack running on this data directory, None when none runs."""
    try:
        return StackAddresses(**json.loads(directory.addresses_file.read_text()))
    except FileNotFoundError:
        return None


def _addresses(
    secrets: Credentials, broker: Broker, valkey: ValkeyServer, server: postgres.PostgresServer
) -> StackAddresses:
    return StackAddresses(
        database_superuser_url=server.url(postgres.SUPERUSER, secrets.postgres_superuser),
        database_owner_url=server.url(postgres.OWNER, secrets.database_owner),
        database_server_url=server.url(postgres.SERVER, secrets.database_server),
        database_ingest_url=server.url(postgres.INGEST, secrets.database_ingest),
        valkey_url=valkey.url,
        mqtt_host=LOOPBACK,
        mqtt_port=broker.ports.mqtt,
        mqtt_websocket_port=broker.ports.websocket,
        mqtt_server_password=secrets.broker_server,
        mqtt_ingest_password=secrets.broker_ingest,
        broker_admin_url=broker.admin_url,
        broker_users_file=str(broker.folder / "users.conf"),
        broker_monitor_url=f"http://{LOOPBACK}:{broker.ports.monitor}",
        postgres_source=server.programs.source,
        timescale=server.programs.timescale,
    )
