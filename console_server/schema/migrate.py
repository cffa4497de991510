"""Bringing a database to the schema of this release.

Owns the order and the bookkeeping: numbered files, forward only, each in one transaction, one
migration at a time (advisory lock). Then, each time: what depends on the server's edition
(`edition.py`) and who may do what (`grants.sql`).
"""

from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from console_server.schema.edition import adapt

FOLDER = Path(__file__).parent
LOCK_KEY = 0x67726964  # "grid"; whoever holds it migrates, the others wait


def migrate(database_url: str) -> list[str]:
    """Apply what is missing, as the owner of the tables; the names applied now.

    Raises:
        psycopg.Error: a file cannot be applied; the ones before it stay, this one leaves nothing.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%(key)s)", {"key": LOCK_KEY})
        applied = [path.stem for path in pending(connection) if _apply(connection, path)]
        adapt(connection)
        with connection.transaction():
            connection.execute((FOLDER / "grants.sql").read_bytes())
    return applied


def pending(connection: Connection[TupleRow]) -> list[Path]:
    """The files that this database has not seen, in order."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    seen = {name for (name,) in connection.execute("SELECT name FROM schema_migrations")}
    return [path for path in migration_files() if path.stem not in seen]


def migration_files() -> list[Path]:
    """All migrations in order."""
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def _apply(connection: Connection[TupleRow], path: Path) -> bool:
    with connection.transaction():
        connection.execute(path.read_bytes())
        connection.execute(
            "INSERT INTO schema_migrations (name) VALUES (%(name)s)", {"name": path.stem}
        )
    return True
