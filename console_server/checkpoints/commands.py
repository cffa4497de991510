"""Checkpoints by the time for which they hold; and scans, each a visit once.

Owns since when a change of a checkpoint holds, so that a day is judged by what was in force on it;
what an import may say of it is checked before (`imports/checkpoints.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from console_server.areas.commands import EVER
from console_server.checkpoints.store import (
    CheckpointRow,
    NewCheckpoint,
    begin_version,
    end_versions,
    grids_with_tracks,
    list_checkpoints,
    write_names,
)
from console_server.checkpoints.visit import (
    ScannedFrom,
    check_time,
    code_on,
    counts,
    counts_at,
    distance_at,
    is_genuine,
)
from console_server.checkpoints.visit_store import (
    KeptVisit,
    NewVisit,
    find_labelled,
    insert_visit,
    list_visits,
)
from console_server.database import Connection
from console_server.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class WantedCheckpoint:
    """What is to hold of a checkpoint. `since` None: from now on. `removed`: it is in use no more.

    A `since` in the past is a correction: days since then are judged anew.
    """

    checkpoint: NewCheckpoint
    since: datetime | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """What a phone says it scanned. lon/lat degrees WGS-84, both or neither."""

    client_id: str
    label: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A scan by what is now known of its checkpoint at that time. `distance_m` None: nobody knows.

    `counts`: the phone's place does not speak against it.
    """

    client_id: str
    checkpoint_code: str
    checkpoint_name: str
    visited_at: datetime
    distance_m: float | None
    counts: bool


async def put_checkpoints(
    connection: Connection, wanted: Sequence[WantedCheckpoint], now: datetime
) -> list[str]:
    """Create, change or remove checkpoints; each `created`, `updated` or `unchanged`.

    A change begins `now` unless it says otherwise, and so does a new checkpoint, lest days be held
    to it on which nobody knew of it; but where no track was recorded yet nobody can be wronged, and
    it holds for late data too.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('gridbeat checkpoints'))")
    present = {each.code: each for each in await list_checkpoints(connection)}
    changes = [(each, present.get(each.checkpoint.code)) for each in wanted]
    changes = [(each, was) for each, was in changes if not _holds_already(each, was)]
    await write_names(connection, [each.checkpoint for each, _ in changes])
    fresh = {each.checkpoint.area_id for each, was in changes if was is None}
    walked = await grids_with_tracks(connection, fresh)
    for each, was in changes:
        is_first = was is None and each.checkpoint.area_id not in walked
        since = each.since or (EVER if is_first else now)
        if not each.removed and was is not None and each.since is None and _in_place(each, was):
            continue  # only the name is another one
        await end_versions(connection, each.checkpoint.code, since)
        if not each.removed:
            await begin_version(connection, each.checkpoint, since)
    changed = {each.checkpoint.code for each, _ in changes}
    return [_outcome(each.checkpoint.code, present, changed) for each in wanted]


async def remove_checkpoint(
    connection: Connection, code: str, areas: Collection[int] | None, now: datetime
) -> None:
    """From now on this checkpoint is in use no more; days before keep it.

    Raises:
        NotFound: no checkpoint in use in these areas has this code.
    """
    found = {each.code for each in await list_checkpoints(connection, areas)}
    if code not in found:
        raise NotFound("checkpoint", code)
    await end_versions(connection, code, now)


async def record_visit(  # noqa: PLR0913 - who scanned what, with which phone, when
    connection: Connection,
    worker_id: int,
    handset_code: str,
    scan: Scan,
    *,
    now: datetime,
    keep: timedelta,
) -> Visit:
    """Keep a scan as a visit; the same `client_id` of the same handset is the same visit.

    Raises:
        NotFound: no checkpoint that was in use then has this label.
        Invalid: the time or the id cannot be right.
    """
    if not 0 < len(scan.client_id) <= 100:
        raise Invalid("The scan's id is empty or too long.", ["clientId"])
    check_time(scan.at, now, keep)
    code = code_on(scan.label)
    found = await find_labelled(connection, code, scan.at)
    if found is None or not is_genuine(scan.label, code, found.label_secret):
        raise NotFound("label of the checkpoint", code)
    has_place = scan.lon is not None and scan.lat is not None
    lon, lat = (scan.lon, scan.lat) if has_place else (None, None)
    scanned = ScannedFrom(True, lon, lat, scan.accuracy_m if has_place else None)
    distance_m = distance_at(scanned, found.lon, found.lat)
    visit = NewVisit(
        worker_id=worker_id,
        handset_code=handset_code,
        checkpoint_id=found.checkpoint_id,
        client_id=scan.client_id,
        visited_at=scan.at,
        received_at=now,
        distance_m=distance_m,
        lon=lon,
        lat=lat,
        accuracy_m=scanned.accuracy_m,
        counts=counts(distance_m, scanned.accuracy_m, found.radius_m),
    )
    return _as_now_known(await insert_visit(connection, visit))


async def checkpoints_in(connection: Connection, area_ids: Collection[int]) -> list[CheckpointRow]:
    """The checkpoints in use in these areas, by code."""
    return await list_checkpoints(connection, area_ids)


async def visits_between(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime
) -> list[Visit]:
    """A worker's visits in `[from_at, to_at)`, the latest first."""
    return [
        _as_now_known(each) for each in await list_visits(connection, worker_id, from_at, to_at)
    ]


def _holds_already(wanted: WantedCheckpoint, was: CheckpointRow | None) -> bool:
    if wanted.removed or was is None:
        return wanted.removed and was is None
    since_then = wanted.since is None or was.valid_from <= wanted.since
    return since_then and was.planned() == wanted.checkpoint


def _in_place(wanted: WantedCheckpoint, was: CheckpointRow) -> bool:
    return replace(was.planned(), name=wanted.checkpoint.name) == wanted.checkpoint


def _outcome(code: str, present: Mapping[str, CheckpointRow], changed: Collection[str]) -> str:
    if code not in changed:
        return "unchanged"
    return "updated" if code in present else "created"


def _as_now_known(kept: KeptVisit) -> Visit:
    """The checkpoint may have been corrected since; where it turned out to be none, none counts."""
    scanned = ScannedFrom(kept.counts, kept.lon, kept.lat, kept.accuracy_m)
    distance_m, does_count = kept.distance_m, False
    if kept.place_lon is not None and kept.place_lat is not None and kept.radius_m is not None:
        now_known_m = distance_at(scanned, kept.place_lon, kept.place_lat)
        distance_m = kept.distance_m if now_known_m is None else now_known_m
        does_count = counts_at(scanned, kept.place_lon, kept.place_lat, kept.radius_m)
    return Visit(
        client_id=kept.client_id,
        checkpoint_code=kept.checkpoint_code,
        checkpoint_name=kept.checkpoint_name,
        visited_at=kept.visited_at,
        distance_m=distance_m,
        counts=does_count,
    )
