"""Who may import whom, beyond what import-linter's contracts in pyproject.toml can say."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("console_server", "telemetry_ingest", "simulators")
# Not domains: wiring, and imports from and exports to files, which go across domains.
ACROSS_DOMAINS = frozenset({"imports", "command_line", "embedded", "schema", "wire", "live"})
OUTSIDE_WORLD = ("litestar", "psycopg", "redis", "paho", "nats", "httpx", "socket", "os", "asyncio")


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports when it is loaded (not inside functions)."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def domains() -> list[str]:
    folders = (ROOT / "console_server").iterdir()
    return sorted(
        folder.name
        for folder in folders
        if (folder / "__init__.py").exists() and folder.name not in ACROSS_DOMAINS
    )


def test_contracts_of_import_linter_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("domain", domains())
def test_store_of_a_domain_is_used_from_its_own_folder_only(domain: str) -> None:
    store = f"console_server.{domain}.store"
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for other in domains()
        if other != domain
        for path in (ROOT / "console_server" / other).rglob("*.py")
        for name in imported(path)
        if name.startswith(store)
    ]
    assert strangers == []


@pytest.mark.parametrize(
    "rules",
    [
        "console_server/incidents/incident.py",
        "console_server/dispatches/dispatch.py",
        "console_server/areas/tree.py",
        "telemetry_ingest/screening.py",
        "telemetry_ingest/geofencing.py",
        "telemetry_ingest/coordinates.py",
        "telemetry_ingest/pipeline.py",
    ],
)
def test_rules_touch_nothing_outside(rules: str) -> None:
    reached = [name for name in imported(ROOT / rules) if name.split(".")[0] in OUTSIDE_WORLD]
    assert reached == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_is_past_400_lines_and_each_says_what_it_owns(package: str) -> None:
    long = [str(p) for p in sources(package) if len(p.read_text().splitlines()) > 400]
    silent = [
        str(p)
        for p in sources(package)
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert (long, silent) == ([], [])


@pytest.mark.parametrize("package", PACKAGES)
def test_folders_are_at_most_two_deep(package: str) -> None:
    deep = [str(p) for p in sources(package) if len(p.relative_to(ROOT / package).parts) > 3]
    assert deep == []


def test_no_file_names_a_registry_or_a_mirror() -> None:
    """What is fetched comes from wherever this machine fetches."""
    hosts = ("deb." + "debian.org", "pypi." + "org", "registry." + "npmjs.org")
    tracked = subprocess.run(
        ["git", "ls-files"],  # noqa: S607  # whichever git this host has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    named = [
        name
        for name in tracked
        if (ROOT / name).is_file() and (ROOT / name).stat().st_size < 4_000_000
        for host in hosts
        if host.encode() in (ROOT / name).read_bytes()
    ]
    assert named == []
