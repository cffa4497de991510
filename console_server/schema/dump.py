"""The whole schema as one readable text, from a database that was migrated from nothing.

Owns the normal form in which `schema.sql` is kept and compared: bare PostgreSQL of the package
that the lock names, without owners, rights or settings of the session.
"""

import os
import re
import subprocess

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from console_server.embedded.postgres_programs import Edition, choose_programs
from console_server.schema.migrate import FOLDER

SCHEMA_FILE = FOLDER / "schema.sql"
HEADING = (
    "-- Generated from the migrations by `python -m console_server.schema`. Read, do not edit.\n"
)
_NOISE = re.compile(
    r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)$", re.MULTILINE
)
_BLANK_LINES = re.compile(r"\n{3,}")


def dump_schema(database_url: str) -> str:
    """The schema of a database in normal form.

    Raises:
        subprocess.CalledProcessError: pg_dump cannot read it.
    """
    parts = conninfo_to_dict(database_url)
    password = str(parts.pop("password", ""))
    folder = choose_programs(Edition.PLAIN, None, None, lambda _line: None).folder
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [
            str(folder / "pg_dump"),
            f"--dbname={make_conninfo(**parts)}",  # type: ignore[arg-type]  # from our own parsing
            *("--schema-only", "--no-owner", "--no-privileges", "--no-comments"),
        ],
        env={"PGPASSWORD": password, "LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        check=True,
    )
    return HEADING + normal_form(done.stdout)


def normal_form(text: str) -> str:
    """Statements alone, one blank line between them."""
    return "\n" + _BLANK_LINES.sub("\n\n", _NOISE.sub("", text)).strip() + "\n"
