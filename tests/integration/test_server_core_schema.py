"""Migrations, the readable schema, what differs by edition, and the rights of each role."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from console_server.schema import migrate as migrations
from console_server.schema.dump import SCHEMA_FILE, dump_schema
from console_server.schema.edition import StoreEdition, detect
from console_server.schema.migrate import migrate, migration_files


def test_from_nothing_every_file_is_applied_once(empty_database: Any) -> None:
    expected = [path.stem for path in migration_files()]
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(migrate(empty_database.owner_url)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=len) == [[], [], expected]
    assert migrate(empty_database.owner_url) == []


def test_schema_sql_says_what_the_migrations_make(database: Any) -> None:
    if database.stack.timescale:
        pytest.skip("the readable schema is that of bare PostgreSQL")
    assert dump_schema(database.owner_url) == SCHEMA_FILE.read_text(), (
        "write it anew: python -m console_server.schema"
    )


def test_hypertables_are_there_where_the_server_can(database: Any) -> None:
    with psycopg.connect(database.owner_url) as connection:
        edition = detect(connection)
        assert (edition is StoreEdition.PLAIN) == (not database.stack.timescale)
        if edition is not StoreEdition.PLAIN:
            tables = connection.execute(
                "SELECT hypertable_name FROM timescaledb_information.hypertables ORDER BY 1"
            ).fetchall()
            assert tables == [("positions",), ("rejected_fixes",)]


def test_a_file_that_fails_leaves_nothing_behind(
    empty_database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database.owner_url)
    broken = tmp_path / "9999_broken.sql"
    broken.write_text("CREATE TABLE half (a int); SELECT 1/0;")
    monkeypatch.setattr(migrations, "migration_files", lambda: [*migration_files(), broken])
    with pytest.raises(errors.DivisionByZero):
        migrate(empty_database.owner_url)
    with psycopg.connect(empty_database.owner_url) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
        assert connection.execute(
            "SELECT count(*) FROM schema_migrations WHERE name LIKE '9999%'"
        ).fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM accounts",
        "SELECT * FROM incidents",
        "SELECT * FROM audit_log",
        "SELECT password_hash FROM handsets",
        "SELECT phone FROM workers",
        "UPDATE areas SET name = ''",
        "DELETE FROM shifts",
        "CREATE TABLE public.mine (a int)",
    ],
)
def test_ingest_may_not(database: Any, statement: str) -> None:
    with (
        psycopg.connect(database.ingest_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT code, area_id FROM areas",
        "SELECT * FROM area_boundaries",
        (
            "SELECT handset_id, code, worker_id, kind, area_code, username, enrolled_at, revoked_at"
            " FROM handsets"
        ),
        "SELECT worker_id, code, area_id FROM workers",
        "SELECT * FROM worker_grids",
        "SELECT * FROM shifts",
        (
            "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat)"
            " VALUES (1, now(), 1, now(), 118, 32) ON CONFLICT DO NOTHING"
        ),
        "INSERT INTO rejected_fixes (received_at, reason) VALUES (now(), 'test')",
        "INSERT INTO dirty_days (worker_id, day) VALUES (1, '2026-01-01') ON CONFLICT DO NOTHING",
        (
            "INSERT INTO loopback (area_code, fixed_at) VALUES ('_', now())"
            " ON CONFLICT (area_code) DO UPDATE SET fixed_at = excluded.fixed_at"
        ),
        "CREATE TEMPORARY TABLE staging (LIKE positions)",
    ],
)
def test_ingest_may(database: Any, statement: str) -> None:
    with psycopg.connect(database.ingest_url) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
        connection.rollback()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("incident_events", "actor"),
        ("attendance_changes", "cause"),
        ("track_looks", "via"),
        ("audit_log", "actor"),
    ],
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = ''", "DELETE FROM {}"])
def test_the_server_cannot_rewrite_what_is_append_only(
    database: Any, table: str, column: str, statement: str
) -> None:
    with (
        psycopg.connect(database.server_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(table, column))


def test_what_is_too_old_is_forgotten_and_the_rest_stays(database: Any) -> None:
    with psycopg.connect(database.owner_url) as connection:
        for days in (1, 170, 190, 400):
            connection.execute(
                "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat)"
                " VALUES (77, now() - make_interval(days => %(days)s), 1, now(), 118, 32)",
                {"days": days},
            )
    with psycopg.connect(database.server_url) as connection:
        connection.execute(
            "SELECT forget_before(now() - interval '180 days', now() - interval '30 days')"
        )
    with psycopg.connect(database.owner_url) as connection:
        kept = connection.execute("SELECT count(*) FROM positions WHERE worker_id = 77").fetchone()
    assert kept == (2,)
    with (
        psycopg.connect(database.ingest_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT forget_before(now(), now())")
