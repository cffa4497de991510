"""Dead letters: kept once, also when the broker brings a message again.

Owns what counts as the same refusal; the rows are written by `store.py`. Positions need none of
this: their key refuses doubles. A handset that sends the same nonsense twice has two dead letters.
"""

from collections.abc import Hashable, Sequence
from typing import Final

from psycopg import Connection

from telemetry_ingest import store
from telemetry_ingest.message import Reject

# Only what may have come before is looked up, so all of a day can be searched.
ALREADY_KEPT: Final = """
    SELECT again.number
    FROM unnest(%(reasons)s::text[], %(handsets)s::integer[], %(topics)s::text[],
                %(times)s::timestamptz[], %(payloads)s::bytea[])
         WITH ORDINALITY AS again (reason, handset_id, topic, fixed_at, payload, number)
    WHERE EXISTS (
        SELECT FROM rejected_fixes AS kept
        WHERE kept.received_at > now() - interval '1 day'
          AND kept.reason = again.reason
          AND coalesce(kept.handset_id, 0) = coalesce(again.handset_id, 0)
          AND coalesce(kept.topic, '') = coalesce(again.topic, '')
          AND coalesce(kept.fixed_at, '-infinity') = coalesce(again.fixed_at, '-infinity')
          AND coalesce(kept.payload, '') = coalesce(again.payload, ''))
"""


def write(connection: Connection, rejects: Sequence[Reject]) -> None:
    """Keep dead letters, but none a second time that came by a message delivered again."""
    store.write_rejects(connection, _not_kept(connection, rejects))


def _not_kept(connection: Connection, rejects: Sequence[Reject]) -> list[Reject]:
    fresh = [reject for reject in rejects if not reject.again]
    seen = {_identity(reject) for reject in fresh}
    again = []
    for reject in rejects:
        if reject.again and _identity(reject) not in seen:
            seen.add(_identity(reject))
            again.append(reject)
    kept = _kept_before(connection, again) if again else set()
    return fresh + [reject for number, reject in enumerate(again, 1) if number not in kept]


def _identity(reject: Reject) -> Hashable:
    return (reject.reason, reject.handset, reject.topic, reject.at_us, reject.payload)


def _kept_before(connection: Connection, rejects: Sequence[Reject]) -> set[int]:
    columns = zip(*(store.reject_row(reject) for reject in rejects), strict=True)
    _, reasons, handsets, topics, times, _, payloads = map(list, columns)
    sought = {"reasons": reasons, "handsets": handsets, "topics": topics, "times": times}
    sought["payloads"] = payloads
    return {number for (number,) in connection.execute(ALREADY_KEPT, sought)}
