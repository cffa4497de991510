"""A worker's objection to a day's verdict, and the ruling on it.

Owns who may object until when, who may rule, and the table `appeals`; both steps stand in the audit
trail. A grant excuses a stretch of time: it leaves the work time, and the day is scored anew by the
same engine as ever. Nobody sets an outcome by hand.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg.rows import class_row

from console_server.access.account import Account
from console_server.access.audit import record_act
from console_server.attendance.board import judged_day
from console_server.attendance.inputs import frame_of
from console_server.attendance.spans import from_us
from console_server.attendance.store import people
from console_server.attendance.wire_form import Person
from console_server.database import Connection
from console_server.errors import Conflict, Forbidden, Invalid, NotFound
from console_server.packs.calendar import due_at
from console_server.packs.pack import RulePack
from console_server.packs.rules import WorkingTime
from console_server.wire.attendance import Appeal, NewAppeal, Ruling

LISTED_MAX = 500


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as it is stored; names of accounts instead of their numbers."""

    appeal_id: int
    worker_id: int
    day: date
    input_hash: str
    filed_at: datetime
    filed_by: str
    grounds: str
    claimed_from: datetime | None
    claimed_to: datetime | None
    rule_by: datetime
    ruling: str | None
    ruled_at: datetime | None
    ruled_by: str | None
    reason: str | None
    excused_from: datetime | None
    excused_to: datetime | None


