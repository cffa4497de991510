"""Judging worker days and keeping the verdicts.

Owns the step from the store through the pure rules back to the store, one batch of workers of one
day at a time; not when that happens (`recompute.py`, `routes.py`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from console_server.attendance.fix_reader import read_fixes
from console_server.attendance.inputs import FixSource, frame_of, read_inputs
from console_server.attendance.settling import make_final, settles_at
from console_server.attendance.spans import from_us
from console_server.attendance.store import (
    Change,
    NewDay,
    StoredDay,
    excused_since,
    heard_since,
    put_days,
    put_marks,
    record_changes,
    stored_days,
)
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.attendance.wire_form import Summary, body_of, summary_from, summary_of
from console_server.database import Connection
from console_server.packs.pack import RulePack
from console_server.packs.versions import kept_pack


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


async def judge_anew(  # noqa: PLR0913, PLR0917 - as `judge_workers`
    connection: Connection,
    pack: RulePack,
    day: date,
    worker_ids: Sequence[int],
    now: datetime,
    source: FixSource = read_fixes,
) -> None:
    """Judge some workers' day and keep the verdicts; a final one by the rules it was made under."""
    stored = await stored_days(connection, day, worker_ids)
    by_rules: dict[tuple[str, str], list[int]] = defaultdict(list)
    for worker_id in worker_ids:
        known = stored.get(worker_id)
        rules = known if known and known.final else None
        key = (rules.pack_code, rules.pack_version) if rules else (pack.code, pack.version)
        by_rules[key].append(worker_id)
    for (code, version), some in by_rules.items():
        current = (code, version) == (pack.code, pack.version)
        rules_then = pack if current else await kept_pack(connection, code, version)
        verdicts = await judge_workers(connection, rules_then, day, some, now, source)
        await keep_verdicts(connection, rules_then, verdicts, now)


async def keep_verdicts(
    connection: Connection, pack: RulePack, verdicts: Sequence[DayVerdict], now: datetime
) -> list[Change]:
    """Store verdicts of one day. A final one that comes out otherwise is listed as a change."""
    if not verdicts:
        return []
    day, workers = verdicts[0].day, [each.worker_id for each in verdicts]
    before = await stored_days(connection, day, workers)
    fresh = [each for each in verdicts if not _is_known(before.get(each.worker_id), each)]
    reasons = await _reasons(connection, pack, day, [before.get(each.worker_id) for each in fresh])
    changes = [
        change
        for each in fresh
        if (change := _change(before.get(each.worker_id), each, now, reasons)) is not None
    ]
    await put_days(
        connection, [_to_store(pack, each, before.get(each.worker_id), now) for each in fresh]
    )
    await record_changes(connection, changes)
    ripe = [each.worker_id for each in verdicts if _is_ripe(before.get(each.worker_id), each, now)]
    if ripe:
        await make_final(connection, day, ripe)
    return changes


def _is_known(before: StoredDay | None, verdict: DayVerdict) -> bool:
    return before is not None and before.input_hash == verdict.input_hash


def _is_ripe(before: StoredDay | None, verdict: DayVerdict, now: datetime) -> bool:
    """Whether what is stored stood long enough to become final."""
    if before is None or before.final or verdict.provisional:
        return False
    return before.input_hash == verdict.input_hash and before.settles_at <= now


async def mark_dirty(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime, zone: ZoneInfo
) -> None:
    """Have a worker's days judged anew after something that lies between two instants changed."""
    first, last = from_at.astimezone(zone).date(), to_at.astimezone(zone).date()
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    await put_marks(connection, {(worker_id, day) for day in days})


def _to_store(
    pack: RulePack, verdict: DayVerdict, before: StoredDay | None, now: datetime
) -> NewDay:
    settled_at = settles_at(pack, verdict, now)
    was_final = before is not None and before.final
    return NewDay(
        worker_id=verdict.worker_id,
        day=verdict.day,
        computed_at=now,
        pack_version=verdict.pack_version,
        input_hash=verdict.input_hash,
        final=not verdict.provisional and (was_final or settled_at <= now),
        settles_at=settled_at,
        summary=summary_of(verdict),
        pack_code=verdict.pack_code,
        body=body_of(verdict),
    )


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Whose appeal was granted, and of whom something was received, since the verdict was made."""

    excused: Collection[int]
    heard: Collection[int]


async def _reasons(
    connection: Connection, pack: RulePack, day: date, before: Sequence[StoredDay | None]
) -> _Reasons:
    final = [each for each in before if each is not None and each.final]
    if not final:
        return _Reasons((), ())
    excused = await excused_since(connection, final)
    frame = frame_of(day, pack, final[0].computed_at)
    to_at = from_us(frame.to_us) + timedelta(days=1)  # a night shift reaches into the next day
    return _Reasons(excused, await heard_since(connection, final, from_us(frame.from_us), to_at))


def _change(
    before: StoredDay | None, verdict: DayVerdict, now: datetime, reasons: _Reasons
) -> Change | None:
    if before is None or not before.final:
        return None
    was, becomes = summary_from(before.summary), summary_of(verdict)
    if not was.differs(becomes):
        return None
    cause = _cause(was, becomes, verdict.worker_id, reasons)
    return Change(verdict.worker_id, verdict.day, now, cause, was, becomes)


def _cause(was: Summary, becomes: Summary, worker_id: int, reasons: _Reasons) -> str:
    if worker_id in reasons.excused:
        return "appeal"
    if was.outage_s != becomes.outage_s:
        return "outage"
    if (was.planned_s, was.leave_s) != (becomes.planned_s, becomes.leave_s):
        return "roster"
    if was.order_s != becomes.order_s:
        return "orders"
    return "late_data" if worker_id in reasons.heard else "places"
