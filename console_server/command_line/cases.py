"""`gridbeat cases`: case files checked against their hash chain, and the hotline's key."""

import asyncio

import click

from console_server.command_line.speaking import Failure
from console_server.database import connect
from console_server.incidents.intake_keys import make_key
from console_server.incidents.verify import Checked, verify_files_of

SHOWN_MAX = 20


def verify_files(database_url: str) -> None:
    """Check every case file.

    Raises:
        Failure: one is not what was written.
    """
    found = asyncio.run(_verify(database_url))
    unchained = sum(each.unchained for each in found)
    click.echo(f"{len(found)} case files, {sum(each.events for each in found)} events checked")
    retold = sum(each.retold for each in found)
    click.echo(f"{retold} cases put together from their events alone and compared")
    if unchained:
        click.echo(f"{unchained} events are from before there was a chain and prove nothing")
    broken = [each for each in found if each.faults]
    for each in broken[:SHOWN_MAX]:
        click.echo(f"{each.code}: {'; '.join(each.faults)}")
    if broken:
        raise Failure(f"{len(broken)} case files are not what was written")


def hotline_key(database_url: str) -> str:
    """A new key for the hotline."""
    return asyncio.run(_new_key(database_url, "hotline"))


async def _verify(database_url: str) -> list[Checked]:
    async with await connect(database_url) as connection:
        return [each async for each in verify_files_of(connection)]


async def _new_key(database_url: str, name: str) -> str:
    async with await connect(database_url) as connection:
        return await make_key(connection, name)
