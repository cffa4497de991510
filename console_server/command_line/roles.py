"""Single roles, for compose and scale-out: `serve`, `ingest`, `migrate`, `broker-config`."""

import hashlib
import os
import sys
from pathlib import Path
from typing import NoReturn

import psycopg

from console_server.embedded import postgres
from console_server.embedded.broker import (
    BrokerPorts,
    BrokerSecrets,
    ClusterNode,
    write_configuration,
)
from console_server.embedded.errors import StackError
from console_server.settings import LOOPBACK_HOSTS, Settings

ANY_ADDRESS = "0.0.0.0"  # noqa: S104  # in a network that is the compose file's own
# NATS's own numbers, inside that network.
COMPOSE_PORTS = BrokerPorts(
    mqtt=1883,
    websocket=8083,
    client=4222,
    monitor=8222,
    mqtt_host=ANY_ADDRESS,
)
COMPOSE_ROUTE_PORT = 6222  # between nodes of a cluster


def serve() -> None:
    """Run the console server until a signal comes.

    Raises:
        SettingsError: a variable is missing or wrong.
        StackError: the database has demo accounts and the address is not loopback.
    """
    from console_server.app import run

    settings = Settings.from_environment(os.environ)
    _refuse_known_passwords(settings)
    run(settings)


def become(module: str, *arguments: str) -> NoReturn:
    """Turn this process into another package's program: signals and exit code are its own.

    The packages do not import each other, so they are run, not called.
    """
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # no shell  # no shell


def migrate(database_url: str) -> list[str]:
    """Bring the database to the schema of this release; the migrations applied."""
    from console_server.schema.migrate import migrate as apply

    return apply(database_url)


def prepare_database() -> None:
    """Make our roles and the empty database on a server that runs elsewhere; may be repeated.

    Raises:
        StackError: an address or a password is missing.
    """
    url = _required("GRIDBEAT_DATABASE_SUPERUSER_URL")
    passwords = {
        postgres.OWNER: _required("GRIDBEAT_DATABASE_OWNER_PASSWORD"),
        postgres.SERVER: _required("GRIDBEAT_DATABASE_SERVER_PASSWORD"),
        postgres.INGEST: _required("GRIDBEAT_DATABASE_INGEST_PASSWORD"),
    }
    postgres.prepare_server(url, passwords, postgres.DATABASE)


def broker_config(folder: Path, store: str) -> None:
    """Write the broker's configuration for a broker that runs elsewhere (compose).

    GRIDBEAT_BROKER_NODES, host names with commas between, makes a file for each node of a cluster.

    Raises:
        StackError: a password is missing.
    """
    given = [_required(f"GRIDBEAT_BROKER_{who}_PASSWORD") for who in ("ADMIN", "SERVER", "INGEST")]
    secrets = BrokerSecrets(*given)
    write_configuration(folder, secrets, COMPOSE_PORTS, ANY_ADDRESS, Path(store))
    names = [name for name in os.environ.get("GRIDBEAT_BROKER_NODES", "").split(",") if name]
    routes = [f"{name}:{COMPOSE_ROUTE_PORT}" for name in names]
    between = hashlib.sha256(f"routes {secrets.admin}".encode()).hexdigest()
    for name in names:
        node = ClusterNode(name, ANY_ADDRESS, COMPOSE_ROUTE_PORT, routes, between)
        write_configuration(folder, secrets, COMPOSE_PORTS, ANY_ADDRESS, Path(store), node)


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise StackError(f"{name} is not set. Set it to a long random word.")
    return value


def _refuse_known_passwords(settings: Settings) -> None:
    if settings.http_host in LOOPBACK_HOSTS:
        return
    with psycopg.connect(settings.database_url) as connection:
        found = connection.execute(
            "SELECT username FROM accounts WHERE demo AND disabled_at IS NULL"
        ).fetchall()
    if found:
        names = ", ".join(name for (name,) in found)
        raise StackError(
            f"This database has demo accounts ({names}), whose password everybody knows, and "
            f"GRIDBEAT_HTTP_HOST is {settings.http_host}. Disable them, or bind 127.0.0.1."
        )
