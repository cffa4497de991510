"""Adding photos to cases, each once, with its hash in the case file.

Owns the commands, how many there may be, and the wait: a report goes by MQTT and its photos by
HTTP, so either may come first. A photo that came before its report waits under the report's client
id and joins the case when it opens; one whose report never comes goes with `forget_photos`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from console_server.database import Connection
from console_server.errors import Conflict, NotFound, PhotosFull
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, lock_case, write_event
from console_server.incidents.incident import DONE
from console_server.photos import store
from console_server.photos.picture import Picture
from console_server.photos.store import PhotoRow

WAITS_AT_MOST: Final = timedelta(days=7)  # a handset may be without a network for days
WAITING_PER_WORKER: Final = 60  # more than a day's reports can have


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo that somebody sends. `key` is the sender's own: a retry is the same photo."""

    key: str
    sent_sha256: bytes
    picture: Picture
    per_case: int  # how many there may be


async def add_to_case(
    connection: Connection, incident_id: UUID, upload: Upload, act: Act, *, open_only: bool = False
) -> PhotoRow:
    """Add a photo to a case, or give the one that the same upload added before.

    Raises:
        NotFound: there is no such case.
        Conflict: the case is at its end (`open_only`), or the key was used for another photo.
        PhotosFull: it has as many as it may have.
    """
    await store.lock_upload(connection, upload.key)
    if known := await _known(connection, upload):
        return known
    case = await lock_case(connection, incident_id)
    if open_only and case.status in DONE:
        raise Conflict(f"Case {case.code} is at its end.")
    return await _add(connection, case, upload, act)


async def add_to_report(
    connection: Connection, client_id: str, upload: Upload, act: Act
) -> PhotoRow:
    """Add a photo to the case that a report opened, or keep it until the report comes.

    Raises:
        Conflict: the key was used for another photo.
        PhotosFull: the case, or the worker's waiting room, has as many as it may have.
    """
    await store.lock_report(connection, client_id)
    if known := await _known(connection, upload):
        return known
    incident_id = await store.case_of_report(connection, client_id)
    if incident_id is not None:
        return await _add(connection, await lock_case(connection, incident_id), upload, act)
    await _expect_room_to_wait(connection, client_id, upload, act)
    row = replace(_row(upload, act), waits_for=client_id)
    await store.insert_photo(connection, row, upload.picture.content, upload.picture.thumbnail)
    return row


async def attach_waiting(connection: Connection, case: Case, act: Act) -> None:
    """Give the case that a report opened the photos that came before it; again does no harm."""
    if case.client_id is None:
        return
    await store.lock_report(connection, case.client_id)
    waiting = await store.photos_waiting_for(connection, case.client_id)
    if not waiting:
        return
    case = await lock_case(connection, case.incident_id)
    for row in waiting:
        await store.attach(connection, row.photo_id, case.incident_id)
        case = await write_event(connection, case, "photo", act, _entry(row))
    await announce(connection, case)


async def visible_photo(connection: Connection, photo_id: UUID) -> tuple[PhotoRow, UUID]:
    """A photo with its case; whether one may see the case is the route's to ask.

    Raises:
        NotFound: there is none, or it waits for its report still.
    """
    row = await store.find_photo(connection, photo_id)
    if row is None or row.incident_id is None:
        raise NotFound("photo", str(photo_id))
    return row, row.incident_id


async def thumbnails_of(connection: Connection, incident_id: UUID) -> list[tuple[PhotoRow, bytes]]:
    """The photos of a case with their small pictures, for its printed file."""
    rows = await store.photos_of(connection, incident_id)
    return [(row, await store.read_thumbnail(connection, row.photo_id)) for row in rows]


async def _known(connection: Connection, upload: Upload) -> PhotoRow | None:
    known = await store.photo_of_upload(connection, upload.key)
    if known is not None and known.sent_sha256 != upload.sent_sha256:
        raise Conflict("Another photo was sent with this id.")
    return known


async def _add(connection: Connection, case: Case, upload: Upload, act: Act) -> PhotoRow:
    if len(await store.photos_of(connection, case.incident_id)) >= upload.per_case:
        raise PhotosFull(f"A case may have {upload.per_case} photos.")
    row = replace(_row(upload, act), incident_id=case.incident_id)
    await store.insert_photo(connection, row, upload.picture.content, upload.picture.thumbnail)
    await announce(connection, await write_event(connection, case, "photo", act, _entry(row)))
    return row


async def _expect_room_to_wait(
    connection: Connection, client_id: str, upload: Upload, act: Act
) -> None:
    if len(await store.photos_waiting_for(connection, client_id)) >= upload.per_case:
        raise PhotosFull(f"A case may have {upload.per_case} photos.")
    worker_id = act.actor.worker_id
    if worker_id is not None and (
        await store.waiting_of_worker(connection, worker_id) >= WAITING_PER_WORKER
    ):
        raise PhotosFull(f"{WAITING_PER_WORKER} photos wait for reports that have not come.")


def _row(upload: Upload, act: Act) -> PhotoRow:
    return PhotoRow(
        photo_id=uuid4(),
        incident_id=None,
        waits_for=None,
        upload_key=upload.key,
        sent_sha256=upload.sent_sha256,
        sha256=upload.picture.sha256,
        added_at=act.at,
        added_by=act.actor.name,
        worker_id=act.actor.worker_id,
        account_id=act.actor.account_id,
        width=upload.picture.width,
        height=upload.picture.height,
        size_bytes=len(upload.picture.content),
    )


def _entry(row: PhotoRow) -> dict[str, str]:
    """How it stands in the case file: the hash vouches for every byte that is kept."""
    return {"photo": str(row.photo_id), "sha256": row.sha256.hex()}


async def forget_photos(
    connection: Connection, keep: timedelta, now: datetime, *, only_count: bool = False
) -> int:
    """Photos of cases that ended `keep` ago, and those whose report never came: how many go."""
    cursor = await connection.execute(
        """SELECT photo_id FROM photos p LEFT JOIN incidents i USING (incident_id)
           WHERE i.closed_at < %(closed)s OR (waits_for IS NOT NULL AND added_at < %(waited)s)""",
        {"closed": now - keep, "waited": now - WAITS_AT_MOST},
    )
    ids = [row[0] for row in await cursor.fetchall()]
    if ids and not only_count:
        await connection.execute("DELETE FROM photos WHERE photo_id = ANY(%(ids)s)", {"ids": ids})
    return len(ids)
