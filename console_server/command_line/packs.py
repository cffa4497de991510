"""`gridbeat packs`: which rule packs there are, what one says, its faults, what differs.

A pack is named by its code (`xingdian`, as shipped), by its file (`mine.toml`), or by code and
version (`xingdian@2026.11.4`, as it was in force in an installation).
"""

import asyncio
import json
from pathlib import Path

import click
import msgspec

from console_server.command_line.database import owner_url
from console_server.command_line.speaking import Failure
from console_server.database import connect
from console_server.packs.difference import Difference, differences
from console_server.packs.pack import RulePack, load_pack, shipped_packs
from console_server.packs.told import told
from console_server.packs.toml_file import PackError
from console_server.packs.versions import KeptVersion, kept_pack, kept_versions

MARKS = {"added": "+", "removed": "-", "changed": "~"}
SHOWN_MAX = 160


def find(name: str, data_dir: Path | None) -> RulePack:
    """The pack of this name.

    Raises:
        Failure: there is none, or it is faulty.
    """
    code, at, version = name.partition("@")
    try:
        if at:
            return asyncio.run(_kept(owner_url(data_dir), code, version))
        return load_pack(Path(name) if name.endswith(".toml") else name)
    except PackError as faulty:
        raise Failure(str(faulty)) from faulty


def list_packs(data_dir: Path | None, *, as_json: bool) -> None:
    """The packs that are shipped, and those that an installation was run with."""
    shipped = [(pack.code, pack.version, pack.name) for pack in map(load_pack, shipped_packs())]
    kept = asyncio.run(_versions(owner_url(data_dir))) if data_dir else []
    if as_json:
        rows = [{"code": code, "version": version, "name": name} for code, version, name in shipped]
        stored = [msgspec.to_builtins(each) for each in kept]
        click.echo(json.dumps({"shipped": rows, "kept": stored}, ensure_ascii=False, indent=1))
        return
    for code, version, name in shipped:
        click.echo(f"{code:<12} {version:<12} {name}")
    for each in kept:
        since = f"{each.loaded_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{each.code}@{each.version}  in force from {since}, {each.cases} cases")


def show(name: str, data_dir: Path | None, *, as_json: bool) -> None:
    """The pack as it is written, or as consoles are told it."""
    pack = find(name, data_dir)
    click.echo(msgspec.json.encode(told(pack)).decode() if as_json else pack.text.rstrip())


def check(path: Path) -> None:
    """Say everything that is wrong with a file, each with its line.

    Raises:
        Failure: there is something.
    """
    try:
        pack = load_pack(path)
    except PackError as faulty:
        for fault in faulty.faults:
            click.echo(fault)
        raise Failure(f"{path}: {len(faulty.faults)} faults") from faulty
    examples = sum(each.example for each in pack.classes)
    click.echo(
        f"{pack.code} {pack.version}: sound; {len(pack.classes)} classes ({examples} by example), "
        f"{len(pack.groups)} groups"
    )


def diff(before: str, after: str, data_dir: Path | None, *, as_json: bool) -> None:
    """What differs from the first pack to the second, key by key."""
    old, new = find(before, data_dir), find(after, data_dir)
    found = differences(old.text, new.text)
    if as_json:
        rows = [msgspec.to_builtins(each) for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    click.echo(f"{old.code} {old.version} → {new.code} {new.version}")
    for each in found:
        click.echo(in_words(each))
    if not found:
        click.echo("no difference")


def in_words(difference: Difference) -> str:
    """One line: a sign, the key, and the value or both values."""
    head = f"{MARKS[difference.kind]} {difference.path}"
    if difference.kind == "changed":
        return f"{head}: {_short(difference.before)} → {_short(difference.after)}"
    return (
        f"{head}: {_short(difference.after if difference.kind == 'added' else difference.before)}"
    )


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


async def _kept(database_url: str, code: str, version: str) -> RulePack:
    async with await connect(database_url) as connection:
        return await kept_pack(connection, code, version)


async def _versions(database_url: str) -> list[KeptVersion]:
    async with await connect(database_url) as connection:
        return await kept_versions(connection)
