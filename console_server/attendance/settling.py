"""When a verdict becomes final: once late data has had its time and nothing new has come.

Owns that rule and the step from waiting to final in the store; what a verdict says does not depend
on it. Before, a verdict may change without a word; afterwards every change is listed.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from console_server.attendance.inputs import frame_of
from console_server.attendance.spans import from_us
from console_server.attendance.verdict import DayVerdict
from console_server.database import Connection
from console_server.packs.pack import RulePack


def settles_at(pack: RulePack, verdict: DayVerdict, computed_at: datetime) -> datetime:
    """From when on a verdict computed at this instant is final, if nothing new comes."""
    if verdict.provisional:
        return computed_at
    last_us = max((stay.to_us for stay in verdict.stays), default=0)
    over_at = from_us(max(frame_of(verdict.day, pack, computed_at).to_us, last_us))
    return max(
        over_at + timedelta(seconds=pack.work.final_after_s),
        computed_at + timedelta(seconds=pack.work.quiet_s),
    )


async def make_final(connection: Connection, day: date, worker_ids: Collection[int]) -> None:
    """These stored verdicts of a day are final from now on."""
    await connection.execute(
        """
        UPDATE attendance_days SET final = true
        WHERE day = %(day)s AND worker_id = ANY(%(workers)s::integer[])
        """,
        {"day": day, "workers": list(worker_ids)},
    )
