"""Planning: what a decoded batch will change besides positions.

Owns how statuses become duty events and health, which messages must wait for a status that may
still be on its way, and what is kept of refused fixes. Reads duty periods, writes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from psycopg import Connection

from telemetry_ingest import handset_store
from telemetry_ingest.decoding import Decoded
from telemetry_ingest.duty import DutyEvent, Periods, newly_off, with_events
from telemetry_ingest.fix import Fixes, Reason, instant_us
from telemetry_ingest.memory import Memory
from telemetry_ingest.message import Reject, Status
from telemetry_ingest.pipeline import Judgement
from telemetry_ingest.presence import Health, health_after
from telemetry_ingest.screening import AHEAD_MAX_US

# Of these only the fact is kept: nobody was entitled to record the place.
WITHOUT_PLACE: Final = (Reason.OFF_DUTY, Reason.REVOKED)


@dataclass(frozen=True, slots=True)
class DutyChange:
    """Rows of duty periods of some handsets, before and after a batch."""

    before: dict[int, Periods]
    after: dict[int, Periods]
    rejects: list[Reject]

    def changed(self) -> list[int]:
        """Handsets whose rows differ."""
        return [handset for handset, rows in self.after.items() if rows != self.before[handset]]

    def gaps(self, handset: int) -> Periods:
        """Where this handset was on duty and, as is known now, was not."""
        return newly_off(self.before[handset], self.after[handset])


def plan_duty(
    connection: Connection, memory: Memory, decoded: Decoded, fixes: Fixes, now_us: int
) -> DutyChange:
    """What the batch's statuses make of duty; with it, duty older than the book where needed."""
    events, rejects = _duty_events(memory, decoded.statuses, now_us)
    by_id = memory.reference.by_id
    old = np.unique(fixes.handset[fixes.at_us < memory.book.since_us]).tolist()
    concerned = set(events) | {handset for handset in old if by_id[handset].says_duty}
    if not concerned:
        return DutyChange({}, {}, rejects)
    earliest = [event.at_us for said in events.values() for event in said]
    earliest.append(int(fixes.at_us.min(initial=now_us)))
    since_us = min(memory.book.since_us, *earliest)
    workers = {handset: by_id[handset].worker_id for handset in concerned}
    before = handset_store.read_duty_of(connection, workers, since_us)
    after = {h: with_events(rows, events[h]) if h in events else rows for h, rows in before.items()}
    return DutyChange(before, after, rejects)


def _duty_events(
    memory: Memory, statuses: list[Status], now_us: int
) -> tuple[dict[int, list[DutyEvent]], list[Reject]]:
    events: dict[int, list[DutyEvent]] = defaultdict(list)
    rejects = []
    for status in statuses:
        if status.said.duty is None or not memory.reference.by_id[status.handset].native:
            continue
        at_us = _said_at(status)
        reason = _refusal(memory, status.handset, at_us, now_us)
        if reason is None:
            events[status.handset].append(DutyEvent(at_us, status.said.duty))
        else:
            rejects.append(Reject(reason, status.received_us, status.handset, at_us=at_us))
    return events, rejects


def _said_at(status: Status) -> int:
    """When the handset says it was; a clock that runs far ahead is not believed."""
    said_us = status.received_us if status.said.at is None else instant_us(status.said.at)
    return status.received_us if said_us > status.received_us + AHEAD_MAX_US else said_us


def _refusal(memory: Memory, handset: int, at_us: int, now_us: int) -> Reason | None:
    if at_us >= memory.reference.revoked_us[handset]:
        return Reason.REVOKED
    return Reason.TOO_OLD if at_us < memory.oldest_us(now_us) else None


def plan_health(memory: Memory, statuses: list[Status]) -> dict[int, Health]:
    """Each handset's health after the batch's statuses, in their order of arrival."""
    health: dict[int, Health] = {}
    for status in statuses:
        known = health.get(status.handset) or memory.live.health.get(status.handset)
        health[status.handset] = health_after(known, status.received_us, status.said)
    return health


def messages_to_hold(memory: Memory, decoded: Decoded, judged: Judgement, now: float) -> set[int]:
    """Messages with fixes off duty, for which a "duty on" may still be on its way."""
    held = set()
    for reason, fixes in judged.refused:
        if reason is Reason.OFF_DUTY:
            native = [memory.reference.by_id[h].native for h in fixes.handset.tolist()]
            held.update(decoded.origin_of_rows()[fixes.row[native]].tolist())
    return {origin for origin in held if decoded.messages[origin].settle_at > now}


def dead_letters(decoded: Decoded, judged: Judgement) -> list[Reject]:
    """What is kept of refused fixes."""
    letters = []
    origins = decoded.origin_of_rows() if judged.refused else np.zeros(0, dtype=np.int64)
    for reason, fixes in judged.refused:
        columns = (fixes.row, fixes.handset, fixes.at_us, fixes.received_us, origins[fixes.row])
        for row, handset, at_us, received_us, origin in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            kept = None if reason in WITHOUT_PLACE else msgspec.json.encode(decoded.reports[row])
            message = decoded.messages[origin]
            letter = Reject(reason, received_us, handset, message.topic, at_us, payload=kept)
            letters.append(replace(letter, again=message.again))
    return letters
