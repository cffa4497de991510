"""Near duplicates of a case, by place, time and class, for a person to look at and to merge.

Owns which cases may be the same; merging is a move by a person (`commands.py`).
"""

from psycopg.rows import kwargs_row

from console_server.access.account import Account
from console_server.database import Connection
from console_server.incidents.case import Case
from console_server.packs.pack import RulePack
from console_server.wire.cases import SimilarIncident

NEAR_M = 200.0  # of the same top class: one thing is seen and reported from some way off
SAME_SPOT_M = 50.0  # whatever the class: reporters class one thing differently
WITHIN_H = 72
SHOWN_MAX = 5
METRES_A_DEGREE = 111_320.0


async def read_similar(
    connection: Connection, case: Case, pack: RulePack, account: Account
) -> list[SimilarIncident]:
    """The likeliest first; those which are at their end, or out of the account's areas, never."""
    if case.lon is None or case.lat is None:
        return []
    async with connection.cursor(row_factory=kwargs_row(SimilarIncident)) as cursor:
        await cursor.execute(
            """SELECT id, code, title, status, class_code, reported_at, distance_m, same_class
               FROM (SELECT i.incident_id::text AS id, i.code, i.title, i.status, i.class_code,
                            i.reported_at, i.class_code = ANY(%(family)s) AS same_class,
                            round((%(metres)s * sqrt((i.lat - %(lat)s) ^ 2
                                + ((i.lon - %(lon)s) * cos(radians(%(lat)s))) ^ 2))::numeric, 1)
                                ::double precision AS distance_m
                     FROM incidents i LEFT JOIN areas a USING (area_id)
                     WHERE i.closed_at IS NULL AND i.incident_id <> %(id)s
                       AND i.lat BETWEEN %(lat)s - %(reach)s AND %(lat)s + %(reach)s
                       AND i.reported_at BETWEEN %(at)s - make_interval(hours => %(hours)s)
                                             AND %(at)s + make_interval(hours => %(hours)s)
                       AND (%(area)s::integer IS NULL OR %(area)s = ANY(a.lineage))) near
               WHERE distance_m <= CASE WHEN same_class THEN %(near)s ELSE %(spot)s END
               ORDER BY NOT same_class, distance_m, reported_at LIMIT %(limit)s""",
            {
                "id": case.incident_id,
                "family": family(case.class_code, pack),
                "metres": METRES_A_DEGREE,
                "lon": case.lon,
                "lat": case.lat,
                "reach": NEAR_M / METRES_A_DEGREE,
                "at": case.reported_at,
                "hours": WITHIN_H,
                "area": account.area_id,
                "near": NEAR_M,
                "spot": SAME_SPOT_M,
                "limit": SHOWN_MAX,
            },
        )
        return await cursor.fetchall()


def family(class_code: str, pack: RulePack) -> list[str]:
    """The codes of all classes under the same top class, itself included."""
    lineage = pack.lineage(class_code)
    if not lineage:
        return [class_code]
    top = lineage[-1].code
    return [each.code for each in pack.classes if pack.lineage(each.code)[-1].code == top]
