"""Owns the figures of a fault run: as JSON for machines, as a table for people."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg

from simulators.faults.book import Book
from simulators.faults.installation import Installation
from simulators.faults.settling import Settled
from simulators.machine import describe_machine

ABSENT: Final = "–"


def common_figures(installation: Installation, book: Book, settled: Settled) -> dict[str, Any]:
    """What every run tells: the ledger, the comparison, versions and machine."""
    found = settled.reckoning
    return {
        "ok": found.is_clean and settled.held_by_broker == 0,
        "fixes_sent": len(book.fixes),
        "acknowledged": book.acknowledged,
        "fixes_owed": len(book.owed()),
        "rejects_owed": len(book.owed_rejects()),
        "calls_acknowledged": len(book.acked_calls),
        "duplicate_fixes_sent": book.duplicate_fixes,
        "messages_beside_live": dict(book.messages),
        **{name: value for name, value in asdict(found).items() if name != "rejects"},
        "rejects_by_reason": dict(found.rejects),
        "settled_after_s": settled.after_s,
        "held_by_broker": settled.held_by_broker,
        "versions": versions(installation),
        "machine": describe_machine(),
    }


def versions(installation: Installation) -> dict[str, str]:
    """Of the store and its extension, as they say themselves."""
    with psycopg.connect(installation.running.database_owner_url, connect_timeout=5) as connection:
        rows = connection.execute(
            "SELECT 'postgresql', current_setting('server_version')"
            " UNION ALL SELECT extname, extversion FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchall()
    return {str(name): str(version) for name, version in rows}


def write_report(path: Path, figures: Mapping[str, Any]) -> bool:
    """Write the JSON, print the table; whether all is well."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        sys.stdout.write(f"{name.ljust(width)}  {_shown(value)}\n")
    return bool(figures["ok"])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(each)}" for key, each in value.items()) or ABSENT
    if isinstance(value, list):
        return "; ".join(str(each) for each in value) or ABSENT
    return str(value)
