"""A scan becomes a visit, once, however often the phone sends it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from console_server.checkpoints.store import CheckpointRow, list_checkpoints
from console_server.checkpoints.visit import apart_m, check_time, code_on, counts, is_genuine
from console_server.checkpoints.visit_store import (
    Labelled,
    NewVisit,
    VisitRow,
    find_labelled,
    insert_visit,
    list_visits,
)
from console_server.database import Connection
from console_server.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Scan:
    """What a phone says it scanned. lon/lat degrees WGS-84, both or neither."""

    client_id: str
    label: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


async def record_visit(  # noqa: PLR0913 - who scanned what, with which phone, when
    connection: Connection,
    worker_id: int,
    handset_code: str,
    scan: Scan,
    *,
    now: datetime,
    keep: timedelta,
) -> VisitRow:
    """Keep a scan as a visit; the same `client_id` of the same handset is the same visit.

    Raises:
        NotFound: no checkpoint in use has this label.
        Invalid: the time or the id cannot be right.
    """
    if not 0 < len(scan.client_id) <= 100:
        raise Invalid("The scan's id is empty or too long.", ["clientId"])
    check_time(scan.at, now, keep)
    code = code_on(scan.label)
    found = await find_labelled(connection, code)
    if found is None or not is_genuine(scan.label, code, found.label_secret):
        raise NotFound("label of the checkpoint", code)
    distance_m = _distance_m(scan, found)
    visit = NewVisit(
        worker_id=worker_id,
        handset_code=handset_code,
        checkpoint_id=found.checkpoint_id,
        client_id=scan.client_id,
        visited_at=scan.at,
        received_at=now,
        distance_m=distance_m,
        accuracy_m=scan.accuracy_m if distance_m is not None else None,
        counts=counts(distance_m, scan.accuracy_m, found.radius_m),
    )
    return await insert_visit(connection, visit)


async def checkpoints_in(connection: Connection, area_ids: Collection[int]) -> list[CheckpointRow]:
    """The checkpoints in use in these areas, by code."""
    return await list_checkpoints(connection, area_ids)


async def visits_between(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime
) -> list[VisitRow]:
    """A worker's visits in `[from_at, to_at)`, the latest first."""
    return await list_visits(connection, worker_id, from_at, to_at)


def _distance_m(scan: Scan, checkpoint: Labelled) -> float | None:
    if scan.lon is None or scan.lat is None:
        return None
    return apart_m(scan.lon, scan.lat, checkpoint.lon, checkpoint.lat)
