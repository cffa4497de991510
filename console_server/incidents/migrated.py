"""Cases that another system dealt with, taken over with their history: written once, never changed.

Owns what such a case's file holds and writing many at once; reading them from a file is
`imports/incidents.py`. The file tells the other system's times and says when it was taken over;
from then on its hash chain shows any change. Opening new cases is `opening.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from console_server.database import Connection
from console_server.incidents import store
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, lock_case
from console_server.incidents.chain import Link, first_hash, link_hash
from console_server.incidents.deadlines import RUNNING, first_warning
from console_server.incidents.flow import flow_of
from console_server.incidents.incident import DONE, Status
from console_server.incidents.retelling import DISPATCH_STATE, STATE, Told, changed, told_value
from console_server.packs.pack import RulePack

HOTLINE_PREFIX: Final = "12345"  # as `hotline.py` has it: a ticket that comes again is this case


@dataclass(frozen=True, slots=True)
class MigratedCase:
    """One case as the other system told it. Times are aware UTC, in order, None: did not happen."""

    ticket: str
    source: str
    class_code: str
    severity: int
    title: str
    description: str
    place: str
    lon: float | None
    lat: float | None
    area_id: int | None
    group_id: int | None
    status: Status
    reason: str
    reported_at: datetime
    due_at: datetime
    accepted_at: datetime | None = None
    suspended_at: datetime | None = None  # its clock stands since then (挂账)
    worker_id: int | None = None
    worker_name: str = ""
    ordered_at: datetime | None = None
    acknowledged_at: datetime | None = None
    on_scene_at: datetime | None = None
    first_handled_at: datetime | None = None  # before it was sent back
    reworked_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def client_id(self) -> str:
        """What makes a second import, or the hotline's own retry, the same case."""
        prefix = HOTLINE_PREFIX if self.source == "hotline" else f"import:{self.source}"
        return f"{prefix}:{self.ticket}"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One entry of a case file to come."""

    at: datetime
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A case with what this installation gives it."""

    case: MigratedCase
    stored: Case
    dispatch_id: UUID
    links: tuple[Link, ...]


async def take_over(
    connection: Connection, cases: Sequence[MigratedCase], pack: RulePack, now: datetime, who: str
) -> list[bool]:
    """Write the cases that are not known yet: for each, whether it is new. Known ones stay."""
    await store.lock_openings(connection)
    known = await _known(connection, [each.client_id for each in cases])
    fresh = [each for each in cases if each.client_id not in known]
    codes = await _codes(connection, fresh, pack)
    made = [_numbered(each, code, pack, now, who) for each, code in zip(fresh, codes, strict=True)]
    await _copy_cases(connection, made)
    await _copy_events(connection, made)
    await _copy_dispatches(connection, made)
    for each in made:
        if each.case.status not in DONE:
            await announce(connection, await lock_case(connection, each.stored.incident_id))
    return [each.client_id not in known for each in cases]


def entries_of(
    case: MigratedCase, dispatch_id: UUID, pack: RulePack, now: datetime
) -> list[TakenOver]:
    """The case file, oldest first, along the table of statuses."""
    opened = {"source": case.source, "classCode": case.class_code, "ticket": case.ticket}
    entries = [TakenOver(case.reported_at, "opened", opened | {"importedAt": now.isoformat()})]
    status, verifies = Status.REPORTED, Status.VERIFIED in flow_of(pack).steps
    for at, to, reason in _moves(case, verifies=verifies):
        body = {"from": status.value, "to": to.value} | ({"reason": reason} if reason else {})
        entries.append(TakenOver(at, "status", body))
        status = to
    entries += _dispatch_entries(case, dispatch_id)
    return sorted(entries, key=lambda each: each.at)  # stable: of one instant, in this order


def _moves(case: MigratedCase, *, verifies: bool) -> Iterator[tuple[datetime, Status, str]]:
    if case.accepted_at:
        yield case.accepted_at, Status.ACCEPTED, ""
    if case.suspended_at:
        yield case.suspended_at, Status.SUSPENDED, case.reason
    worked = case.first_handled_at or case.handled_at
    if worked and case.ordered_at:
        yield case.ordered_at, Status.DISPATCHED, ""
    if worked:
        began = case.on_scene_at or case.acknowledged_at or case.ordered_at or worked
        yield min(began, worked), Status.HANDLING, ""
        yield worked, Status.HANDLED, ""
    if case.reworked_at and case.handled_at:
        yield case.reworked_at, Status.REWORK, case.reason
        yield case.reworked_at, Status.HANDLING, case.reason
        yield case.handled_at, Status.HANDLED, ""
    if case.closed_at and case.status == Status.CLOSED and verifies:
        yield case.closed_at, Status.VERIFIED, ""
    if case.closed_at:
        yield case.closed_at, case.status, case.reason


def _dispatch_entries(case: MigratedCase, dispatch_id: UUID) -> Iterator[TakenOver]:
    who = {"dispatchId": str(dispatch_id), "workerId": case.worker_id, "worker": case.worker_name}
    steps = (
        ("ordered", case.ordered_at),
        ("acknowledged", case.acknowledged_at),
        ("on_scene", case.on_scene_at),
        ("cleared", case.first_handled_at or case.handled_at),
    )
    if case.worker_id is None or case.ordered_at is None:
        return
    for step, at in steps:
        if at is not None:
            yield TakenOver(at, "dispatch", who | {"to": step})


