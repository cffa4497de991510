"""Subjects, entries and stored results of assessments in the store.

Owns the tables `assessment_entries` and `assessment_results`, which only ever grow.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is assessed: a worker with the community of the first grid, or a functional group."""

    subject_id: int
    code: str
    name: str
    area_code: str
    area_name: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What somebody entered."""

    entry_id: int
    indicator: str
    value: float | None
    note: str
    entered_at: datetime
    entered_by: str


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result of a closed period; `body` is parsed JSON."""

    subject_id: int
    revision: int
    computed_at: datetime
    computed_by: str
    pack_code: str
    pack_version: str
    input_hash: str
    reason: str
    body: Any


@dataclass(frozen=True, slots=True)
class NewResult:
    """A result to be stored."""

    subject_id: int
    revision: int
    pack_code: str
    pack_version: str
    input_hash: str
    body: bytes


async def workers_assessed(  # noqa: PLR0913, PLR0917 - which workers, as of when
    connection: Connection,
    visible: Collection[int] | None,
    kinds: Collection[str],
    first: date,
    last: date,
    worker_id: int | None = None,
) -> list[Subject]:
    """Workers in service, or of whom the period has a verdict, by area and then by name."""
    async with connection.cursor(row_factory=class_row(Subject)) as cursor:
        await cursor.execute(
            """
            SELECT w.worker_id AS subject_id, w.code, w.name,
                   coalesce(g.code, '') AS area_code, coalesce(g.name, '') AS area_name
            FROM workers w
            LEFT JOIN LATERAL (
                SELECT above.code, above.name FROM worker_grids wg
                JOIN areas grid ON grid.area_id = wg.area_id
                JOIN areas above ON above.area_id = ANY(grid.lineage)
                    AND above.kind = 'community'
                WHERE wg.worker_id = w.worker_id AND wg.valid_to IS NULL
                ORDER BY grid.code LIMIT 1
            ) AS g ON true
            WHERE (w.retired_at IS NULL
                   OR EXISTS (SELECT FROM attendance_days d WHERE d.worker_id = w.worker_id
                              AND d.day BETWEEN %(first)s AND %(last)s))
              AND (%(worker)s::integer IS NULL OR w.worker_id = %(worker)s)
              AND (cardinality(%(kinds)s::text[]) = 0 OR w.kind = ANY(%(kinds)s))
              AND (%(visible)s::integer[] IS NULL OR w.area_id = ANY(%(visible)s)
                   OR EXISTS (SELECT FROM worker_grids held WHERE held.worker_id = w.worker_id
                              AND held.valid_to IS NULL AND held.area_id = ANY(%(visible)s)))
            ORDER BY area_code, w.name, w.code
            """,
            {
                "first": first,
                "last": last,
                "worker": worker_id,
                "kinds": list(kinds),
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()


async def groups_assessed(connection: Connection, codes: Collection[str]) -> list[Subject]:
    """The functional groups of these codes, by code."""
    async with connection.cursor(row_factory=class_row(Subject)) as cursor:
        await cursor.execute(
            """
            SELECT group_id AS subject_id, code, name, '' AS area_code, '' AS area_name
            FROM functional_groups WHERE code = ANY(%(codes)s::text[]) ORDER BY code
            """,
            {"codes": list(codes)},
        )
        return await cursor.fetchall()


async def put_entry(connection: Connection, given: Mapping[str, object]) -> int:
    """Keep what somebody entered; the number of the entry."""
    cursor = await connection.execute(
        """
        INSERT INTO assessment_entries (scheme, indicator, period, subject_id, value, note,
                                        entered_at, entered_by)
        VALUES (%(scheme)s, %(indicator)s, %(period)s, %(subject)s, %(value)s, %(note)s,
                %(now)s, %(account)s)
        RETURNING entry_id
        """,
        given,
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def entries_of(
    connection: Connection, scheme: str, period: str, subject_id: int
) -> list[EntryRow]:
    """All that was ever entered for a subject's period, the latest first."""
    async with connection.cursor(row_factory=class_row(EntryRow)) as cursor:
        await cursor.execute(
            """
            SELECT entry_id, indicator, value::float8, note, entered_at, username AS entered_by
            FROM assessment_entries JOIN accounts ON account_id = entered_by
            WHERE scheme = %(scheme)s AND period = %(period)s AND subject_id = %(subject)s
            ORDER BY entry_id DESC
            """,
            {"scheme": scheme, "period": period, "subject": subject_id},
        )
        return await cursor.fetchall()


async def results_of(
    connection: Connection, scheme: str, period: str, subject_ids: Collection[int]
) -> list[StoredResult]:
    """Every revision of the subjects' results, the latest first."""
    async with connection.cursor(row_factory=class_row(StoredResult)) as cursor:
        await cursor.execute(
            """
            SELECT subject_id, revision, computed_at, username AS computed_by, pack_code,
                   pack_version, input_hash, reason, body
            FROM assessment_results JOIN accounts ON account_id = computed_by
            WHERE scheme = %(scheme)s AND period = %(period)s
              AND subject_id = ANY(%(subjects)s::integer[])
            ORDER BY subject_id, revision DESC
            """,
            {"scheme": scheme, "period": period, "subjects": list(subject_ids)},
        )
        return await cursor.fetchall()


async def put_results(  # noqa: PLR0913, PLR0917 - what, of which period, by whom and why
    connection: Connection,
    results: Sequence[NewResult],
    scheme: str,
    period: str,
    account_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Store results of a closed period, each as a further revision."""
    common = {
        "scheme": scheme,
        "period": period,
        "account": account_id,
        "reason": reason,
        "now": now,
    }
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO assessment_results (scheme, period, subject_id, revision, computed_at,
                                            computed_by, pack_code, pack_version, input_hash,
                                            reason, body)
            VALUES (%(scheme)s, %(period)s, %(subject)s, %(revision)s, %(now)s, %(account)s,
                    %(code)s, %(version)s, %(hash)s, %(reason)s, %(body)s::jsonb)
            """,
            [
                common
                | {
                    "subject": each.subject_id,
                    "revision": each.revision,
                    "code": each.pack_code,
                    "version": each.pack_version,
                    "hash": each.input_hash,
                    "body": each.body.decode(),
                }
                for each in results
            ],
        )


async def lock_period(connection: Connection, scheme: str, period: str) -> None:
    """Nobody else closes this period until the transaction is over."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext(%(name)s))",
        {"name": f"gridbeat assessment {scheme} {period}"},
    )
