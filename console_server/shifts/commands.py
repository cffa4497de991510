"""Planning shifts. A plan that changes re-opens the days it touches for attendance."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from console_server.database import Connection
from console_server.errors import Conflict, Invalid
from console_server.imports.outcome import outcome
from console_server.shifts.store import PlannedShift, ShiftRow, list_shifts, write_shifts

LONGEST_S = 24 * 3600


async def plan_shift(connection: Connection, shift: PlannedShift, zone: ZoneInfo) -> ShiftRow:
    """Plan one shift.

    Raises:
        Invalid: it ends before it starts, or is longer than a day.
        Conflict: the worker is on another shift then.
    """
    length_s = (shift.ends_at - shift.starts_at).total_seconds()
    if not 0 < length_s <= LONGEST_S:
        raise Invalid("This shift cannot be planned.", ["endsAt: 0 to 24 h after startsAt"])
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gridbeat shifts'))")
    if await list_shifts(connection, shift.starts_at, shift.ends_at, [shift.worker_id]):
        raise Conflict("The worker is on another shift then.")
    await put_shifts(connection, [shift], zone)
    rows = await list_shifts(connection, shift.starts_at, shift.ends_at, [shift.worker_id])
    return rows[0]


async def put_shifts(
    connection: Connection, shifts: Sequence[PlannedShift], zone: ZoneInfo
) -> list[str]:
    """Create or change shifts by worker and start; each `created`, `updated` or `unchanged`."""
    if not shifts:
        return []
    present = {
        (row.worker_id, row.starts_at): row.planned()
        for row in await shifts_around(connection, shifts)
    }
    outcomes = [outcome(present.get((s.worker_id, s.starts_at)), s) for s in shifts]
    changed = [shift for shift, came in zip(shifts, outcomes, strict=True) if came != "unchanged"]
    await write_shifts(connection, changed)
    await _mark_dirty(connection, changed, zone)
    return outcomes


async def shifts_around(connection: Connection, shifts: Sequence[PlannedShift]) -> list[ShiftRow]:
    """The stored shifts of these workers in the time that these shifts span."""
    return await list_shifts(
        connection,
        min(shift.starts_at for shift in shifts),
        max(shift.ends_at for shift in shifts),
        {shift.worker_id for shift in shifts},
    )


async def shifts_of(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime
) -> list[ShiftRow]:
    """One worker's shifts that touch [from_at, to_at), in order."""
    return await list_shifts(connection, from_at, to_at, [worker_id])


async def _mark_dirty(
    connection: Connection, shifts: Sequence[PlannedShift], zone: ZoneInfo
) -> None:
    days = {
        (shift.worker_id, at.astimezone(zone).date())
        for shift in shifts
        for at in (shift.starts_at, shift.ends_at)
    }
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO dirty_days (worker_id, day) VALUES (%(worker_id)s, %(day)s)"
            " ON CONFLICT (worker_id, day) DO UPDATE SET marked_at = now()",
            [{"worker_id": worker_id, "day": day} for worker_id, day in sorted(days)],
        )
