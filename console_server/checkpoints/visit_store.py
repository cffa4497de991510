"""Labels of checkpoints and the visits that scans of them make, in the store."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class Labelled:
    """A checkpoint as it was at some time, with its label's secret."""

    checkpoint_id: int
    lon: float
    lat: float
    radius_m: float
    label_secret: str


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What is printed on a label, and where it belongs."""

    code: str
    name: str
    area_code: str
    area_name: str
    label_secret: str


@dataclass(frozen=True, slots=True)
class NewVisit:
    """One scan of a label, by where the checkpoint is now known to be.

    `distance_m`, `lon`, `lat` None: the phone knew no place.
    """

    worker_id: int
    handset_code: str
    checkpoint_id: int
    client_id: str
    visited_at: datetime
    received_at: datetime
    distance_m: float | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    counts: bool


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit as it was kept the first time, and the checkpoint as it is now known to have been.

    `place_lon`, `place_lat`, `radius_m` None: it turned out not to have been in use then.
    """

    client_id: str
    checkpoint_code: str
    checkpoint_name: str
    visited_at: datetime
    distance_m: float | None
    counts: bool
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    place_lon: float | None
    place_lat: float | None
    radius_m: float | None


async def find_labelled(connection: Connection, code: str, at: datetime) -> Labelled | None:
    """The checkpoint of this code as it was in use at an instant."""
    async with connection.cursor(row_factory=class_row(Labelled)) as cursor:
        await cursor.execute(
            "SELECT checkpoint_id, v.lon, v.lat, v.radius_m, c.label_secret"
            " FROM checkpoints c JOIN checkpoint_versions v USING (checkpoint_id)"
            " WHERE c.code = %(code)s AND v.valid_from <= %(at)s"
            " AND (v.valid_to IS NULL OR v.valid_to > %(at)s)",
            {"code": code, "at": at},
        )
        return await cursor.fetchone()


async def list_labels(
    connection: Connection, visible: Collection[int] | None = None
) -> list[LabelRow]:
    """Labels of the checkpoints in use within these areas (None: all), by area and code."""
    async with connection.cursor(row_factory=class_row(LabelRow)) as cursor:
        await cursor.execute(
            "SELECT c.code, c.name, a.code AS area_code, a.name AS area_name, c.label_secret"
            " FROM checkpoints c JOIN checkpoint_versions v USING (checkpoint_id)"
            " JOIN areas a USING (area_id) WHERE v.valid_to IS NULL"
            " AND (%(visible)s::int[] IS NULL OR v.area_id = ANY(%(visible)s))"
            " ORDER BY a.code, c.code",
            {"visible": None if visible is None else list(visible)},
        )
        return await cursor.fetchall()


async def insert_visit(connection: Connection, visit: NewVisit) -> KeptVisit:
    """Keep a visit; of a retry, what was kept the first time.

    The phone's place is kept of working time only: on duty, or in a shift.
    """
    await connection.execute(_INSERT, asdict(visit))
    async with connection.cursor(row_factory=class_row(KeptVisit)) as cursor:
        await cursor.execute(
            f"SELECT {_VISIT} WHERE h.code = %(handset_code)s AND v.client_id = %(client_id)s",
            asdict(visit),
        )
        kept = await cursor.fetchone()
    if kept is None:
        raise LookupError(visit.handset_code)
    return kept


async def list_visits(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime
) -> list[KeptVisit]:
    """A worker's visits in `[from_at, to_at)`, the latest first."""
    async with connection.cursor(row_factory=class_row(KeptVisit)) as cursor:
        await cursor.execute(
            f"SELECT {_VISIT} WHERE v.worker_id = %(worker_id)s"
            " AND v.visited_at >= %(from_at)s AND v.visited_at < %(to_at)s"
            " ORDER BY v.visited_at DESC",
            {"worker_id": worker_id, "from_at": from_at, "to_at": to_at},
        )
        return await cursor.fetchall()


_INSERT: Final = """
    INSERT INTO checkpoint_visits (worker_id, handset_id, checkpoint_id, client_id, visited_at,
                                   received_at, distance_m, lon, lat, accuracy_m, counts)
    SELECT %(worker_id)s, h.handset_id, %(checkpoint_id)s, %(client_id)s, %(visited_at)s,
           %(received_at)s, %(distance_m)s, CASE WHEN at_work THEN %(lon)s::float8 END,
           CASE WHEN at_work THEN %(lat)s::float8 END, %(accuracy_m)s, %(counts)s
    FROM handsets h, LATERAL (SELECT
        EXISTS (SELECT FROM duty_periods WHERE worker_id = %(worker_id)s
                AND started_at <= %(visited_at)s
                AND (ended_at IS NULL OR ended_at >= %(visited_at)s))
        OR EXISTS (SELECT FROM shifts WHERE worker_id = %(worker_id)s
                   AND starts_at <= %(visited_at)s AND ends_at >= %(visited_at)s) AS at_work
    ) AS known
    WHERE h.code = %(handset_code)s
    ON CONFLICT (handset_id, client_id) DO NOTHING
"""
_VISIT = (
    "v.client_id, c.code AS checkpoint_code, c.name AS checkpoint_name, v.visited_at,"
    " v.distance_m, v.counts, v.lon, v.lat, v.accuracy_m, p.lon AS place_lon, p.lat AS place_lat,"
    " p.radius_m FROM checkpoint_visits v"
    " JOIN handsets h USING (handset_id) JOIN checkpoints c USING (checkpoint_id)"
    " LEFT JOIN checkpoint_versions p ON p.checkpoint_id = v.checkpoint_id"
    " AND p.valid_from <= v.visited_at AND (p.valid_to IS NULL OR p.valid_to > v.visited_at)"
)
