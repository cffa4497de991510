"""What is known of each case for counting: one row a case, and which figures it belongs to.

Owns the definitions, as SQL: every figure and every list of cases behind a figure is made of the
same rows and the same conditions, so a figure is always the length of its list. `docs/measures.md`
says them in words. How they are added up is `figures.py`, the list is `cases.py`.

A case counts in the period in which it was reported, whatever became of it later and whenever;
only `overdue_now` knows no period. Void and merged cases count nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, LiteralString

from console_server.incidents.deadlines import RUNNING
from console_server.measures.period import Period


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases. None: all; `areas` must hold whole subtrees, `classes` too.

    Areas and classes count in the rows that `area_rows` and `class_rows` send them to.
    """

    period: Period
    now: datetime
    areas: frozenset[int] | None = None
    group_id: int | None = None
    classes: frozenset[str] | None = None
    source: str | None = None
    area_rows: Mapping[int, int] = field(default_factory=dict)  # area → the row that it counts in
    class_rows: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """As parameters of the queries."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {
            "from_at": self.period.from_at,
            "to_at": self.period.to_at,
            "zone": self.period.zone.key,
            "areas": None if self.areas is None else sorted(self.areas),
            "classes": None if self.classes is None else sorted(self.classes),
            "running": [each.value for each in RUNNING],
            "area_ids": list(self.area_rows),
            "area_row_ids": list(self.area_rows.values()),
            "class_codes": list(self.class_rows),
            "class_row_codes": list(self.class_rows.values()),
        }


# `worker_id`: who is credited with the case: whoever handled it, else whoever is on it now.
# `rework_worker_id`: whose work was sent back first; without rework the same as `worker_id`.
# An arrival that was only filled in when the order was cleared says nothing and is left out.
FACTS: Final[LiteralString] = """
chosen AS (
    SELECT i.*, i.reported_at >= %(from_at)s AND i.reported_at < %(to_at)s AS in_period,
           i.closed_at IS NULL AND i.stopped_at IS NULL AND i.status = ANY(%(running)s)
               AND i.due_at <= %(now)s AS overdue_now
    FROM incidents i
    WHERE (%(areas)s::integer[] IS NULL OR i.area_id = ANY(%(areas)s))
      AND (%(group_id)s::integer IS NULL OR i.group_id = %(group_id)s)
      AND (%(classes)s::text[] IS NULL OR i.class_code = ANY(%(classes)s))
      AND (%(source)s::text IS NULL OR i.source = %(source)s)
      AND (i.reported_at >= %(from_at)s AND i.reported_at < %(to_at)s
           OR i.closed_at IS NULL AND i.due_at <= %(now)s)
),
known AS (
    SELECT i.incident_id, i.code, i.status, i.class_code, i.source, i.area_id, i.group_id,
           i.reported_at, i.due_at, i.closed_at, i.in_period, i.overdue_now, i.stopped_at,
           COALESCE(i.handled_at, CASE WHEN i.status IN ('closed', 'evaluated')
                                       THEN i.closed_at END) AS handled_at,
           e.accepted_at, e.reworks, e.reject_reason,
           COALESCE(i.handled_by, d.worker_id) AS worker_id,
           COALESCE(r.worker_id, i.handled_by, d.worker_id) AS rework_worker_id,
           EXTRACT(EPOCH FROM d.acknowledged_at - i.reported_at)::float8 AS response_s,
           d.arrival_s, t.rating
    FROM chosen i
    LEFT JOIN resident_reports t ON t.incident_id = i.incident_id
    LEFT JOIN LATERAL (
        SELECT min(at) FILTER (WHERE body ->> 'to' = 'accepted') AS accepted_at,
               count(*) FILTER (WHERE body ->> 'to' = 'rework') AS reworks,
               min(at) FILTER (WHERE body ->> 'to' = 'rework') AS reworked_at,
               max(body ->> 'reason') FILTER (WHERE body ->> 'to' = 'rejected') AS reject_reason
        FROM incident_events WHERE incident_id = i.incident_id AND kind = 'status'
    ) e ON true
    LEFT JOIN LATERAL (
        SELECT min(acknowledged_at) AS acknowledged_at,
               (array_agg(worker_id ORDER BY ordered_at DESC, dispatch_id)
                    FILTER (WHERE status NOT IN ('declined', 'cancelled', 'lapsed')))[1]
                   AS worker_id,
               (array_agg(EXTRACT(EPOCH FROM on_scene_at - ordered_at)::float8
                          ORDER BY on_scene_at, dispatch_id)
                    FILTER (WHERE on_scene_at IS NOT NULL
                              AND (cleared_at IS NULL OR on_scene_at < cleared_at)))[1]
                   AS arrival_s
        FROM dispatches WHERE incident_id = i.incident_id
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT worker_id FROM dispatches
        WHERE incident_id = i.incident_id AND cleared_at <= e.reworked_at
        ORDER BY cleared_at DESC, dispatch_id LIMIT 1
    ) r ON true
),
counted AS (
    SELECT k.*, in_period AND status NOT IN ('void', 'merged') AS reported,
           in_period AND status NOT IN ('void', 'merged', 'reported', 'rejected') AS accepted
    FROM known k
),
facts AS (
    SELECT c.incident_id, c.code, c.class_code, c.source, c.area_id, c.group_id, c.worker_id,
           c.rework_worker_id, c.reported_at, c.handled_at, c.reject_reason, c.reported, c.accepted,
           c.in_period AND c.status = 'rejected' AS rejected,
           c.in_period AND c.status = 'reported' AS waiting,
           c.in_period AND c.status = 'merged' AS merged,
           c.in_period AND c.status = 'void' AS void,
           c.accepted AND c.status IN ('closed', 'evaluated') AS closed,
           c.accepted AND c.closed_at IS NULL AND c.stopped_at IS NULL
               AND COALESCE(c.due_at <= %(now)s, false) AS unclosed,
           c.accepted AND COALESCE(c.handled_at <= c.due_at, false) AS on_time,
           c.accepted AND COALESCE(
               c.handled_at > c.due_at
               OR c.handled_at IS NULL AND c.closed_at IS NULL AND c.stopped_at IS NULL
                  AND c.due_at <= %(now)s, false) AS late,
           c.accepted AND c.reworks > 0 AS rework,
           c.accepted AND (c.reworks > 0 OR c.handled_at IS NOT NULL) AS handled,
           c.overdue_now,
           CASE WHEN c.accepted AND c.response_s >= 0 THEN c.response_s END AS response_s,
           CASE WHEN c.accepted THEN c.arrival_s END AS arrival_s,
           CASE WHEN c.accepted AND c.handled_at >= c.accepted_at
                THEN EXTRACT(EPOCH FROM c.handled_at - c.accepted_at)::float8 END AS handling_s,
           CASE WHEN c.reported THEN c.rating END AS rating
    FROM counted c
)
"""

# The figures that a list of cases can be asked for, and the condition on `facts` that makes it.
CONDITIONS: Final[Mapping[str, LiteralString]] = {
    "reported": "reported",
    "accepted": "accepted",
    "rejected": "rejected",
    "waiting": "waiting",
    "merged": "merged",
    "void": "void",
    "closed": "closed",
    "unclosed": "unclosed",
    "on_time": "on_time",
    "late": "late",
    "rework": "rework",
    "handled": "handled",
    "overdue_now": "overdue_now",
    "response": "response_s IS NOT NULL",
    "arrival": "arrival_s IS NOT NULL",
    "handling": "handling_s IS NOT NULL",
    "rating": "rating IS NOT NULL",
}
