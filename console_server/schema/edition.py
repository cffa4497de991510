"""What differs by server: TimescaleDB Community, TimescaleDB Apache, bare PostgreSQL.

Owns the one step that asks which it is and makes hypertables and compression policies where
they exist. Queries are the same everywhere. Every statement is harmless when repeated.
"""

from enum import StrEnum

import structlog
from psycopg import Connection, errors
from psycopg.rows import TupleRow

COMPRESSED_AFTER_DAYS = 7  # late data of an offline week still goes into plain chunks
CHUNK_DAYS = 1
_HYPERTABLES = {"positions": "fixed_at", "rejected_fixes": "received_at"}
_log = structlog.get_logger(__name__)


class StoreEdition(StrEnum):
    """What the server can do."""

    COMMUNITY = "timescaledb-community"
    APACHE = "timescaledb-apache"
    PLAIN = "postgresql"


def detect(connection: Connection[TupleRow]) -> StoreEdition:
    """Ask this database; the extension counts only when it is created in it."""
    found = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
    if found.fetchone() is None:
        return StoreEdition.PLAIN
    row = connection.execute("SELECT current_setting('timescaledb.license', true)").fetchone()
    return StoreEdition.COMMUNITY if row and row[0] == "timescale" else StoreEdition.APACHE


def adapt(connection: Connection[TupleRow]) -> StoreEdition:
    """Make of the tables what this server can make of them."""
    _create_extension(connection)
    edition = detect(connection)
    if edition is not StoreEdition.PLAIN:
        _make_hypertables(connection)
    if edition is StoreEdition.COMMUNITY:
        _make_policies(connection)
    return edition


def _create_extension(connection: Connection[TupleRow]) -> None:
    offered = connection.execute(
        "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"
        " AND installed_version IS NULL"
        " AND current_setting('timescaledb.disable_load', true) IS NOT NULL"  # it is preloaded
    )
    if offered.fetchone() is None:
        return
    try:
        connection.execute("CREATE EXTENSION timescaledb")
    except errors.InsufficientPrivilege:
        _log.warning(
            "timescaledb_not_created",
            remedy="let a superuser run CREATE EXTENSION timescaledb in this database",
        )


def _make_hypertables(connection: Connection[TupleRow]) -> None:
    for table, column in _HYPERTABLES.items():
        connection.execute(
            "SELECT create_hypertable(%(table)s::regclass,"
            " by_range(%(column)s, make_interval(days => %(days)s)),"
            " if_not_exists => true, migrate_data => true)",
            {"table": table, "column": column, "days": CHUNK_DAYS},
        )


def _make_policies(connection: Connection[TupleRow]) -> None:
    enabled = connection.execute(
        "SELECT compression_enabled FROM timescaledb_information.hypertables"
        " WHERE hypertable_name = 'positions'"
    ).fetchone()
    if not (enabled and enabled[0]):
        connection.execute(
            "ALTER TABLE positions SET (timescaledb.compress,"
            " timescaledb.compress_segmentby = 'worker_id',"
            " timescaledb.compress_orderby = 'fixed_at DESC')"
        )
    connection.execute(
        "SELECT add_compression_policy('positions', make_interval(days => %(days)s),"
        " if_not_exists => true)",
        {"days": COMPRESSED_AFTER_DAYS},
    )
    for table in _HYPERTABLES:  # the server forgets, by its one setting
        connection.execute(
            "SELECT remove_retention_policy(%(table)s::regclass, if_exists => true)",
            {"table": table},
        )
