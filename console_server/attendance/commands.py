"""Judging worker days and keeping the verdicts.

Owns the step from the store through the pure rules back to the store, one batch of workers of one
day at a time; not when that happens (`recompute.py`, `routes.py`).
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from console_server.attendance.fix_reader import read_fixes
from console_server.attendance.inputs import FixSource, frame_of, read_inputs
from console_server.attendance.store import (
    Change,
    NewDay,
    StoredDay,
    put_days,
    put_marks,
    record_changes,
    stored_days,
)
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.attendance.wire_form import Summary, body_of, summary_from, summary_of
from console_server.database import Connection
from console_server.packs.pack import RulePack


async def judge_workers(  # noqa: PLR0913, PLR0917 - whom, when, by which rules, from where
    connection: Connection,
    pack: RulePack,
    day: date,
    worker_ids: Sequence[int],
    now: datetime,
    source: FixSource = read_fixes,
) -> list[DayVerdict]:
    """The verdicts of some workers' day as of now; nothing is stored."""
    inputs = await read_inputs(connection, frame_of(day, pack, now), worker_ids, source)
    return await asyncio.to_thread(judge_days, pack, inputs)


async def keep_verdicts(
    connection: Connection, verdicts: Sequence[DayVerdict], now: datetime
) -> list[Change]:
    """Store verdicts of one day. A final one that comes out otherwise is listed as a change."""
    if not verdicts:
        return []
    before = await stored_days(connection, verdicts[0].day, [each.worker_id for each in verdicts])
    fresh = [
        each
        for each in verdicts
        if (known := before.get(each.worker_id)) is None or known.input_hash != each.input_hash
    ]
    changes = [
        change
        for each in fresh
        if (change := _change(before.get(each.worker_id), each, now)) is not None
    ]
    await put_days(connection, [_to_store(each, now) for each in fresh])
    await record_changes(connection, changes)
    return changes


async def mark_dirty(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime, zone: ZoneInfo
) -> None:
    """Have a worker's days judged anew after something that lies between two instants changed."""
    first, last = from_at.astimezone(zone).date(), to_at.astimezone(zone).date()
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    await put_marks(connection, {(worker_id, day) for day in days})


def _to_store(verdict: DayVerdict, now: datetime) -> NewDay:
    return NewDay(
        worker_id=verdict.worker_id,
        day=verdict.day,
        computed_at=now,
        pack_version=verdict.pack_version,
        input_hash=verdict.input_hash,
        final=not verdict.provisional,
        summary=summary_of(verdict),
        pack_code=verdict.pack_code,
        body=body_of(verdict),
    )


def _change(before: StoredDay | None, verdict: DayVerdict, now: datetime) -> Change | None:
    if before is None or not before.final:
        return None
    was, becomes = summary_from(before.summary), summary_of(verdict)
    if was.outcomes() == becomes.outcomes():
        return None
    cause = _cause(was, becomes, same_rules=before.pack_version == verdict.pack_version)
    return Change(verdict.worker_id, verdict.day, now, cause, was, becomes)


def _cause(was: Summary, becomes: Summary, *, same_rules: bool) -> str:
    if not same_rules:
        return "new_rules"
    if (was.planned_s, was.leave_s) != (becomes.planned_s, becomes.leave_s):
        return "roster"
    return "orders" if was.order_s != becomes.order_s else "late_data"
