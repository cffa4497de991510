"""Receive and commit in one ingest process, beside a bare loop that drains the same backlog.

Owns two figures: a message a fix, and offline backlogs of 500 fixes a message. Both begin with a
full broker; the clock runs from the first message in hand to the last fix committed.
"""

from collections.abc import Iterator
from typing import Final

from bench_figures import Figure
from bench_rig import BARE_SECRET, Rig, publish

SINGLE_MESSAGES: Final = 40_000
BACKLOG_MESSAGES: Final = 800
FIXES_EACH: Final = 500  # of a backlog message


def single(rig: Rig, rounds: int) -> Iterator[Figure]:
    """One fix a message."""
    values, limits = _measured(rig, rounds, SINGLE_MESSAGES, 1)
    yield Figure(
        "ingest, one fix a message", "fixes/s", values, "ratio ≥ 0.6", "bare paho drain", limits
    )


def backlog(rig: Rig, rounds: int) -> Iterator[Figure]:
    """500 fixes a message."""
    values, limits = _measured(rig, rounds, BACKLOG_MESSAGES, FIXES_EACH)
    yield Figure(
        "ingest, 500 fixes a message",
        "fixes/s",
        values,
        "≥ 100,000 fixes/s",
        "bare paho drain",
        limits,
    )


def _measured(rig: Rig, rounds: int, count: int, each: int) -> tuple[list[float], list[float]]:
    values, limits = [], []
    for _ in range(rounds):
        rig.empty()
        for secret in (rig.stack.mqtt_ingest_password, BARE_SECRET):
            rig.subscribe(secret)
        messages = publish(rig, count, each)
        limits.append(rig.drained_bare(messages) * each)
        with rig.ingest() as ingest:
            done_at = ingest.await_committed(messages * each)
        values.append(messages * each / (done_at - rig.first_received_at()))
    return values, limits
