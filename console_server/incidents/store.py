"""The SQL of incidents and their case files, for commands; reads for consoles are `summaries.py`.

Owns rows in and out; not the rules (`incident.py`). Everything runs in the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row, kwargs_row
from psycopg.types.json import Jsonb

from console_server.database import Connection
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.chain import Link, first_hash, link_hash
from console_server.incidents.conflicts import CaseChanged
from console_server.incidents.retelling import STATE, changed

CLOCK_KINDS = ("warned", "overdue", "escalated", "reminded")  # what the clock alone writes
OPENING_LOCK = 0x67620301  # advisory: openings go one by one, so that codes have no gaps


_COLUMNS = ", ".join(Case.__dataclass_fields__)


async def find_case(connection: Connection, incident_id: UUID, *, lock: bool) -> Case | None:
    """The incident; with `lock` nobody else can change it or its dispatches until the commit."""
    async with connection.cursor(row_factory=class_row(Case)) as cursor:
        await cursor.execute(
            f"SELECT {_COLUMNS} FROM incidents WHERE incident_id = %(incident_id)s"  # noqa: S608
            + (" FOR UPDATE" if lock else ""),
            {"incident_id": incident_id},
        )
        return await cursor.fetchone()


async def case_of_client(connection: Connection, client_id: str) -> Case | None:
    """The incident that an earlier try with this client id opened."""
    async with connection.cursor(row_factory=class_row(Case)) as cursor:
        await cursor.execute(
            f"SELECT {_COLUMNS} FROM incidents WHERE client_id = %(client_id)s",  # noqa: S608
            {"client_id": client_id},
        )
        return await cursor.fetchone()


async def lock_openings(connection: Connection) -> None:
    """Wait for every other opening to commit; held to the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock(%(key)s)", {"key": OPENING_LOCK})


