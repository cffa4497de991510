"""The embedded PostgreSQL: making its cluster, running it, and its roles.

Owns everything until the server answers and the roles exist; tables come from the migrations.
It listens on loopback alone, with a password for every role.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from console_server.embedded.data_directory import Credentials
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK
from console_server.embedded.postgres_programs import Programs
from console_server.embedded.process import Command, Identity, log_tail, reachable_by

DATABASE = "gridbeat"
SUPERUSER = "postgres"
OWNER, SERVER, INGEST = "gridbeat_owner", "gridbeat_server", "gridbeat_ingest"
# For a cluster inside a folder that the unprivileged account may not enter (root's home).
OUTSIDE_FOLDER = Path("/var/lib/gridbeat")

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",  # an acknowledged fix is on disk
    "wal_level": "minimal",  # one node: no replica reads this log
    "max_wal_senders": "0",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",  # short queries; and the unpacked server comes without LLVM
    "max_worker_processes": "16",
    "max_locks_per_transaction": "128",  # a query may touch many chunks
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
TIMESCALE_SETTINGS = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "8",
}
# For tests only: a cluster that is thrown away need not survive a power cut.
FORGETFUL_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """One cluster and the programs that run it."""

    cluster: Path
    programs: Programs
    identity: Identity | None
    port: int
    log_path: Path
    durable: bool = True

    def command(self) -> Command:
        """How to run the server; SIGINT is its fast, orderly shutdown."""
        settings = SETTINGS | (TIMESCALE_SETTINGS if self.programs.timescale else {})
        if not self.durable:
            settings = settings | FORGETFUL_SETTINGS
        options = [f"{name}={value}" for name, value in settings.items()]
        return Command(
            name="postgres",
            argv=[
                str(self.programs.folder / "postgres"),
                *("-D", str(self.cluster), "-p", str(self.port)),
                *(part for option in options for part in ("-c", option)),
            ],
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            log_path=self.log_path,
            identity=self.identity,
            stop_signal=signal.SIGINT,
            stop_within_s=30.0,  # a checkpoint on a slow disk
        )

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """Connection address of one role."""
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"


def cluster_path(root: Path, identity: Identity | None) -> Path:
    """Where the cluster of a data directory lies: inside it, if the account can get there.

    A link in the data directory leads to the place outside it otherwise.
    """
    inside = root / "postgres"
    if identity is None or inside.is_symlink() or reachable_by(root, identity):
        return inside.resolve()
    outside = OUTSIDE_FOLDER / secrets.token_hex(8)
    outside.mkdir(parents=True, mode=0o755)
    inside.symlink_to(outside / "postgres")
    return inside.resolve()


def make_cluster(server: PostgresServer, superuser_password: str) -> None:
    """Create the cluster unless it is there; a half-made one never gets the real name.

    Raises:
        StackError: initdb failed, with its own words.
    """
    if (server.cluster / "PG_VERSION").exists():
        return
    fresh = server.cluster.with_name(f"{server.cluster.name}.making")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    identity = server.identity
    with tempfile.NamedTemporaryFile("w") as password_file:
        password_file.write(superuser_password)
        password_file.flush()
        if identity:
            os.chown(fresh, identity.uid, identity.gid)
            os.chown(password_file.name, identity.uid, identity.gid)
        done = subprocess.run(  # noqa: S603  # fixed program, no shell
            [
                str(server.programs.folder / "initdb"),
                *("-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password_file.name}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--data-checksums",) * server.durable,
                *("--no-sync",) * (not server.durable),
            ],
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
        )
    if done.returncode != 0:
        raise StackError(f"PostgreSQL's database could not be made:\n{done.stderr or done.stdout}")
    if server.programs.timescale:
        (fresh / "gridbeat-timescale").touch()
    fresh.rename(server.cluster)


def connects(server: PostgresServer, superuser_password: str) -> bool:
    """Whether the server takes commands by now."""
    try:
        with psycopg.connect(
            server.url(SUPERUSER, superuser_password, "postgres"), connect_timeout=2
        ):
            return True
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise StackError(
                f"The database in {server.cluster} does not know the password in this data "
                f"directory's credentials.json.\n{log_tail(server.log_path)}"
            ) from error
        return False


def prepare_database(server: PostgresServer, made: Credentials, name: str = DATABASE) -> None:
    """Roles and the empty database with its extension; harmless when they exist."""
    passwords = {
        OWNER: made.database_owner,
        SERVER: made.database_server,
        INGEST: made.database_ingest,
    }
    url = server.url(SUPERUSER, made.postgres_superuser, "postgres")
    prepare_server(url, passwords, name)


def prepare_server(superuser_url: str, passwords: Mapping[str, str], name: str) -> None:
    """The same on any server: role → password, and the database with what extension it has."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role, password in passwords.items():
            ensure_role(connection, role, password)
        create_database(connection, name)
    inside = make_conninfo(superuser_url, dbname=name)
    with psycopg.connect(inside, autocommit=True) as connection:
        if timescale_is_loaded(connection):
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")


def timescale_is_loaded(connection: psycopg.Connection) -> bool:
    """Whether this server runs with TimescaleDB, not only has its files.

    Its loader defines this setting; what is preloaded, only some roles may ask.
    """
    found = connection.execute("SELECT current_setting('timescaledb.disable_load', true)")
    row = found.fetchone()
    return row is not None and row[0] is not None


def ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """A login role with this password and nothing else."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    statement = sql.SQL("{verb} ROLE {role} WITH LOGIN PASSWORD {password}").format(
        verb=sql.SQL("ALTER" if known else "CREATE"),
        role=sql.Identifier(role),
        password=sql.Literal(password),
    )
    connection.execute(statement)


def create_database(connection: psycopg.Connection, name: str) -> None:
    """An empty database that only our roles may enter, unless it exists."""
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in (SERVER, INGEST):
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                database, sql.Identifier(role)
            )
        )
