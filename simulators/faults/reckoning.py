"""Owns the comparison of the book with the store: what is lost, doubled, refused and why.

Reads only tables that an outside check may read. The verdict is `Reckoning.is_clean`.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from simulators.faults.book import STORED, Book, FixKey

READ_POSITIONS: Final = """
    SELECT h.code, round(extract(epoch FROM p.fixed_at) * 1000)::bigint
    FROM positions p JOIN handsets h USING (handset_id)
"""
READ_REJECTS: Final = """
    SELECT h.code, r.reason, round(extract(epoch FROM r.fixed_at) * 1000)::bigint, r.payload
    FROM rejected_fixes r LEFT JOIN handsets h USING (handset_id)
"""
READ_CALLS: Final = """
    SELECT body->>'id', count(*), bool_and(handled_at IS NOT NULL)
    FROM handset_inbox WHERE kind IN ('report', 'duress') GROUP BY 1
"""
READ_INCIDENTS: Final = "SELECT client_id, count(*) FROM incidents GROUP BY 1"
CONNECT_LIMIT_S: Final = 5
STATEMENT_LIMIT_MS: Final = 20_000
EXAMPLES: Final = 5
_MARK: Final = re.compile(rb'"mark":"([^"]+)"')


@dataclass(slots=True)
class Reckoning:
    """Ledger against store. Counts of fixes unless said otherwise."""

    stored: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0  # stored, but never said, or to be refused
    rejects_lost: int = 0
    rejects_repeated: int = 0  # dead letters beyond the first of one thing: it came twice
    rejects_unexplained: int = 0
    calls_lost: int = 0
    calls_doubled: int = 0
    calls_waiting: int = 0  # not yet dealt with by the control plane
    rejects: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        """Whether all that is owed is there."""
        return not (self.lost or self.rejects_lost or self.calls_lost or self.calls_waiting)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing doubled, every refusal accounted for."""
        wrong = self.doubled + self.invented + self.rejects_unexplained + self.calls_doubled
        return self.is_settled and not wrong


def reckon(book: Book, database_url: str) -> Reckoning:
    """Compare now.

    Raises:
        psycopg.OperationalError: the store does not answer.
    """
    options = f"-c statement_timeout={STATEMENT_LIMIT_MS}"
    with psycopg.connect(
        database_url, connect_timeout=CONNECT_LIMIT_S, options=options
    ) as connection:
        found = Reckoning()
        _positions(book, connection, found)
        _rejects(book, connection, found)
        _calls(book, connection, found)
    return found


def _positions(book: Book, connection: psycopg.Connection[Any], found: Reckoning) -> None:
    rows = Counter(FixKey(code, ms) for code, ms in connection.execute(READ_POSITIONS))
    lost = book.owed() - set(rows)
    invented = [key for key in rows if book.fixes.get(key) != STORED]
    found.stored = sum(rows.values())
    found.doubled = found.stored - len(rows)
    found.lost, found.invented = len(lost), len(invented)
    found.examples += [f"lost {key}" for key in sorted(lost)[:EXAMPLES]]
    found.examples += [f"invented {key}" for key in sorted(invented)[:EXAMPLES]]


def _rejects(book: Book, connection: psycopg.Connection[Any], found: Reckoning) -> None:
    seen: Counter[FixKey | str] = Counter()
    owed = book.owed_rejects()
    for code, reason, ms, payload in connection.execute(READ_REJECTS):
        found.rejects[reason] += 1
        key = _reject_key(code, ms, payload)
        said = book.marks.get(key) if isinstance(key, str) else book.fixes.get(key)
        if said != reason:
            found.rejects_unexplained += 1
            found.examples.append(f"unexplained {reason} {key}")
        else:
            seen[key] += 1
    missing = [key for key in owed if key not in seen]
    found.rejects_lost = len(missing)
    found.rejects_repeated = sum(seen.values()) - len(seen)
    found.examples += [f"reject lost {key} {owed[key]}" for key in missing[:EXAMPLES]]
    del found.examples[4 * EXAMPLES :]


def _reject_key(code: str | None, ms: int | None, payload: bytes | None) -> FixKey | str:
    if payload is not None and (mark := _MARK.search(payload)):
        return mark[1].decode()
    return FixKey(code or "", ms or 0)


def _calls(book: Book, connection: psycopg.Connection[Any], found: Reckoning) -> None:
    kept = {key: (count, handled) for key, count, handled in connection.execute(READ_CALLS)}
    incidents = dict(connection.execute(READ_INCIDENTS).fetchall())
    found.calls_lost = sum(key not in kept for key in book.acked_calls)
    found.calls_doubled = sum(count - 1 for count, _ in kept.values())
    found.calls_doubled += sum(count - 1 for key, count in incidents.items() if key is not None)
    found.calls_waiting = sum(not handled for _, handled in kept.values())
