"""`gridbeat demo`: an installation with a seeded district and a simulated fleet.

Owns the order: stack, schema, district by the same imports a customer uses, accounts, server
and ingest, fleet. Only here, only on loopback, are there accounts with a known password.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import psycopg

from console_server.command_line.installation import Choices, Installation
from console_server.command_line.speaking import say, step
from console_server.command_line.transfer import Kind
from console_server.embedded.errors import StackError
from console_server.embedded.process import base_environment, log_tail
from console_server.embedded.supervise import run_until_stopped, stopping_on_signals

ACCOUNTS = ("admin", "dispatcher", "leader", "supervisor", "department", "wall")
KNOWN_PASSWORD = "gridbeat-demo"  # noqa: S105  # known on purpose, on loopback only
SEED_LIMIT_S = 300
# Kind of import → its file, in the order in which they refer to each other.
DISTRICT_FILES: dict[Kind, str] = {
    "areas": "areas.geojson",
    "workers": "workers.xlsx",
    "shifts": "shifts.csv",
    "checkpoints": "checkpoints.csv",
    "basemap": "basemap.geojson",
    "streets": "streets.geojson",
    "incidents": "incidents.csv",
}


@dataclass(frozen=True, slots=True)
class District:
    """What the simulators make. It is fixed at the first start of a data directory."""

    scenario: str
    workers: int
    seed: int


def demo(choices: Choices, district: District, *, with_fleet: bool) -> None:
    """Start everything and keep it running until SIGINT or SIGTERM.

    Raises:
        StackError: a part cannot start.
    """
    installation = Installation(choices)
    password = os.environ.get("GRIDBEAT_DEMO_PASSWORD") or KNOWN_PASSWORD
    with stopping_on_signals(installation.stack.stop):
        addresses = installation.start_stack()
        district = _settle(installation, addresses.database_owner_url, district)
        _ensure_accounts(addresses.database_owner_url, password)
        installation.start_roles(addresses, {"GRIDBEAT_DEMO": "1"})
        click.echo(f"ready: {installation.url}")
        click.echo(f"log in as {', '.join(ACCOUNTS)}; password {password}")
        if with_fleet:
            _start_fleet(installation, district, password)
        run_until_stopped(installation.supervisor)


def _settle(installation: Installation, database_url: str, asked: District) -> District:
    """Seed the district at the first start; later see that most are on shift. What it is."""
    marker = installation.directory.demo_marker
    recorded = json.loads(marker.read_text()) if marker.exists() else {}
    if not recorded:
        _refuse_real_data(database_url)
        _seed(installation, database_url, asked)
        recorded = {"workers": asked.workers, "seed": asked.seed}
        marker.write_text(json.dumps(recorded))
    elif recorded != {"workers": asked.workers, "seed": asked.seed}:
        say(
            f"This data directory has {recorded['workers']} workers of seed {recorded['seed']}; "
            "for others give another --data-dir"
        )
    if not _most_are_on_shift(database_url):
        _plan_today(installation, database_url)
    return District(asked.scenario, recorded["workers"], recorded["seed"])


def _refuse_real_data(database_url: str) -> None:
    """Keep accounts that everybody knows out of an installation with real ones."""
    with psycopg.connect(database_url) as connection:
        real = connection.execute("SELECT 1 FROM accounts WHERE NOT demo LIMIT 1").fetchone()
    if real is not None:
        raise StackError(
            "This database belongs to a real installation; a demonstration would add accounts "
            "whose password everybody knows. Give another --data-dir, without "
            "GRIDBEAT_DATABASE_URL."
        )


def _seed(installation: Installation, database_url: str, district: District) -> None:
    from console_server.imports.commands import import_file
    from console_server.packs.pack import load_pack
    from console_server.packs.told import told

    folder = installation.directory.district
    pack = load_pack(os.environ.get("GRIDBEAT_PACK") or "xingdian")
    told_pack = folder / "pack.json"
    folder.mkdir(parents=True, exist_ok=True)
    told_pack.write_bytes(msgspec.json.encode(told(pack)))
    with step(f"Building a district with {district.workers} workers"):
        _simulators(
            installation,
            *("seed", "--out", str(folder), "--workers", str(district.workers)),
            *("--seed", str(district.seed), "--now", _now(), "--pack", str(told_pack)),
        )
    for kind, name in DISTRICT_FILES.items():
        with step(f"Importing {kind}"):
            import_file(database_url, kind, folder / name, pack)


def _plan_today(installation: Installation, database_url: str) -> None:
    from console_server.imports.commands import import_file

    folder = installation.directory.district
    roster = folder / "shifts.csv"
    with step("Planning today's shifts"):
        _simulators(
            installation,
            *("roster", "--out", str(roster), "--district", str(folder), "--now", _now()),
        )
        import_file(database_url, "shifts", roster)


def _most_are_on_shift(database_url: str) -> bool:
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT 2 * count(s) >= count(DISTINCT w.worker_id) FROM workers w"
            " LEFT JOIN shifts s ON s.worker_id = w.worker_id"
            " AND s.starts_at <= now() AND s.ends_at > now() WHERE w.retired_at IS NULL"
        )
        return bool((found.fetchone() or (False,))[0])


def _ensure_accounts(database_url: str, password: str) -> None:
    from console_server.access.commands import ensure_demo_accounts

    ensure_demo_accounts(database_url, password)


def _start_fleet(installation: Installation, district: District, password: str) -> None:
    installation.start_role(
        "fleet",
        [
            *("simulators", "fleet", "--http-url", installation.url),
            *("--scenario", district.scenario, "--workers", str(district.workers)),
            *("--seed", str(district.seed), "--district", str(installation.directory.district)),
        ],
        {"GRIDBEAT_SIMULATOR_USERNAME": "admin", "GRIDBEAT_SIMULATOR_PASSWORD": password},
    )
    say(f"A fleet of {district.workers} handsets is on its way")


def _simulators(installation: Installation, *arguments: str) -> None:
    """Run one of the simulators' short commands to its end.

    Raises:
        StackError: it failed, with the end of what it said.
    """
    log_path = installation.directory.logs / "seed.log"
    with log_path.open("ab") as log:
        done = subprocess.run(  # noqa: S603  # our own module
            [sys.executable, "-m", "simulators", *arguments],
            env=base_environment(),
            cwd=Path.cwd(),
            stdout=log,
            stderr=log,
            timeout=SEED_LIMIT_S,
            check=False,
        )
    if done.returncode != 0:
        raise StackError(f"The simulators' {arguments[0]} failed:\n{log_tail(log_path)}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
