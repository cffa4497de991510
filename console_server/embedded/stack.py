"""The embedded stack: broker, live store and database as children of this process.

Owns the order of starting and stopping and the addresses handed to the roles that use them.
What the operator has configured elsewhere is not started.
"""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from console_server.embedded import postgres
from console_server.embedded.addresses import (
    StackAddresses,
    configured_broker,
    configured_database,
    embedded_broker,
    embedded_database,
    write_addresses,
)
from console_server.embedded.broker import Broker, BrokerPorts, BrokerSecrets
from console_server.embedded.data_directory import (
    Credentials,
    credentials,
    lock,
    open_data_directory,
)
from console_server.embedded.errors import PortLost, StackError
from console_server.embedded.ports import LOOPBACK, free_port, is_free, reserve, unreserved
from console_server.embedded.postgres_programs import Edition, Report, choose_programs
from console_server.embedded.process import unprivileged_identity
from console_server.embedded.supervise import Supervisor
from console_server.embedded.valkey import ValkeyServer

START_LIMIT_S = 60.0
STARTS = 3  # a port may be lost to somebody else between our look and the child's bind
USUAL_MQTT_PORT = 1883
USUAL_REPORTS_PORT = 5055  # where Traccar Client looks by itself; ingest listens there


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What the operator chose.

    `mqtt_port` None is the usual one, or another while that is taken; 0 is any free one.
    `configured` are the operator's GRIDBEAT_* variables: what they name is not started here.
    """

    mqtt_port: int | None = 0
    mqtt_host: str = LOOPBACK  # anything else lets phones in
    configured: Mapping[str, str] = field(default_factory=dict)
    edition: Edition = Edition.AUTO
    durable: bool = True  # False only in tests: no fsync


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
        self._reserved: list[socket.socket] = []
        self._ports: dict[str, int] = {}

    def start(self, reserved: Sequence[int] = ()) -> StackAddresses:
        """Start the parts and wait until each answers; keep the `reserved` ports as well as ours.

        Raises:
            StackError: one of them cannot run; the others are stopped.
        """
        try:
            for _ in range(STARTS - 1):
                with contextlib.suppress(PortLost):
                    return self._start_once(reserved)
            return self._start(reserved)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the parts, orderly, and let go of the data directory."""
        self._stop_parts()
        self.directory.addresses_file.unlink(missing_ok=True)
        self.directory.http_url_file.unlink(missing_ok=True)
        self._lock.close()

    def _stop_parts(self) -> None:
        self.supervisor.stop_all()
        for held in self._reserved:
            held.close()
        self._reserved = []

    def _start_once(self, reserved: Sequence[int]) -> StackAddresses:
        try:
            return self._start(reserved)
        except StackError as error:
            self._stop_parts()
            if all(is_free(port) for port in self._ports.values()):
                raise
            raise PortLost(str(error)) from error

    def _start(self, reserved: Sequence[int]) -> StackAddresses:
        made = credentials(self.directory)
        ports = self._ports = self._choose_ports()
        self._reserved = reserve([*ports.values(), *reserved])
        configured = self._options.configured
        broker = None if "GRIDBEAT_MQTT_HOST" in configured else self._start_broker(made, ports)
        valkey = None if "GRIDBEAT_VALKEY_URL" in configured else self._start_valkey(made, ports)
        database = (
            configured_database(configured["GRIDBEAT_DATABASE_URL"])
            if "GRIDBEAT_DATABASE_URL" in configured
            else embedded_database(self._start_postgres(made, ports), made)
        )
        if broker:
            self.supervisor.await_ready("nats", broker.answers, START_LIMIT_S)
        if valkey:
            self.supervisor.await_ready("valkey", valkey.answers, START_LIMIT_S)
        self.directory.ports_file.write_text(json.dumps(ports))
        addresses = StackAddresses(
            **database,
            **(embedded_broker(broker) if broker else configured_broker(configured)),
            valkey_url=valkey.url if valkey else configured["GRIDBEAT_VALKEY_URL"],
        )
        write_addresses(self.directory, addresses)
        return addresses

    def _start_broker(self, secrets: Credentials, ports: dict[str, int]) -> Broker:
        broker = Broker(
            self.directory.root / "nats",
            BrokerPorts(
                ports["mqtt"],
                ports["mqtt_websocket"],
                ports["nats"],
                ports["monitor"],
                self._options.mqtt_host,
            ),
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
        if asked and not is_free(asked, self._options.mqtt_host):
            raise StackError(
                f"Port {asked} for MQTT is taken on this host. Give another with --mqtt-port, "
                "or --mqtt-port 0 for any free one."
            )
        usual = unreserved(USUAL_MQTT_PORT) if asked is None else None
        ports["reports"] = free_port(last.get("reports", unreserved(USUAL_REPORTS_PORT)))
        ports["mqtt"] = asked or free_port(last.get("mqtt", usual))
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
