"""Writing: all rows of one batch, in the caller's transaction.

Owns the order of writing: duty first, because it decides what may stay stored.
"""

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from telemetry_ingest import dead_letters, handset_store, store
from telemetry_ingest.decoding import Decoded
from telemetry_ingest.memory import Memory
from telemetry_ingest.message import Reject
from telemetry_ingest.pipeline import Judgement
from telemetry_ingest.planning import DutyChange
from telemetry_ingest.presence import Health, Sighting

Days = set[tuple[int, date]]


@dataclass(slots=True)
class Batch:
    """What becomes of one batch; the last three are known when it is written."""

    decoded: Decoded
    judged: Judgement
    duty: DutyChange
    health: dict[int, Health]
    rejects: list[Reject]
    stored: int = 0
    removed: int = 0
    newest: dict[int, Sighting | None] = field(default_factory=dict)  # where some were removed


def write_batch(connection: Connection, batch: Batch, memory: Memory, zone: ZoneInfo) -> None:
    """Write everything that follows from a batch.

    Raises:
        psycopg.Error: nothing must stay written.
    """
    positions = batch.judged.positions
    days, cleared = _write_duty(connection, batch, memory, zone)
    batch.stored = store.write_positions(connection, positions)
    if batch.stored:
        days |= store.days_of(positions.worker, positions.fixes.at_us, zone)
    store.mark_days(connection, days)
    dead_letters.write(connection, batch.rejects)
    store.write_loopback(connection, batch.decoded.loopback_at)
    handset_store.write_health(connection, batch.health)
    if cleared:
        found = handset_store.read_newest(connection, sorted(cleared))
        batch.newest = {worker: found.get(worker) for worker in cleared}


def _write_duty(
    connection: Connection, batch: Batch, memory: Memory, zone: ZoneInfo
) -> tuple[Days, set[int]]:
    """Store duty, delete what must not stay; touched days, workers whose newest fix may go."""
    days: Days = set()
    cleared = set()
    for handset in batch.duty.changed():
        worker = int(memory.reference.worker_of[handset])
        before, after = batch.duty.before[handset], batch.duty.after[handset]
        handset_store.write_duty(connection, worker, handset, before, after)
        newest_us = memory.last.at_us[worker]  # nothing is stored of later than this
        gaps = tuple(gap for gap in batch.duty.gaps(handset) if gap.started_us <= newest_us)
        removed = handset_store.remove_positions(connection, worker, handset, gaps)
        if len(removed):
            batch.removed += len(removed)
            days |= store.days_of(np.full(len(removed), worker), removed, zone)
            cleared.add(worker)
    return days, cleared
