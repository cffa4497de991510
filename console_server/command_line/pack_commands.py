"""`gridbeat packs …`: names and flags; what the commands do is in `packs.py`."""

from pathlib import Path

import click

from console_server.command_line.options import EXISTING, as_json_too, at_data_dir, said_plainly


@click.group()
def packs() -> None:
    """Rule packs: NAME is a shipped code, a file, or code@version of an installation."""


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
