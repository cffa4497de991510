"""Judging months and keeping the verdicts; the step from stored days to stored months.

Owns that step and the check that it can be repeated to the byte; the rules are in `months.py`.
Called by the loop in `recompute.py` and by `gridbeat attendance verify`.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from console_server.attendance.month_changes import record_month_change
from console_server.attendance.month_store import (
    MonthDays,
    StoredMonth,
    days_of_month,
    due_months,
    peers_in_month,
    put_month,
    stored_months,
)
from console_server.attendance.months import (
    DayCalls,
    MonthVerdict,
    is_judged_by_month,
    judge_month,
    shares_places,
)
from console_server.database import Connection
from console_server.errors import Invalid
from console_server.packs.pack import RulePack
from console_server.packs.versions import kept_pack

LOOK_BACK_MONTHS = 2


@dataclass(frozen=True, slots=True)
class _Days:
    """Stored days of some workers and of those who have a grid in common with them."""

    by_worker: Mapping[int, Sequence[DayCalls]]
    peers: Mapping[int, Sequence[int]]

    def judge(self, pack: RulePack, worker_id: int, month: date, *, over: bool) -> MonthVerdict:
        own = self.by_worker.get(worker_id, ())
        others = {each: self.by_worker.get(each, ()) for each in self.peers.get(worker_id, ())}
        return judge_month(pack, worker_id, month, own, over=over, others=others)


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """A stored verdict of a month against the one that the stored days give now."""

    worker_id: int
    month: date
    same: bool


def month_of_day(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def first_of(text: str | None, today: date) -> date:
    """The first day of a month such as 2026-11; of this month if none is named.

    Raises:
        Invalid: it is no month.
    """
    if text is None:
        return today.replace(day=1)
    found = re.fullmatch(r"(2[01]\d\d)-(0[1-9]|1[0-2])", text)
    if found is None:
        raise Invalid(f"{text} is no month such as 2026-11.", ["month"])
    return date(int(found[1]), int(found[2]), 1)


async def judge_due_months(connection: Connection, pack: RulePack, now: datetime) -> int:
    """Judge the months whose days changed; how many there were."""
    if not is_judged_by_month(pack):
        return 0
    today = now.astimezone(pack.zone).date()
    first = month_of_day(today)
    for _ in range(LOOK_BACK_MONTHS):
        first = month_of_day(date.fromordinal(first.toordinal() - 1))
    rules = (pack.code, pack.version)
    due = await due_months(connection, first, today, rules, shared=shares_places(pack))
    for month in sorted({each.month for each in due}):
        some = [each for each in due if each.month == month]
        await _judge(connection, pack, month, some, today, now)
    return len(due)


async def _judge(  # noqa: PLR0913, PLR0917 - whose month, by which rules, as of when
    connection: Connection,
    pack: RulePack,
    month: date,
    due: Sequence[MonthDays],
    today: date,
    now: datetime,
) -> None:
    workers = [each.worker_id for each in due]
    last = last_of(month)
    stored = await stored_months(connection, month, month, workers)
    before = {each.worker_id: each for each in stored}
    rules_of = {
        each.worker_id: await kept_pack(connection, each.pack_code, each.pack_version)
        for each in stored
        if each.final
    }
    shared = any(map(shares_places, (pack, *rules_of.values())))
    days = await _days(connection, month, workers, shared=shared)
    for each in due:
        was = before.get(each.worker_id)
        rules = rules_of.get(each.worker_id, pack)
        over = each.all_final and last < today
        verdict = days.judge(rules, each.worker_id, month, over=over)
        await put_month(connection, verdict, each, now)
        if was is not None and was.final:
            kept = verdict_of(was)
            if kept.rules != verdict.rules:
                await record_month_change(connection, kept, verdict, was.days_at, now)


async def _days(
    connection: Connection, month: date, workers: Sequence[int], *, shared: bool
) -> _Days:
    last = last_of(month)
    peers = await peers_in_month(connection, month, last, workers) if shared else {}
    everybody = sorted({*workers, *(peer for some in peers.values() for peer in some)})
    return _Days(await days_of_month(connection, month, last, everybody), peers)


async def month_now(
    connection: Connection, pack: RulePack, worker_id: int, month: date
) -> MonthVerdict:
    """The verdict of a month: the final one as it is kept, or what the days give at this moment."""
    kept = await stored_months(connection, month, month, [worker_id])
    if kept and kept[0].final:
        return verdict_of(kept[0])
    days = await _days(connection, month, [worker_id], shared=shares_places(pack))
    return days.judge(pack, worker_id, month, over=False)


async def verify_months(connection: Connection, first: date, last: date) -> list[ComparedMonth]:
    """Make every final month anew, from the stored days and by the rules it names, and compare."""
    found = []
    for kept in await stored_months(connection, first, last):
        if not kept.final:
            continue
        rules = await kept_pack(connection, kept.pack_code, kept.pack_version)
        shared = shares_places(rules)
        days = await _days(connection, kept.month, [kept.worker_id], shared=shared)
        again = days.judge(rules, kept.worker_id, kept.month, over=True)
        same = msgspec.json.encode(verdict_of(kept)) == msgspec.json.encode(again)
        found.append(ComparedMonth(kept.worker_id, kept.month, same))
    return found


def verdict_of(kept: StoredMonth) -> MonthVerdict:
    """The verdict of a stored month."""
    return msgspec.convert(kept.body, MonthVerdict)
