"""The SQL of residents' reports: how one is followed, whom to answer, how it was rated."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What is kept of a reporter beside the case itself."""

    incident_id: UUID
    phone: str | None
    rating: int | None
    remark: str | None
    rated_at: datetime | None


async def insert_report(
    connection: Connection, incident_id: UUID, code_sha256: bytes, phone: str | None
) -> None:
    """Keep how a report is followed; a retry changes nothing."""
    await connection.execute(
        """INSERT INTO resident_reports (incident_id, code_sha256, phone)
           VALUES (%(incident_id)s, %(code)s, %(phone)s) ON CONFLICT (incident_id) DO NOTHING""",
        {"incident_id": incident_id, "code": code_sha256, "phone": phone},
    )


async def report_of_code(connection: Connection, code_sha256: bytes) -> ReportRow | None:
    """The report that is followed by this code."""
    async with connection.cursor(row_factory=class_row(ReportRow)) as cursor:
        await cursor.execute(
            """SELECT incident_id, phone, rating, remark, rated_at FROM resident_reports
               WHERE code_sha256 = %(code)s""",
            {"code": code_sha256},
        )
        return await cursor.fetchone()


async def report_of_case(connection: Connection, incident_id: UUID) -> ReportRow | None:
    """The resident's report that opened this case, if one did."""
    async with connection.cursor(row_factory=class_row(ReportRow)) as cursor:
        await cursor.execute(
            """SELECT incident_id, phone, rating, remark, rated_at FROM resident_reports
               WHERE incident_id = %(id)s""",
            {"id": incident_id},
        )
        return await cursor.fetchone()


async def keep_rating(
    connection: Connection, incident_id: UUID, rating: int, remark: str, now: datetime
) -> bool:
    """Keep a rating; False: it was rated before."""
    cursor = await connection.execute(
        """UPDATE resident_reports
           SET rating = %(rating)s, remark = NULLIF(%(remark)s, ''), rated_at = %(now)s
           WHERE incident_id = %(id)s AND rated_at IS NULL""",
        {"id": incident_id, "rating": rating, "remark": remark, "now": now},
    )
    return cursor.rowcount == 1
