"""What is older than it may be kept goes, and what went is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from console_server.command_line.retention import retention
from console_server.database import Connection
from console_server.retention import Removed, forget

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD_AND_NEW = """
    INSERT INTO areas (code, name, kind, lineage) VALUES ('a', 'a', 'subdistrict', '{1}');
    INSERT INTO workers (code, name, kind, area_id) VALUES ('w', 'w', 'full_time', 1);
    INSERT INTO handsets (code, worker_id, kind, area_code, username, password_hash)
        VALUES ('h', 1, 'native', 'a', 'h', '-');
    INSERT INTO accounts (username, display_name, password_hash, role)
        VALUES ('s', 's', '-', 'supervisor');
    INSERT INTO positions (worker_id, handset_id, fixed_at, received_at, lon, lat)
        SELECT 1, 1, at, at, 118, 32 FROM (VALUES (%(now)s::timestamptz - interval '100 days'),
            (%(now)s - interval '89 days')) AS fixes (at);
    INSERT INTO rejected_fixes (received_at, reason) VALUES
        (%(now)s - interval '31 days', 'future'), (%(now)s - interval '29 days', 'future');
    INSERT INTO handset_inbox (handset_id, kind, received_at, body, handled_at) VALUES
        (1, 'report', %(now)s - interval '90 days', '{}', %(now)s - interval '15 days'),
        (1, 'report', %(now)s - interval '90 days', '{}', NULL);
    INSERT INTO outbox (channel, target, body, done_at) VALUES
        ('live', 'x', '{}', %(now)s - interval '15 days'), ('live', 'x', '{}', NULL);
    INSERT INTO checkpoints (code, name) VALUES ('c', 'c');
    INSERT INTO checkpoint_visits (worker_id, handset_id, checkpoint_id, client_id, visited_at,
                                   received_at, counts)
        SELECT 1, 1, 1, at::text, at, at, true FROM (VALUES
            (%(now)s::timestamptz - interval '100 days'), (%(now)s - interval '89 days')) AS v (at);
    INSERT INTO audit_log (at, actor, act, body) VALUES
        (%(now)s - interval '1096 days', 'a', 'x', '{}'),
        (%(now)s - interval '1094 days', 'a', 'x', '{}');
    INSERT INTO track_looks (looked_at, account_id, worker_id, from_at, to_at, via) VALUES
        (%(now)s - interval '1096 days', 1, 1, %(now)s, %(now)s, 'map');
"""
TABLES = (
    "positions",
    "checkpoint_visits",
    "rejected_fixes",
    "handset_inbox",
    "outbox",
    "audit_log",
    "track_looks",
)


@pytest.fixture(scope="module")
def filled(database: Any) -> Any:
    with psycopg.ClientCursor(psycopg.connect(database.owner_url, autocommit=True)) as cursor:
        cursor.execute(OLD_AND_NEW, {"now": NOW})
        cursor.connection.close()
    return database


def left(database: Any) -> dict[str, int]:
    with psycopg.connect(database.owner_url) as connection:
        counted = (connection.execute(f"SELECT count(*) FROM {name}") for name in TABLES)  # noqa: S608
        return {name: rows.fetchall()[0][0] for name, rows in zip(TABLES, counted, strict=True)}


async def test_the_old_goes_once_and_the_report_says_what(filled: Any) -> None:
    before = left(filled)
    async with await Connection.connect(filled.server_url) as connection:
        counted = await forget(connection, 90, NOW, only_count=True)
        assert left(filled) == before
        await connection.commit()
        removed = await forget(connection, 90, NOW)
        await connection.commit()
        again = await forget(connection, 90, NOW)
    assert removed == counted
    assert {one.what: one.removed for one in removed if one.removed} == dict.fromkeys(TABLES, 1)
    chunked = {one.what for one in removed if one.chunks}
    assert chunked == ({"positions", "rejected_fixes"} if filled.stack.timescale else set())
    assert left(filled) == {table: before[table] - 1 for table in TABLES}
    assert again == [Removed(one.what, 0, 0) for one in removed]


def test_the_command_counts_without_removing(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDBEAT_RETENTION_DAYS", "20")
    before = left(filled)
    said = retention(filled.owner_url, only_count=True)
    assert "positions are kept for 20 days, dead letters for 20," in said
    assert "would go" in said
    assert left(filled) == before


def test_a_period_of_no_days_is_refused() -> None:
    from console_server.settings import SettingsError, retention_days

    assert retention_days({}) == 180
    for wrong in ("0", "-1", "90d", "4000", "１"):
        with pytest.raises(SettingsError, match="GRIDBEAT_RETENTION_DAYS"):
            retention_days({"GRIDBEAT_RETENTION_DAYS": wrong})
    assert timedelta(days=retention_days({"GRIDBEAT_RETENTION_DAYS": "90"})).days == 90
