"""Committed fixes per CPU-second of broker, ingest and store together, as the kernel counts them.

Owns the reading of /proc. The work of the handsets and of this program is not counted; that of
receiving from the handsets is.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench_figures import Figure
from bench_rig import Rig, publish

SINGLE_MESSAGES: Final = 40_000
BACKLOG_MESSAGES: Final = 400
FIXES_EACH: Final = 500
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


def cpu(rig: Rig, rounds: int) -> Iterator[Figure]:
    """As fast as the handsets can send, with ingest running."""
    rig.forget_bare()
    for name, count, each in (
        ("one fix a message", SINGLE_MESSAGES, 1),
        ("500 fixes a message", BACKLOG_MESSAGES, FIXES_EACH),
    ):
        values, shares = [], []
        for _ in range(rounds):
            rig.empty()
            with rig.ingest() as ingest:
                ingest.await_subscribed()
                before = cpu_seconds()
                messages = publish(rig, count, each)
                ingest.await_committed(messages * each)
                spent = {part: now - before[part] for part, now in cpu_seconds().items()}
            values.append(messages * each / sum(spent.values()))
            shares.append({part: round(s, 2) for part, s in spent.items()})
        yield Figure(
            f"per CPU-second, {name}",
            "fixes",
            values,
            "≥ 26,000, never below 13,000",
            notes={"CPU-seconds of the last round": shares[-1]},
        )


def cpu_seconds() -> dict[str, float]:
    """CPU-seconds so far of each part that this process has started, with all its children."""
    spent = {"broker": 0.0, "ingest": 0.0, "store": 0.0, "cache": 0.0}
    for pid in _children_of(os.getpid()):
        part = _part_of(pid)
        if part in spent:
            spent[part] += sum(_spent_by(process) for process in _tree(pid))
    return spent


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _children_of(pid):
        yield from _tree(child)


def _children_of(pid: int) -> list[int]:
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _part_of(pid: int) -> str:
    line = Path(f"/proc/{pid}/cmdline").read_text()
    for word, part in (
        ("nats-server", "broker"),
        ("telemetry_ingest", "ingest"),
        ("valkey", "cache"),
        ("postgres", "store"),
    ):
        if word in line:
            return part
    return ""


def _spent_by(pid: int) -> float:
    """User and system time of a process, and of its children that have ended."""
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(value) for value in values[11:15]) / _TICKS_A_SECOND
