"""`gridbeat import` and `gridbeat export`: files in and out of an installation."""

from pathlib import Path
from typing import Literal, get_args

import click
from rich.console import Console
from rich.table import Table

from console_server.command_line.database import live_store_url, owner_url
from console_server.command_line.speaking import Failure, step
from console_server.errors import Invalid

Kind = Literal["areas", "workers", "shifts", "checkpoints", "basemap", "streets", "incidents"]
IMPORTS = get_args(Kind)
EXPORTS = ("areas", "workers", "shifts", "attendance")


def import_file(kind: Kind, path: Path, data_dir: Path | None) -> None:
    """Take a file in, or say everything that is wrong with it and change nothing.

    Raises:
        Failure: the file was refused.
    """
    from console_server.imports.commands import import_file as take_in

    database_url, valkey_url = owner_url(data_dir), live_store_url(data_dir)
    try:
        with step(f"Importing {kind} from {path}"):
            report = take_in(database_url, kind, path, valkey_url=valkey_url)
    except Invalid as refused:
        _show_errors(refused)
        raise Failure(f"{path} was refused; nothing was changed") from refused
    click.echo(
        f"{kind}: {report.created} created, {report.updated} updated, {report.unchanged} unchanged"
    )


def export_file(kind: str, path: Path, data_dir: Path | None) -> None:
    """Write an installation's records of one kind to a file that `import` reads."""
    from console_server.imports.exports import export_file as write

    with step(f"Exporting {kind} to {path}"):
        rows = write(owner_url(data_dir), kind, path)
    click.echo(f"{path}: {rows} {kind}")


def _show_errors(refused: Invalid) -> None:
    table = Table(show_header=True, header_style="bold", title=refused.detail)
    table.add_column("what is wrong", overflow="fold")
    for line in refused.errors:
        table.add_row(line)
    Console(stderr=True).print(table)
