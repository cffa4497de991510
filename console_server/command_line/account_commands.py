"""`gridbeat administrator`, `account`, `close-account`: names and flags; see `accounts.py`."""

from pathlib import Path

import click

from console_server.command_line.options import at_data_dir, said_plainly

ROLES = ("administrator", "dispatcher", "duty_leader", "supervisor", "department", "wall")


@click.command()
@click.option("--username", default="admin", show_default=True)
@at_data_dir
@said_plainly
def administrator(username: str, data_dir: Path | None) -> None:
    """Make the first administrator, unless there are accounts already."""
    from console_server.command_line import administrator, database

    made = administrator.first_administrator(database.owner_url(data_dir), username)
    click.echo(f"made {username}; password {made}" if made else "there are accounts already")


@click.command()
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
    """Make an account, or change its role, area and group and sign it out."""
    from console_server.command_line import accounts, database

    url = database.owner_url(data_dir)
    asks = set_password or not accounts.exists(url, username)
    password = accounts.asked_password() if asks else None
    made = accounts.set_account(url, username, role, name, area, group, password)
    click.echo(f"{'made' if made else 'changed'} {username}")
    if not made:
        accounts.sign_out(url, database.live_store_url(data_dir), username)


@click.command("close-account")
@click.argument("username")
@at_data_dir
@said_plainly
def close_account(username: str, data_dir: Path | None) -> None:
    """Let nobody sign in with an account, and sign it out; `account` opens it again."""
    from console_server.access import commands
    from console_server.command_line import accounts, database

    url = database.owner_url(data_dir)
    commands.close_account(url, username)
    click.echo(f"closed {username}")
    accounts.sign_out(url, database.live_store_url(data_dir), username)
