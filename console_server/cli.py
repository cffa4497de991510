"""The commands of `gridbeat`: their names and flags, and nothing else.

Each command calls one function of `command_line/`, imported when the command runs, so that
`gridbeat --help` stays quick and one role never loads another's parts.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from console_server.command_line.account_commands import account, administrator, close_account
from console_server.command_line.database import DEMO_FOLDER, UP_FOLDER
from console_server.command_line.options import EXISTING, FILE, FOLDER, at_data_dir, said_plainly
from console_server.command_line.pack_commands import packs
from console_server.command_line.transfer import EXPORTS, IMPORTS, Kind

DAY = click.DateTime(["%Y-%m-%d"])
PORT = click.IntRange(0, 65535)
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}

http_port = click.option("--http-port", type=PORT, help="0: any free one. Usually 8080.")
mqtt_port = click.option("--mqtt-port", type=PORT, help="0: any free one. Usually 1883.")


@click.group()
@click.version_option(package_name="gridbeat")
def main() -> None:
    """Real-time dispatch console with live worker tracking."""


for command in (administrator, account, close_account, packs):
    main.add_command(command)


@main.command()
@click.option("--data-dir", type=FOLDER, envvar="GRIDBEAT_DATA_DIR", default=UP_FOLDER)
@click.option("--http-port", type=PORT, default=8080, show_default=True, help="0: any free one.")
@click.option("--mqtt-port", type=PORT, default=1883, show_default=True, help="0: any free one.")
@click.option("--listen", default="127.0.0.1", show_default=True, help="0.0.0.0 lets phones in.")
@said_plainly
def up(data_dir: Path, http_port: int, mqtt_port: int, listen: str) -> None:
    """Start the stack, the server and ingest on this host."""
    from console_server.command_line import installation, up

    up.up(installation.Choices(data_dir, http_port, mqtt_port, listen))


@main.command()
@click.option("--data-dir", type=FOLDER, envvar="GRIDBEAT_DATA_DIR", default=DEMO_FOLDER)
@http_port
@mqtt_port
@click.option("--scenario", default="demo", show_default=True)
@click.option("--workers", type=click.IntRange(1, 10_000), default=295, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--fleet/--no-fleet", default=True)
@said_plainly
def demo(  # noqa: PLR0913, PLR0917  # a command's flags  # a command's flags
    data_dir: Path,
    http_port: int | None,
    mqtt_port: int | None,
    scenario: str,
    workers: int,
    seed: int,
    *,
    fleet: bool,
) -> None:
    """Start everything with a seeded district and a simulated fleet."""
    from console_server.command_line import demo, installation

    choices = installation.Choices(data_dir, http_port, mqtt_port)
    demo.demo(choices, demo.District(scenario, workers, seed), with_fleet=fleet)


@main.command()
@said_plainly
def serve() -> None:
    """Run the console server alone, by GRIDBEAT_* variables."""
    from console_server.command_line import roles

    roles.serve()


@main.command()
@said_plainly
def ingest() -> None:
    """Run telemetry ingest alone, by GRIDBEAT_* variables."""
    from console_server.command_line import roles

    roles.become("telemetry_ingest")


@main.command()
@at_data_dir
@said_plainly
def migrate(data_dir: Path | None) -> None:
    """Bring the database to the schema of this release."""
    from console_server.command_line import database, roles

    applied = roles.migrate(database.owner_url(data_dir))
    click.echo(f"applied: {', '.join(applied)}" if applied else "nothing to apply")


@main.command()
@at_data_dir
@click.option("--dry-run", is_flag=True, help="Count what would go; remove nothing.")
@said_plainly
def retention(data_dir: Path | None, *, dry_run: bool) -> None:
    """Remove what is older than it may be kept, and say what went."""
    from console_server.command_line import database, retention

    click.echo(retention.retention(database.owner_url(data_dir), only_count=dry_run))


@main.command("prepare-database")
@said_plainly
def prepare_database() -> None:
    """Make roles and database on a PostgreSQL that runs elsewhere, by its superuser."""
    from console_server.command_line import roles

    roles.prepare_database()


@main.command("broker-accounts")
@click.option("--server", default="server", show_default=True, help="Its GRIDBEAT_MQTT_USERNAME.")
@click.option("--ingest", default="ingest", show_default=True, help="Idem, of telemetry ingest.")
@said_plainly
def broker_accounts(server: str, ingest: str) -> None:
    """Print what a broker of your own must allow, as an access list of mosquitto."""
    from console_server.command_line.broker_accounts import access_list

    click.echo(access_list(server, ingest))


@main.command("broker-config")
@click.argument("folder", type=FOLDER)
@click.option("--store", default="/data", show_default=True, help="JetStream's folder, there.")
@said_plainly
def broker_config(folder: Path, store: str) -> None:
    """Write the configuration for a NATS server that runs elsewhere."""
    from console_server.command_line import roles

    roles.broker_config(folder, store)


@main.command("import")
@click.argument("kind", type=click.Choice(IMPORTS))
@click.argument("file", type=EXISTING)
@at_data_dir
@said_plainly
def import_(kind: Kind, file: Path, data_dir: Path | None) -> None:
    """Take records in from a file; a faulty file changes nothing."""
    from console_server.command_line import transfer

    transfer.import_file(kind, file, data_dir)


@main.command()
@click.argument("kind", type=click.Choice(EXPORTS))
@click.argument("file", type=FILE)
@at_data_dir
@said_plainly
def export(kind: str, file: Path, data_dir: Path | None) -> None:
    """Write records to a file."""
    from console_server.command_line import transfer

    transfer.export_file(kind, file, data_dir)


@main.command()
@click.argument("archive", type=FILE)
@at_data_dir
@said_plainly
def backup(archive: Path, data_dir: Path | None) -> None:
    """Write everything that cannot be rebuilt into one archive."""
    from console_server.command_line import backup

    backup.backup(archive, data_dir)


@main.command()
@click.argument("archive", type=EXISTING)
@at_data_dir
@said_plainly
def restore(archive: Path, data_dir: Path | None) -> None:
    """Put an archive into a new, running installation."""
    from console_server.command_line import backup

    backup.restore(archive, data_dir)
    click.echo("restored; start the server again, so that it lets the handsets in")


@main.group()
def cases() -> None:
    """Case files, and who may report from outside."""


@cases.command("verify")
@at_data_dir
@said_plainly
def verify_cases(data_dir: Path | None) -> None:
    """Check the hash chain of every case file; exit code 1 when one was changed."""
    from console_server.command_line import cases, database

    cases.verify_files(database.owner_url(data_dir))


@cases.command("hotline-key")
@at_data_dir
@said_plainly
def hotline_key(data_dir: Path | None) -> None:
    """Make a key for the hotline 12345 and show it, once; the one before is refused from now on."""
    from console_server.command_line import cases, database

    click.echo(cases.hotline_key(database.owner_url(data_dir)))


@main.group()
def attendance() -> None:
    """Verdicts of attendance."""


@attendance.command()
@click.option("--from", "first", type=DAY, help="2026-11-01; usually all that are on record.")
@click.option("--to", "last", type=DAY)
@at_data_dir
@said_plainly
def verify(first: datetime | None, last: datetime | None, data_dir: Path | None) -> None:
    """Recompute stored verdicts and compare them to the byte; exit code 1 when one differs."""
    from console_server.command_line import attendance, database

    days = [each.date() if each else None for each in (first, last)]
    attendance.verify_verdicts(database.owner_url(data_dir), *days)


@main.command(context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@said_plainly
def simulate(arguments: tuple[str, ...]) -> None:
    """Run a simulated fleet against any installation."""
    from console_server.command_line import roles

    roles.become("simulators", "fleet", *arguments)


@main.command(context_settings=PASSED_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@said_plainly
def load(arguments: tuple[str, ...]) -> None:
    """Measure any installation with a large fleet."""
    from console_server.command_line import roles

    roles.become("simulators", "load", *arguments)


@main.command()
@at_data_dir
@click.option("--json", "as_json", is_flag=True, help="With credentials: treat it as a secret.")
@said_plainly
def doctor(data_dir: Path | None, *, as_json: bool) -> None:
    """Say what is configured and reachable; exit code 1 when something is wrong."""
    from console_server import doctor

    found = doctor.examine(data_dir)
    click.echo(json.dumps(found, indent=1) if as_json else doctor.in_words(found))
    sys.exit(1 if found["problems"] else 0)
