"""What each source of a figure counts, as SQL: an item a row, for or against it, or open.

Owns these queries alone; a figure is the count of such rows and the list behind it is the rows, so
they cannot differ. Each defines `items (subject_id, kind, ref, label, "on", counts)`.
"""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from console_server.measures.facts import FACTS

Query = tuple[LiteralString, Mapping[str, Any]]  # and its own parameters

_COUNTS: Final[LiteralString] = (
    "CASE outcome WHEN 'met' THEN 'for' WHEN 'not_met' THEN 'against' ELSE 'open' END AS counts"
)
_DAYS: Final[LiteralString] = f"""
    items AS (
        SELECT worker_id AS subject_id, 'day' AS kind, day::text AS ref, '' AS label, day AS "on",
               {_COUNTS}
        FROM (SELECT worker_id, day, summary -> %(rule)s::text ->> 'outcome' AS outcome
              FROM attendance_days
              WHERE final AND day BETWEEN %(first)s AND %(last)s
                AND worker_id = ANY(%(subjects)s::integer[])) AS d
        WHERE outcome IS NOT NULL
    )
"""  # noqa: S608 - a constant
_OTHERS: Final[LiteralString] = f"""
    items AS (
        SELECT worker_id AS subject_id, 'day' AS kind, day::text AS ref, '' AS label, day AS "on",
               {_COUNTS}
        FROM (SELECT worker_id, day, each ->> 'outcome' AS outcome, each ->> 'rule' AS rule
              FROM attendance_days, jsonb_array_elements(
                  CASE jsonb_typeof(summary -> 'others')
                  WHEN 'array' THEN summary -> 'others' ELSE '[]' END) AS each
              WHERE final AND day BETWEEN %(first)s AND %(last)s
                AND worker_id = ANY(%(subjects)s::integer[])) AS d
        WHERE rule = %(rule)s
    )
"""  # noqa: S608 - a constant
# Each place of a month counts by itself; only months that are over.
_MONTHS: Final[LiteralString] = f"""
    items AS (
        SELECT m.worker_id AS subject_id, 'month' AS kind, to_char(m.month, 'YYYY-MM') AS ref,
               coalesce(a.name, c.name, '') AS label, m.month AS "on", {_COUNTS}
        FROM attendance_months m
        CROSS JOIN LATERAL jsonb_to_recordset(m.body -> 'places')
            AS p (list_code text, place_id integer, outcome text)
        LEFT JOIN areas a ON p.list_code = '' AND a.area_id = p.place_id
        LEFT JOIN checkpoints c ON p.list_code <> '' AND c.checkpoint_id = p.place_id
        WHERE m.final AND m.month BETWEEN %(first)s AND %(last)s
          AND m.worker_id = ANY(%(subjects)s::integer[])
          AND (p.list_code = '') = %(tour)s
    )
"""  # noqa: S608 - a constant
# Of an order that came while the system was broken nobody can say when it came.
_ACKNOWLEDGED: Final[LiteralString] = """
    items AS (
        SELECT d.worker_id AS subject_id, 'order' AS kind, d.incident_id::text AS ref,
               i.code AS label, (d.ordered_at AT TIME ZONE %(zone)s)::date AS "on",
               CASE WHEN d.acknowledged_at <= d.ordered_at + make_interval(secs => %(within_s)s)
                    THEN 'for'
                    WHEN d.acknowledged_at IS NULL AND d.status IN ('ordered', 'declined')
                    THEN 'open'
                    WHEN EXISTS (SELECT FROM outages o
                                 WHERE o.started_at
                                     < d.ordered_at + make_interval(secs => %(within_s)s)
                                   AND o.ended_at > d.ordered_at)
                    THEN 'open'
                    ELSE 'against' END AS counts
        FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE d.ordered_at >= %(from_at)s AND d.ordered_at < %(to_at)s
          AND d.status <> 'cancelled' AND d.worker_id = ANY(%(subjects)s::integer[])
    )
"""
ATTENDANCE: Final[Mapping[str, Query]] = {
    "attendance.in_grid": (_DAYS, {"rule": "in_grid"}),
    "attendance.patrols": (_DAYS, {"rule": "patrols"}),
    "attendance.twice_daily": (_DAYS, {"rule": "twice_daily"}),
    "attendance.checkpoints": (_OTHERS, {"rule": "checkpoints"}),
    "attendance.night_watch": (_OTHERS, {"rule": "night_watch"}),
    "attendance.guide_tour": (_MONTHS, {"tour": True}),
    "attendance.visits": (_MONTHS, {"tour": False}),
    "orders.acknowledged": (_ACKNOWLEDGED, {}),
}


def _cases(credit: LiteralString, good: LiteralString, bad: LiteralString) -> LiteralString:
    return f"""{FACTS}, items AS (
        SELECT {credit} AS subject_id, 'case' AS kind, incident_id::text AS ref, code AS label,
               (reported_at AT TIME ZONE %(zone)s)::date AS "on",
               CASE WHEN {good} THEN 'for' ELSE 'against' END AS counts
        FROM facts WHERE ({good}) OR ({bad})
    )
    """  # noqa: S608 - made of constants


def _both(
    good: LiteralString, bad: LiteralString, worker: LiteralString = "worker_id"
) -> Mapping[str, LiteralString]:
    return {"worker": _cases(worker, good, bad), "group": _cases("group_id", good, bad)}


# What speaks for, and what against, in the words of `measures/facts.py`; by the kind of subject.
CASES: Final[Mapping[str, Mapping[str, LiteralString]]] = {
    "cases.closed": _both("closed", "unclosed"),
    "cases.handled_in_time": _both("on_time", "late"),
    "cases.without_rework": _both(
        "handled AND NOT rework", "handled AND rework", "rework_worker_id"
    ),
    "cases.satisfied": _both("rating >= 4", "rating < 4"),
}