async def file_appeal(  # noqa: PLR0913, PLR0917 - who, against what, on which grounds
    connection: Connection,
    pack: RulePack,
    account: Account,
    person: Person,
    day: date,
    body: NewAppeal,
    now: datetime,
) -> int:
    """Object to the verdict of a day; the number of the appeal.

    Raises:
        Invalid: no grounds, a stretch that lies outside of the day, or too late.
        Conflict: there is an open appeal, or nothing to object to yet.
    """
    if not body.grounds.strip():
        raise Invalid("An appeal needs grounds.", ["grounds: empty"])
    _check_span(pack, day, body.claimed_from, body.claimed_to, "claimed")
    input_hash, over_at = await judged_day(connection, pack, person.worker_id, day, now)
    if now > over_at + timedelta(days=pack.work.appeal_within_days):
        raise Invalid(f"Appeals are taken for {pack.work.appeal_within_days} days.", ["date"])
    cursor = await connection.execute(
        """
        INSERT INTO appeals (worker_id, day, input_hash, filed_at, filed_by, grounds,
                             claimed_from, claimed_to, rule_by)
        VALUES (%(worker)s, %(day)s, %(hash)s, %(now)s, %(account)s, %(grounds)s,
                %(claimed_from)s, %(claimed_to)s, %(rule_by)s)
        ON CONFLICT DO NOTHING RETURNING appeal_id
        """,
        {
            "worker": person.worker_id,
            "day": day,
            "hash": input_hash,
            "now": now,
            "account": account.account_id,
            "grounds": body.grounds.strip(),
            "claimed_from": body.claimed_from,
            "claimed_to": body.claimed_to,
            "rule_by": due_at(
                pack.calendar, now, WorkingTime(days=float(pack.work.rule_within_days))
            ),
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise Conflict("An appeal against this day is open already.")
    appeal_id = int(row[0])
    entry: dict[str, object] = {"appealId": appeal_id, "worker": person.code, "date": str(day)}
    await record_act(connection, account.username, "appeal filed", entry)
    return appeal_id


async def rule_on(  # noqa: PLR0913, PLR0917 - who rules what on which appeal
    connection: Connection,
    pack: RulePack,
    account: Account,
    appeal_id: int,
    visible: Collection[int] | None,
    body: Ruling,
    now: datetime,
) -> None:
    """Grant, deny or withdraw an appeal; whoever filed it may only withdraw it.

    Raises:
        NotFound: there is none, or not of a worker whom the account may see.
        Conflict: it was ruled on already.
        Forbidden: ruling on an appeal of one's own.
        Invalid: no reason, or a stretch that lies outside of the day.
    """
    found = await _locked(connection, appeal_id)
    if found is None or not await people(connection, visible, [found.worker_id]):
        raise NotFound("appeal", appeal_id)
    if found.ruling is not None:
        raise Conflict(f"This appeal was {found.ruling}.")
    if not body.reason.strip():
        raise Invalid("A ruling needs a reason.", ["reason: empty"])
    if (body.ruling == "withdrawn") != (found.filed_by == account.username):
        raise Forbidden("Whoever filed an appeal may withdraw it, and somebody else rules on it.")
    excused = _excused(pack, found, body) if body.ruling == "granted" else (None, None)
    await _close(connection, account, appeal_id, body, excused, now)
    entry: dict[str, object] = {
        "appealId": appeal_id,
        "ruling": body.ruling,
        "reason": body.reason.strip(),
    }
    await record_act(connection, account.username, "appeal ruled on", entry)


async def withdraw(  # noqa: PLR0913, PLR0917 - who takes back which appeal of whom, and why
    connection: Connection,
    account: Account,
    worker_id: int,
    appeal_id: int,
    reason: str,
    now: datetime,
) -> date:
    """Take back an open appeal against a day of the worker's own; the day. Again does no harm.

    Whoever took the appeal down, it is the worker's.

    Raises:
        NotFound: there is none against a day of this worker.
        Conflict: it was ruled on already.
    """
    found = await _locked(connection, appeal_id)
    if found is None or found.worker_id != worker_id:
        raise NotFound("appeal", appeal_id)
    await _withdraw(connection, account, found, reason, now)
    return found.day


async def withdraw_filed(  # noqa: PLR0913, PLR0917 - who takes back which appeal, and why
    connection: Connection,
    account: Account,
    appeal_id: int,
    visible: Collection[int] | None,
    reason: str,
    now: datetime,
) -> None:
    """Take back an open appeal that the account took down for a worker. Again does no harm.

    Raises:
        NotFound: there is none, or not of a worker whom the account may see.
        Forbidden: somebody else took it down.
        Conflict: it was ruled on already.
        Invalid: no reason; the worker is to read why.
    """
    found = await _locked(connection, appeal_id)
    if found is None or not await people(connection, visible, [found.worker_id]):
        raise NotFound("appeal", appeal_id)
    if found.filed_by != account.username:
        raise Forbidden("Only the worker, or whoever took an appeal down, may withdraw it.")
    if not reason.strip():
        raise Invalid("A withdrawal needs a reason.", ["reason: empty"])
    await _withdraw(connection, account, found, reason, now)


async def appeals_of(
    connection: Connection,
    visible: Collection[int] | None,
    *,
    open_only: bool,
    worker_id: int | None = None,
    day: date | None = None,
) -> list[Appeal]:
    """Appeals of workers whom the account may see: open ones by deadline, then the latest."""
    persons = {each.worker_id: each for each in await people(connection, visible, None)}
    async with connection.cursor(row_factory=class_row(AppealRow)) as cursor:
        await cursor.execute(
            _SELECT
            + """
            WHERE a.worker_id = ANY(%(workers)s::integer[])
              AND (NOT %(open)s OR a.ruling IS NULL)
              AND (%(worker)s::integer IS NULL OR a.worker_id = %(worker)s)
              AND (%(day)s::date IS NULL OR a.day = %(day)s)
            ORDER BY a.ruling IS NOT NULL, CASE WHEN a.ruling IS NULL THEN a.rule_by END,
                     a.appeal_id DESC
            LIMIT %(limit)s
            """,
            {
                "workers": list(persons),
                "open": open_only,
                "worker": worker_id,
                "day": day,
                "limit": LISTED_MAX,
            },
        )
        return [_to_wire(row, persons[row.worker_id]) for row in await cursor.fetchall()]


async def _withdraw(
    connection: Connection, account: Account, found: AppealRow, reason: str, now: datetime
) -> None:
    if found.ruling == "withdrawn":
        return
    if found.ruling is not None:
        raise Conflict(f"This appeal was {found.ruling}.")
    body = Ruling(ruling="withdrawn", reason=reason)
    await _close(connection, account, found.appeal_id, body, (None, None), now)
    entry: dict[str, object] = {"appealId": found.appeal_id, "reason": reason.strip()}
    await record_act(connection, account.username, "appeal withdrawn", entry)


async def _close(  # noqa: PLR0913, PLR0917 - who closes which appeal how, and what it excuses
    connection: Connection,
    account: Account,
    appeal_id: int,
    body: Ruling,
    excused: tuple[datetime | None, datetime | None],
    now: datetime,
) -> None:
    await connection.execute(
        """
        UPDATE appeals SET ruling = %(ruling)s, ruled_at = %(now)s, ruled_by = %(account)s,
            reason = %(reason)s, excused_from = %(excused_from)s, excused_to = %(excused_to)s
        WHERE appeal_id = %(appeal)s
        """,
        {
            "appeal": appeal_id,
            "ruling": body.ruling,
            "now": now,
            "account": account.account_id,
            "reason": body.reason.strip(),
            "excused_from": excused[0],
            "excused_to": excused[1],
        },
    )


def _excused(pack: RulePack, found: AppealRow, body: Ruling) -> tuple[datetime, datetime]:
    """The stretch that a grant excuses: as ruled, else as claimed, else the whole day."""
    _check_span(pack, found.day, body.excused_from, body.excused_to, "excused")
    if body.excused_from is not None and body.excused_to is not None:
        return body.excused_from, body.excused_to
    if found.claimed_from is not None and found.claimed_to is not None:
        return found.claimed_from, found.claimed_to
    frame = frame_of(found.day, pack, found.filed_at)
    return from_us(frame.from_us), from_us(frame.to_us) + timedelta(days=1)


def _check_span(
    pack: RulePack, day: date, start: datetime | None, end: datetime | None, name: str
) -> None:
    if start is None and end is None:
        return
    if start is None or end is None or start.tzinfo is None or end.tzinfo is None:
        raise Invalid("A stretch of time needs both ends with their time zone.", [f"{name}From"])
    frame = frame_of(day, pack, start)
    last = from_us(frame.to_us) + timedelta(days=1)  # a night shift reaches into the next day
    if not from_us(frame.from_us) <= start < end <= last:
        raise Invalid("The stretch of time does not lie in the day.", [f"{name}From", f"{name}To"])


async def _locked(connection: Connection, appeal_id: int) -> AppealRow | None:
    async with connection.cursor(row_factory=class_row(AppealRow)) as cursor:
        await cursor.execute(
            _SELECT + " WHERE a.appeal_id = %(appeal)s FOR UPDATE OF a", {"appeal": appeal_id}
        )
        return await cursor.fetchone()


def _to_wire(row: AppealRow, person: Person) -> Appeal:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in AppealRow.__dataclass_fields__ if name != "day"
    }
    return Appeal(**values, date=row.day, worker_code=person.code, worker_name=person.name)


_SELECT = """
    SELECT a.appeal_id, a.worker_id, a.day, a.input_hash, a.filed_at, f.username AS filed_by,
           a.grounds, a.claimed_from, a.claimed_to, a.rule_by, a.ruling, a.ruled_at,
           r.username AS ruled_by, a.reason, a.excused_from, a.excused_to
    FROM appeals a
    JOIN accounts f ON f.account_id = a.filed_by
    LEFT JOIN accounts r ON r.account_id = a.ruled_by
"""
