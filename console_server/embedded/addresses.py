"""Where the parts of a running stack answer, and with which credentials.

Owns the variables each role is started with; `stack.py` fills the addresses in, whether it
started a part itself or the operator configured it elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from console_server.embedded import broker, postgres
from console_server.embedded.data_directory import Credentials, DataDirectory, write_private
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK

DATABASE_VARIABLES = ("GRIDBEAT_DATABASE_URL",)
VALKEY_VARIABLES = ("GRIDBEAT_VALKEY_URL",)
BROKER_VARIABLES = (
    "GRIDBEAT_MQTT_HOST",
    "GRIDBEAT_MQTT_PORT",
    "GRIDBEAT_MQTT_USERNAME",
    "GRIDBEAT_MQTT_PASSWORD",
    "GRIDBEAT_MQTT_WEBSOCKET_URL",
    "GRIDBEAT_BROKER_USERS_FILE",
    "GRIDBEAT_BROKER_ADMIN_URL",
)


@dataclass(frozen=True, slots=True)
class StackAddresses:
    """Addresses with credentials. `broker_*` are empty for a broker that is not ours."""

    database_superuser_url: str
    database_owner_url: str
    database_server_url: str
    database_ingest_url: str
    postgres_source: str
    timescale: bool
    valkey_url: str
    mqtt_host: str
    mqtt_port: int
    mqtt_websocket_port: int
    mqtt_server_username: str
    mqtt_server_password: str
    mqtt_ingest_username: str
    mqtt_ingest_password: str
    broker_admin_url: str
    broker_users_file: str
    broker_monitor_url: str

    def server_environment(self) -> dict[str, str]:
        """Variables of the console server: its own role everywhere."""
        return self._common() | {
            "GRIDBEAT_DATABASE_URL": self.database_server_url,
            "GRIDBEAT_MQTT_USERNAME": self.mqtt_server_username,
            "GRIDBEAT_MQTT_PASSWORD": self.mqtt_server_password,
            "GRIDBEAT_BROKER_USERS_FILE": self.broker_users_file,
            "GRIDBEAT_BROKER_ADMIN_URL": self.broker_admin_url,
            **self._websocket(),
        }

    def ingest_environment(self) -> dict[str, str]:
        """Variables of telemetry ingest: its own role everywhere."""
        return self._common() | {
            "GRIDBEAT_DATABASE_URL": self.database_ingest_url,
            "GRIDBEAT_MQTT_USERNAME": self.mqtt_ingest_username,
            "GRIDBEAT_MQTT_PASSWORD": self.mqtt_ingest_password,
        }

    def owner_environment(self) -> dict[str, str]:
        """Variables of migrations and imports: the role that owns the tables."""
        return self.server_environment() | {"GRIDBEAT_DATABASE_URL": self.database_owner_url}

    def _websocket(self) -> dict[str, str]:
        """Where the server reaches our own broker for handsets' pages."""
        if not self.mqtt_websocket_port:
            return {}
        url = f"ws://{self.mqtt_host}:{self.mqtt_websocket_port}/mqtt"
        return {"GRIDBEAT_MQTT_WEBSOCKET_URL": url}

    def _common(self) -> dict[str, str]:
        return {
            "GRIDBEAT_VALKEY_URL": self.valkey_url,
            "GRIDBEAT_MQTT_HOST": self.mqtt_host,
            "GRIDBEAT_MQTT_PORT": str(self.mqtt_port),
        }


def embedded_database(server: postgres.PostgresServer, made: Credentials) -> dict[str, Any]:
    """The address fields of our own PostgreSQL."""
    return {
        "database_superuser_url": server.url(postgres.SUPERUSER, made.postgres_superuser),
        "database_owner_url": server.url(postgres.OWNER, made.database_owner),
        "database_server_url": server.url(postgres.SERVER, made.database_server),
        "database_ingest_url": server.url(postgres.INGEST, made.database_ingest),
        "postgres_source": server.programs.source,
        "timescale": server.programs.timescale,
    }


def configured_database(url: str) -> dict[str, Any]:
    """The address fields of a database elsewhere, which has one role for everything.

    Raises:
        StackError: it does not answer.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            timescale = postgres.timescale_is_loaded(connection)
    except psycopg.OperationalError as error:
        raise StackError(
            f"The database of GRIDBEAT_DATABASE_URL does not answer: {error}"
        ) from error
    roles = ("superuser", "owner", "server", "ingest")
    return {f"database_{role}_url": url for role in roles} | {
        "postgres_source": "GRIDBEAT_DATABASE_URL",
        "timescale": timescale,
    }


def embedded_broker(running: broker.Broker) -> dict[str, Any]:
    """The address fields of our own broker."""
    listens_everywhere = running.ports.mqtt_host in {"0.0.0.0", "::"}  # noqa: S104  # compared
    return {
        "mqtt_host": LOOPBACK if listens_everywhere else running.ports.mqtt_host,
        "mqtt_port": running.ports.mqtt,
        "mqtt_websocket_port": running.ports.websocket,
        "mqtt_server_username": broker.SERVER,
        "mqtt_server_password": running.secrets.server,
        "mqtt_ingest_username": broker.INGEST,
        "mqtt_ingest_password": running.secrets.ingest,
        "broker_admin_url": running.admin_url,
        "broker_users_file": str(running.folder / "users.conf"),
        "broker_monitor_url": f"http://{LOOPBACK}:{running.ports.monitor}",
    }


def configured_broker(environment: Mapping[str, str]) -> dict[str, Any]:
    """The address fields of a broker elsewhere."""
    username = environment.get("GRIDBEAT_MQTT_USERNAME", "")
    password = environment.get("GRIDBEAT_MQTT_PASSWORD", "")
    return {
        "mqtt_host": environment["GRIDBEAT_MQTT_HOST"],
        "mqtt_port": int(environment.get("GRIDBEAT_MQTT_PORT", "1883")),
        "mqtt_websocket_port": 0,
        "mqtt_server_username": username,
        "mqtt_server_password": password,
        "mqtt_ingest_username": username,
        "mqtt_ingest_password": password,
        "broker_admin_url": environment.get("GRIDBEAT_BROKER_ADMIN_URL", ""),
        "broker_users_file": environment.get("GRIDBEAT_BROKER_USERS_FILE", ""),
        "broker_monitor_url": "",
    }


def write_addresses(directory: DataDirectory, addresses: StackAddresses) -> None:
    """Note where the stack runs, for `doctor`, imports and exports."""
    write_private(directory.addresses_file, json.dumps(asdict(addresses), indent=1))


def read_addresses(directory: DataDirectory) -> StackAddresses | None:
    """Addresses of the stack running on this data directory, None when none runs."""
    try:
        return StackAddresses(**json.loads(directory.addresses_file.read_text()))
    except FileNotFoundError:
        return None
