"""`gridbeat backup` and `gridbeat restore`: one archive with everything that cannot be rebuilt.

Owns the archive: the database in PostgreSQL's custom format. Handsets' credentials are in it, and
the broker gets them from there when the server starts; live state is rebuilt. Passwords of the
parts are the installation's own and are not in it.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import psycopg

from console_server.command_line.database import owner_url, running_directory
from console_server.command_line.speaking import step
from console_server.embedded.errors import StackError
from console_server.embedded.postgres import timescale_is_loaded
from console_server.embedded.postgres_programs import Edition, choose_programs

DUMP = "database.dump"


def backup(archive: Path, data_dir: Path | None) -> None:
    """Write the archive; the installation keeps running.

    Raises:
        StackError: the database cannot be dumped.
    """
    url = _superuser_url(data_dir)
    with tempfile.TemporaryDirectory() as scratch, step(f"Writing {archive}"):
        dump = Path(scratch) / DUMP
        _postgres_program("pg_dump", url, "--format=custom", f"--file={dump}")
        fresh = archive.with_name(f".{archive.name}.writing")
        with tarfile.open(fresh, "w") as tar:
            tar.add(dump, DUMP)
        fresh.chmod(0o600)  # where people were, and hashes of their credentials
        fresh.replace(archive)


def restore(archive: Path, data_dir: Path | None) -> None:
    """Put the archive into an installation whose database is empty.

    Raises:
        StackError: the archive is none of ours, or the database is not empty.
    """
    owner, superuser = owner_url(data_dir), _superuser_url(data_dir)
    _refuse_full_database(owner)
    with tempfile.TemporaryDirectory() as scratch, step(f"Restoring {archive}"):
        dump = _unpack(archive, Path(scratch))
        _load(dump, owner, superuser)


def _unpack(archive: Path, folder: Path) -> Path:
    """The dump in the archive, and nothing else that may be in it."""
    try:
        with tarfile.open(archive) as tar:
            packed = tar.extractfile(DUMP)
            if packed is None:
                raise StackError(f"{archive} is no backup of Gridbeat: {DUMP} is no file in it")
            with (folder / DUMP).open("wb") as dump:
                shutil.copyfileobj(packed, dump)
    except KeyError as error:
        raise StackError(f"{archive} is no backup of Gridbeat: it has no {DUMP}") from error
    except (tarfile.TarError, OSError) as error:
        raise StackError(f"{archive} cannot be read as a backup: {error}") from error
    return folder / DUMP


def _load(dump: Path, owner: str, superuser: str) -> None:
    """Load the dump, then bring it to this release; TimescaleDB wants telling before and after.

    A dump of a database with TimescaleDB needs one with it again.
    """
    from console_server.schema.migrate import migrate

    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("DROP EXTENSION IF EXISTS timescaledb CASCADE")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        timescale = timescale_is_loaded(connection)
    if timescale:  # in a session that has not loaded the extension yet
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
            connection.execute("SELECT timescaledb_pre_restore()")
    # Where one role does everything, the roles that the backup names are not there.
    one_role = ("--no-owner", "--no-privileges") if owner == superuser else ()
    _postgres_program("pg_restore", superuser, *one_role, str(dump))
    if timescale:
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("SELECT timescaledb_post_restore()")
    migrate(owner)


def _refuse_full_database(url: str) -> None:
    with psycopg.connect(url) as connection:
        exists = connection.execute("SELECT to_regclass('accounts')").fetchone()
        if exists and exists[0]:
            held = connection.execute("SELECT count(*) FROM workers").fetchone()
            if held and held[0]:
                raise StackError(
                    f"The database holds {held[0]} workers already. Restore into a new data "
                    "directory, so that nothing is overwritten."
                )


def _postgres_program(name: str, url: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore of the release that the server has; the password by environment.

    Raises:
        StackError: it failed, with its own words.
    """
    parts = psycopg.conninfo.conninfo_to_dict(url)
    password = str(parts.pop("password", ""))
    conninfo = psycopg.conninfo.make_conninfo(**parts)  # type: ignore[arg-type]
    done = subprocess.run(  # noqa: S603  # fixed program, no shell  # fixed program, no shell
        [str(_program_folder(url) / name), f"--dbname={conninfo}", *arguments],
        env={"PGPASSWORD": password, "LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{name} failed:\n{done.stderr.strip()}")


def _program_folder(url: str) -> Path:
    with psycopg.connect(url) as connection:
        timescale = connection.execute(
            "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchone()
    edition = Edition.TIMESCALE if timescale else Edition.PLAIN
    return choose_programs(edition, None, None, lambda _line: None).folder


def _superuser_url(data_dir: Path | None) -> str:
    configured = os.environ.get("GRIDBEAT_DATABASE_URL")
    if configured and data_dir is None:
        return configured
    found = running_directory(data_dir)
    if found is None:
        return owner_url(data_dir)  # says what to do
    return found[1].database_superuser_url
