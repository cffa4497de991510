"""The SQL of photos: rows in and out, and the wait for reports that come later.

Owns rows; not what a photo means to its case (`commands.py`). Everything runs in the caller's
transaction.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from console_server.database import Connection

LOOK = """photo_id, incident_id, waits_for, upload_key, sent_sha256, sha256, added_at, added_by,
          worker_id, account_id, width, height, octet_length(content) AS size_bytes"""


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo without its picture. `waits_for`: the client id of the report it waits for."""

    photo_id: UUID
    incident_id: UUID | None
    waits_for: str | None
    upload_key: str
    sent_sha256: bytes
    sha256: bytes
    added_at: datetime
    added_by: str
    worker_id: int | None
    account_id: int | None
    width: int
    height: int
    size_bytes: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent_sha256", bytes(self.sent_sha256))
        object.__setattr__(self, "sha256", bytes(self.sha256))


async def lock_report(connection: Connection, client_id: str) -> None:
    """Wait for whoever is at this report or its photos; held to the end of the transaction."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('photos:' || %(id)s, 0))", {"id": client_id}
    )


async def lock_upload(connection: Connection, upload_key: str) -> None:
    """Wait for another try with the same photo; held to the end of the transaction."""
    await lock_report(connection, f"upload:{upload_key}")


async def insert_photo(
    connection: Connection, row: PhotoRow, content: bytes, thumbnail: bytes
) -> None:
    """Store a photo with its picture."""
    values: dict[str, Any] = asdict(row) | {"content": content, "thumbnail": thumbnail}
    await connection.execute(
        """INSERT INTO photos (photo_id, incident_id, waits_for, upload_key, sent_sha256, sha256,
               added_at, added_by, worker_id, account_id, width, height, content, thumbnail)
           VALUES (%(photo_id)s, %(incident_id)s, %(waits_for)s, %(upload_key)s, %(sent_sha256)s,
               %(sha256)s, %(added_at)s, %(added_by)s, %(worker_id)s, %(account_id)s, %(width)s,
               %(height)s, %(content)s, %(thumbnail)s)""",
        values,
    )


async def photo_of_upload(connection: Connection, upload_key: str) -> PhotoRow | None:
    """The photo that an earlier try brought."""
    found = await _rows(connection, "upload_key = %(key)s", {"key": upload_key})
    return found[0] if found else None


async def find_photo(connection: Connection, photo_id: UUID) -> PhotoRow | None:
    """One photo."""
    found = await _rows(connection, "photo_id = %(id)s", {"id": photo_id})
    return found[0] if found else None


async def photos_of(connection: Connection, incident_id: UUID) -> list[PhotoRow]:
    """The photos of a case, oldest first."""
    return await _rows(connection, "incident_id = %(id)s", {"id": incident_id})


async def photos_waiting_for(connection: Connection, client_id: str) -> list[PhotoRow]:
    """Those whose report had not come when they did, oldest first."""
    return await _rows(connection, "waits_for = %(id)s", {"id": client_id})


async def waiting_of_worker(connection: Connection, worker_id: int) -> int:
    """How many photos of this worker wait for reports."""
    cursor = await connection.execute(
        "SELECT count(*) FROM photos WHERE waits_for IS NOT NULL AND worker_id = %(id)s",
        {"id": worker_id},
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def attach(connection: Connection, photo_id: UUID, incident_id: UUID) -> None:
    """A photo that waited belongs to this case from now on."""
    await connection.execute(
        """UPDATE photos SET incident_id = %(incident_id)s, waits_for = NULL
           WHERE photo_id = %(photo_id)s""",
        {"photo_id": photo_id, "incident_id": incident_id},
    )


async def case_of_report(connection: Connection, client_id: str) -> UUID | None:
    """The incident that the report opened, if it has come."""
    cursor = await connection.execute(
        "SELECT incident_id FROM incidents WHERE client_id = %(id)s", {"id": client_id}
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def read_content(connection: Connection, photo_id: UUID) -> bytes:
    """The picture of a photo that is there."""
    return await _bytes(connection, "SELECT content FROM photos WHERE photo_id = %(id)s", photo_id)


async def read_thumbnail(connection: Connection, photo_id: UUID) -> bytes:
    """The small picture of a photo that is there."""
    query = "SELECT thumbnail FROM photos WHERE photo_id = %(id)s"
    return await _bytes(connection, query, photo_id)


async def _bytes(connection: Connection, query: Any, photo_id: UUID) -> bytes:  # noqa: ANN401 - a literal
    cursor = await connection.execute(query, {"id": photo_id})
    row = await cursor.fetchone()
    return bytes(row[0]) if row else b""


async def _rows(connection: Connection, where: str, values: dict[str, Any]) -> list[PhotoRow]:
    async with connection.cursor(row_factory=class_row(PhotoRow)) as cursor:
        await cursor.execute(
            f"SELECT {LOOK} FROM photos WHERE {where} ORDER BY added_at, photo_id",  # noqa: S608  # type: ignore[arg-type]
            values,
        )
        return await cursor.fetchall()