def _numbered(case: MigratedCase, code: str, pack: RulePack, now: datetime, who: str) -> _Numbered:
    incident_id, dispatch_id = uuid4(), uuid4()
    entries = entries_of(case, dispatch_id, pack, now)
    stored = _stored(case, incident_id, code, len(entries), pack, now)
    links, previous = [], first_hash(incident_id)
    for version, entry in enumerate(entries, start=1):
        body = dict(entry.body) | _state(entry, case, stored if version == len(entries) else None)
        link = Link(version, entry.at, entry.kind, "outside", who, body)
        previous = link_hash(previous, link)
        links.append(replace(link, hash=previous))
    return _Numbered(case, stored, dispatch_id, tuple(links))


def _stored(  # noqa: PLR0913, PLR0917 - all that this installation adds to a case
    case: MigratedCase, incident_id: UUID, code: str, version: int, pack: RulePack, now: datetime
) -> Case:
    """The case as the table is to have it."""
    stopped = case.handled_at or case.suspended_at
    late = stopped is not None and stopped > case.due_at
    warns = case.status in RUNNING and now < case.due_at
    return Case(
        incident_id=incident_id,
        code=code,
        version=version,
        status=case.status,
        class_code=case.class_code,
        severity=case.severity,
        title=case.title,
        description=case.description,
        place=case.place,
        lon=case.lon,
        lat=case.lat,
        area_id=case.area_id,
        source=case.source,
        client_id=case.client_id,
        reporter_worker_id=None,
        group_id=case.group_id,
        pack_code=pack.code,
        pack_version=pack.version,
        reported_at=case.reported_at,
        due_at=case.due_at,
        handled_at=case.handled_at,
        handled_by=case.worker_id if case.handled_at else None,
        closed_at=case.closed_at,
        stopped_at=case.suspended_at,
        warn_at=first_warning(now, case.due_at, pack.dispatch.warn_before_s) if warns else None,
        overdue_at=case.due_at if late else None,
    )


def _state(entry: TakenOver, case: MigratedCase, stored: Case | None) -> Told:
    """What the entry tells of the tables, so that they can be put together from the file alone."""
    state: Told = {}
    if entry.kind == "opened":
        state = {"status": Status.REPORTED.value}
    if entry.kind == "status":
        state = {"status": entry.body["to"]}
    if stored is not None:
        state = changed(None, stored)
    told: Told = {STATE: state} if state else {}
    if entry.kind == "dispatch" and entry.body["to"] == "cleared":
        told[DISPATCH_STATE] = {"version": 1, "status": "cleared"} | {
            name: told_value(value) for name, value in _dispatch_times(case).items()
        }
    return told


def _dispatch_times(case: MigratedCase) -> dict[str, datetime | None]:
    cleared = case.first_handled_at or case.handled_at
    return {
        "ordered_at": case.ordered_at,
        "acknowledged_at": case.acknowledged_at,
        "on_scene_at": case.on_scene_at,
        "cleared_at": cleared,
        "ended_at": cleared,
    }


async def _known(connection: Connection, client_ids: Iterable[str]) -> set[str]:
    cursor = await connection.execute(
        "SELECT client_id FROM incidents WHERE client_id = ANY(%(ids)s)", {"ids": list(client_ids)}
    )
    return {row[0] for row in await cursor.fetchall()}


async def _codes(
    connection: Connection, cases: Sequence[MigratedCase], pack: RulePack
) -> list[str]:
    """The next serial numbers of the days on which the cases were reported, oldest first."""
    days = [each.reported_at.astimezone(pack.zone).date() for each in cases]
    counts, nexts = Counter(days), dict[date, int]()
    for day, count in counts.items():
        nexts[day] = await _first_serial(connection, day, count)
    given: dict[date, int] = defaultdict(int)
    codes = [""] * len(cases)
    for at in sorted(range(len(cases)), key=lambda each: cases[each].reported_at):
        day = days[at]
        codes[at] = f"{day:%Y%m%d}-{nexts[day] + given[day]:04d}"
        given[day] += 1
    return codes


async def _first_serial(connection: Connection, day: date, count: int) -> int:
    """The first of so many serial numbers of a day that are taken at once."""
    cursor = await connection.execute(
        """INSERT INTO incident_counters (day, last) VALUES (%(day)s, %(count)s)
           ON CONFLICT (day) DO UPDATE SET last = incident_counters.last + %(count)s
           RETURNING last - %(count)s + 1""",
        {"day": day, "count": count},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 1


async def _copy_cases(connection: Connection, made: Sequence[_Numbered]) -> None:
    columns = [each.name for each in fields(Case)]
    async with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY incidents ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for each in made:
            await copy.write_row([getattr(each.stored, name) for name in columns])


async def _copy_events(connection: Connection, made: Sequence[_Numbered]) -> None:
    async with (
        connection.cursor() as cursor,
        cursor.copy(
            """COPY incident_events (incident_id, version, at, kind, actor_kind, actor, body, hash)
               FROM STDIN"""
        ) as copy,
    ):
        for each in made:
            for link in each.links:
                await copy.write_row(
                    (
                        *(each.stored.incident_id, link.version, link.at, link.kind),
                        *(link.actor_kind, link.actor, Jsonb(dict(link.body)), link.hash),
                    )
                )


async def _copy_dispatches(connection: Connection, made: Sequence[_Numbered]) -> None:
    async with (
        connection.cursor() as cursor,
        cursor.copy(
            """COPY dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,
                   acknowledged_at, on_scene_at, cleared_at, ended_at) FROM STDIN"""
        ) as copy,
    ):
        for each in made:
            case, times = each.case, _dispatch_times(each.case)
            if None in {case.worker_id, times["ordered_at"], times["cleared_at"]}:
                continue
            key = (each.dispatch_id, each.stored.incident_id, case.worker_id, "cleared")
            await copy.write_row((*key, *times.values()))
