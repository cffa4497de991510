"""The commands of `gridbeat`: their names and flags, and nothing else.

Each command calls one function of `command_line/`, imported when the command runs, so that
`gridbeat --help` stays quick and one role never loads another's parts.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
import psycopg

from console_server.command_line.database import DEMO_FOLDER, UP_FOLDER
from console_server.command_line.speaking import Failure, set_up_logging
from console_server.command_line.transfer import EXPORTS, IMPORTS, Kind
from console_server.embedded.errors import StackError
from console_server.errors import GridbeatError
from console_server.settings import SettingsError

ROLES = ("administrator", "dispatcher", "duty_leader", "supervisor", "department", "wall")
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)
DAY = click.DateTime(["%Y-%m-%d"])
PORT = click.IntRange(0, 65535)
PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}

at_data_dir = click.option(
    "--data-dir", type=FOLDER, envvar="GRIDBEAT_DATA_DIR", help="Of the running installation."
)
http_port = click.option("--http-port", type=PORT, help="0: any free one. Usually 8080.")
mqtt_port = click.option("--mqtt-port", type=PORT, help="0: any free one. Usually 1883.")


P = ParamSpec("P")


def said_plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Show expected failures as a message, without a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        set_up_logging()
        try:
            command(*args, **kwargs)
        except (StackError, SettingsError, GridbeatError) as error:
            raise Failure(str(error)) from error
        except psycopg.OperationalError as error:
            raise Failure(f"The database does not answer: {error}") from error
        except OSError as error:
            raise Failure(
                f"{error.filename or 'A file'} cannot be used: {error.strerror}"
            ) from error

    return run


@click.group()
@click.version_option(package_name="gridbeat")
def main() -> None:
    """Real-time dispatch console with live worker tracking."""


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


@main.command()
@click.option("--username", default="admin", show_default=True)
@at_data_dir
@said_plainly
def administrator(username: str, data_dir: Path | None) -> None:
    """Make the first administrator, unless there are accounts already."""
    from console_server.command_line import administrator, database

    made = administrator.first_administrator(database.owner_url(data_dir), username)
    click.echo(f"made {username}; password {made}" if made else "there are accounts already")


@main.command()
@click.argument("username")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--name", default="", help="As case files name them; else the username.")
@click.option("--area", help="Code of the area that the account looks after; none: everything.")
@click.option("--group", help="Of a department: code of the functional group it speaks for.")
@click.option("--set-password", is_flag=True, help="Ask for a new password; always for a new one.")
@at_data_dir
@said_plainly
def account(  # noqa: PLR0913, PLR0917 - its options
    username: str,
    role: str,
    name: str,
    area: str | None,
    group: str | None,
    data_dir: Path | None,
    *,
    set_password: bool,
) -> None:
    """Make an account, or change its role, area and group."""
    from console_server.command_line import accounts, database

    url = database.owner_url(data_dir)
    asks = set_password or not accounts.exists(url, username)
    password = accounts.asked_password() if asks else None
    made = accounts.set_account(url, username, role, name, area, group, password)
    click.echo(f"{'made' if made else 'changed'} {username}")


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
def packs() -> None:
    """Rule packs: NAME is a shipped code, a file, or code@version of an installation."""


as_json_too = click.option("--json", "as_json", is_flag=True)


@packs.command("list")
@at_data_dir
@as_json_too
@said_plainly
def list_packs(data_dir: Path | None, *, as_json: bool) -> None:
    """The shipped packs; with --data-dir also those that this installation was run with."""
    from console_server.command_line import packs

    packs.list_packs(data_dir, as_json=as_json)


@packs.command("show")
@click.argument("name")
@at_data_dir
@as_json_too
@said_plainly
def show_pack(name: str, data_dir: Path | None, *, as_json: bool) -> None:
    """Print a pack as it is written; --json: as consoles are told it."""
    from console_server.command_line import packs

    packs.show(name, data_dir, as_json=as_json)


@packs.command("check")
@click.argument("file", type=EXISTING)
@said_plainly
def check_pack(file: Path) -> None:
    """Name everything that is wrong with a file, by line; exit code 1 when something is."""
    from console_server.command_line import packs

    packs.check(file)


@packs.command("diff")
@click.argument("before")
@click.argument("after")
@at_data_dir
@as_json_too
@said_plainly
def diff_packs(before: str, after: str, data_dir: Path | None, *, as_json: bool) -> None:
    """What differs from one pack to the other, key by key."""
    from console_server.command_line import packs

    packs.diff(before, after, data_dir, as_json=as_json)


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