async def next_serial(connection: Connection, day: date) -> int:
    """The next serial number of the day, from 1; given back when the transaction rolls back."""
    cursor = await connection.execute(
        """INSERT INTO incident_counters (day, last) VALUES (%(day)s, 1)
           ON CONFLICT (day) DO UPDATE SET last = incident_counters.last + 1 RETURNING last""",
        {"day": day},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 1


async def insert_case(connection: Connection, case: Case) -> None:
    """Store a new incident as it is."""
    values = ", ".join(f"%({name})s" for name in Case.__dataclass_fields__)
    await connection.execute(
        f"INSERT INTO incidents ({_COLUMNS}) VALUES ({values})",  # noqa: S608
        asdict(case),
    )


@dataclass(frozen=True, slots=True)
class Before:
    """A case as it stood before a change, and the hash of its last event."""

    case: Case
    last_hash: bytes | None


async def save_case(connection: Connection, before: Case, after: Case) -> Before:
    """Store what may change of an incident: how it stood before.

    Raises:
        Conflict: it is no longer at the version of `before`.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        f"""UPDATE incidents i SET version = %(version)s, status = %(status)s,
                  handled_at = %(handled_at)s, handled_by = %(handled_by)s,
                  handled_by_account = %(handled_by_account)s, closed_at = %(closed_at)s,
                  merged_into = %(merged_into)s, group_id = %(group_id)s, due_at = %(due_at)s,
                  warn_at = %(warn_at)s, overdue_at = %(overdue_at)s, stopped_at = %(stopped_at)s,
                  group_ordered_at = %(group_ordered_at)s, escalation = %(escalation)s,
                  escalated_to = %(escalated_to)s, escalate_at = %(escalate_at)s,
                  supervised_at = %(supervised_at)s, supervised_by = %(supervised_by)s,
                  supervised_reason = %(supervised_reason)s, upward_at = %(upward_at)s
           FROM (SELECT {_COLUMNS},
                        (SELECT e.hash FROM incident_events e
                         WHERE e.incident_id = o.incident_id AND e.version = o.version) AS last_hash
                 FROM incidents o WHERE o.incident_id = %(incident_id)s) b
           WHERE i.incident_id = b.incident_id AND i.version = %(before)s
             AND b.version = %(before)s
           RETURNING b.*""",  # noqa: S608
        asdict(after) | {"before": before.version},
    )
    row = await cursor.fetchone()
    if row is None:
        raise CaseChanged(f"Case {before.code} was changed meanwhile.")
    last_hash = row.pop("last_hash")
    return Before(Case(**row), last_hash)


async def append_event(  # noqa: PLR0913 - what an event is made of
    connection: Connection,
    case: Case,
    kind: str,
    act: Act,
    body: Mapping[str, Any],
    *,
    before: Before | None = None,
) -> None:
    """Add to the case file what brought the case to its version; `before` None: it is new."""
    who = {"accountId": act.actor.account_id, "workerId": act.actor.worker_id}
    named = {key: value for key, value in who.items() if value is not None}
    state = changed(None if before is None else before.case, case)
    whole = named | dict(body) | {STATE: state}
    previous = (before and before.last_hash) or first_hash(case.incident_id)
    link = Link(case.version, act.at, kind, act.actor.kind, act.actor.name, whole)
    await connection.execute(
        """INSERT INTO incident_events (incident_id, version, at, kind, actor_kind, actor, body,
                                        hash)
           VALUES (%(incident_id)s, %(version)s, %(at)s, %(kind)s, %(actor_kind)s, %(actor)s,
                   %(body)s, %(hash)s)""",
        {
            "incident_id": case.incident_id,
            "version": case.version,
            "at": act.at,
            "kind": kind,
            "actor_kind": act.actor.kind,
            "actor": act.actor.name,
            "body": Jsonb(whole),
            "hash": link_hash(previous, link),
        },
    )


async def changed_since(connection: Connection, incident_id: UUID, version: int) -> list[Link]:
    """What was done after `version`, oldest first; not what the clock noted."""
    async with connection.cursor(row_factory=kwargs_row(Link)) as cursor:
        await cursor.execute(
            """SELECT version, at, kind, actor_kind, actor, body FROM incident_events
               WHERE incident_id = %(incident_id)s AND version > %(version)s
                 AND NOT (actor_kind = 'system' AND kind = ANY(%(clock)s))
               ORDER BY version""",
            {"incident_id": incident_id, "version": version, "clock": list(CLOCK_KINDS)},
        )
        return await cursor.fetchall()


async def last_of(connection: Connection, incident_id: UUID, kind: str, key: str) -> Link | None:
    """The newest event of a kind; `key`: the dispatch or order it must tell of, empty: any."""
    async with connection.cursor(row_factory=kwargs_row(Link)) as cursor:
        await cursor.execute(
            """SELECT version, at, kind, actor_kind, actor, body FROM incident_events
               WHERE incident_id = %(incident_id)s AND kind = %(kind)s
                 AND (%(key)s = '' OR %(key)s IN (body ->> 'dispatchId', body ->> 'orderId'))
               ORDER BY version DESC LIMIT 1""",
            {"incident_id": incident_id, "kind": kind, "key": key},
        )
        return await cursor.fetchone()


async def account_handled(connection: Connection, case: Case, account_id: int) -> bool:
    """Whether this account, or the worker behind it, handled the case."""
    cursor = await connection.execute(
        """SELECT a.account_id = %(handled_by_account)s
                  OR a.worker_id = %(handled_by)s
                  OR EXISTS (SELECT FROM dispatches d
                             WHERE d.incident_id = %(incident_id)s AND d.worker_id = a.worker_id
                               AND d.status = 'cleared')
                  OR EXISTS (SELECT FROM incident_events e
                             WHERE e.incident_id = %(incident_id)s AND e.kind = 'group_step'
                               AND e.body ->> 'to' = 'done'
                               AND (e.body ->> 'accountId')::integer = a.account_id)
           FROM accounts a WHERE a.account_id = %(account_id)s""",
        asdict(case) | {"account_id": account_id},
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def group_id_of(connection: Connection, code: str | None) -> int | None:
    """The functional group with this code, if the installation has it."""
    cursor = await connection.execute(
        "SELECT group_id FROM functional_groups WHERE code = %(code)s", {"code": code}
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else None


async def group_code_of(connection: Connection, group_id: int | None) -> str | None:
    """The code of a functional group."""
    cursor = await connection.execute(
        "SELECT code FROM functional_groups WHERE group_id = %(group_id)s", {"group_id": group_id}
    )
    row = await cursor.fetchone()
    return str(row[0]) if row else None
