"""Checkpoints that were there before they had versions go on, or end when they were retired."""

from datetime import UTC, datetime
from typing import Any

import psycopg

from console_server.schema.migrate import migrate, migration_files, pending

EVER = datetime(1970, 1, 1, tzinfo=UTC)
GONE = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE = """
    INSERT INTO areas (code, name, kind, lineage) VALUES ('g', 'g', 'grid', '{1}');
    INSERT INTO checkpoints (code, name, area_id, lon, lat, radius_m, visit_list, retired_at)
    VALUES ('a', '甲', 1, 118.5, 32.5, 12.3, 'bifang', NULL),
           ('b', '乙', 1, 118.6, 32.6, 30, NULL, '2026-11-01Z');
"""


def test_what_there_was_is_carried_over_with_its_labels(empty_database: Any) -> None:
    with psycopg.connect(empty_database.owner_url, autocommit=True) as connection:
        pending(connection)  # makes the table of what was applied
        for path in migration_files():
            if path.stem < "0019":
                connection.execute(path.read_bytes())
                connection.execute("INSERT INTO schema_migrations VALUES (%s)", (path.stem,))
        connection.execute(BEFORE)
        labels = connection.execute("SELECT code, label_secret FROM checkpoints").fetchall()
        assert migrate(empty_database.owner_url)[0] == "0019_checkpoint_versions"
        found = connection.execute(
            "SELECT code, name, valid_from, valid_to, lon, lat, round(radius_m::numeric, 3)::text,"
            " visit_list FROM checkpoints JOIN checkpoint_versions USING (checkpoint_id)"
            " ORDER BY code"
        ).fetchall()
        assert connection.execute("SELECT code, label_secret FROM checkpoints").fetchall() == labels
    assert found == [
        ("a", "甲", EVER, None, 118.5, 32.5, "12.300", "bifang"),
        ("b", "乙", EVER, GONE, 118.6, 32.6, "30.000", None),
    ]
