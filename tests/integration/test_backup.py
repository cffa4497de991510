"""A backup restored into a new installation, on both editions."""

from pathlib import Path

import psycopg
import pytest

from console_server.command_line.backup import backup, restore
from console_server.embedded.errors import StackError
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import StackOptions, running_stack
from console_server.schema.migrate import migrate

FILL = """
INSERT INTO areas (code, name, kind, lineage) VALUES ('320111', '浦口区', 'district', '{1}');
INSERT INTO workers (code, name, kind, area_id)
    SELECT 'w1', '王小明', 'full_time', area_id FROM areas;
INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat)
    SELECT worker_id, '2026-11-20 08:00+08', 1, '2026-11-20 08:00+08', 118.5, 32.0 FROM workers;
"""
READ = "SELECT w.name, p.lon, a.name FROM workers w JOIN positions p USING (worker_id), areas a"


@pytest.mark.parametrize("edition", [Edition.TIMESCALE, Edition.PLAIN], ids=str)
def test_what_was_backed_up_is_there_after_a_restore(
    open_tmp: Path, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRIDBEAT_DATABASE_URL", raising=False)
    options = StackOptions(edition=edition, durable=False)
    archive = open_tmp / f"{edition}.backup"
    old, new = open_tmp / f"old-{edition}", open_tmp / f"new-{edition}"
    with running_stack(old, options) as addresses:
        migrate(addresses.database_owner_url)
        with psycopg.connect(addresses.database_owner_url) as connection:
            connection.execute(FILL)
            before = connection.execute(READ).fetchall()
        backup(archive, old)
        with pytest.raises(StackError, match="holds 1 workers already"):
            restore(archive, old)
    with running_stack(new, options) as addresses:
        migrate(addresses.database_owner_url)
        restore(archive, new)
        with psycopg.connect(addresses.database_owner_url) as connection:
            assert connection.execute(READ).fetchall() == before
            connection.execute(
                "INSERT INTO rejected_fixes (received_at, reason) VALUES (now(), 'x')"
            )
        with psycopg.connect(addresses.database_ingest_url) as connection:
            assert connection.execute("SELECT count(*) FROM positions").fetchone() == (1,)
    assert before == [("王小明", 118.5, "浦口区")]
    assert archive.stat().st_mode & 0o077 == 0


def test_file_that_is_no_backup_is_refused(open_tmp: Path) -> None:
    options = StackOptions(edition=Edition.PLAIN, durable=False)
    wrong = open_tmp / "wrong.backup"
    wrong.write_text("no archive")
    root = open_tmp / "refusing"
    with running_stack(root, options), pytest.raises(StackError, match="cannot be read"):
        restore(wrong, root)
