"""The one path by which a file gets in, from the command line or by upload.

Owns which importer reads which kind, and the transaction around it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, get_args

import redis

from console_server.access.audit import record_act
from console_server.areas.store import read_tree
from console_server.database import Connection, connect
from console_server.errors import Invalid
from console_server.imports.areas import import_areas
from console_server.imports.basemap import import_basemap
from console_server.imports.checkpoints import import_checkpoints
from console_server.imports.complaints import Complaints
from console_server.imports.incidents import import_incidents
from console_server.imports.outcome import ImportContext
from console_server.imports.shifts import import_shifts
from console_server.imports.streets import import_streets
from console_server.imports.workers import import_workers
from console_server.packs.pack import RulePack, load_pack, parse_pack
from console_server.packs.store import ensure_pack
from console_server.wire.field import ImportReport
from telemetry_ingest.wire.live import REFERENCE_CHANNEL

ImportKind = Literal["areas", "workers", "shifts", "checkpoints", "basemap", "streets", "incidents"]
Importer = Callable[[bytes, ImportContext], Awaitable[ImportReport]]
IMPORTERS: Final[Mapping[ImportKind, Importer]] = {
    "areas": import_areas,
    "workers": import_workers,
    "shifts": import_shifts,
    "checkpoints": import_checkpoints,
    "basemap": import_basemap,
    "incidents": import_incidents,
    "streets": import_streets,
}
FILE_MAX_BYTES: Final = 64 << 20  # a city's base map is some 20 MB
DEFAULT_PACK: Final = "xingdian"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file, and who brought it. `visible` None: may change the whole installation."""

    kind: ImportKind
    name: str
    content: bytes
    actor: str
    visible: frozenset[int] | None = None


async def import_content(
    connection: Connection, file: ImportedFile, pack: RulePack, now: datetime
) -> ImportReport:
    """Import one file within the caller's transaction.

    Raises:
        Invalid: with every fault of the file; the caller's transaction must not be committed.
    """
    if len(file.content) > FILE_MAX_BYTES:
        raise Invalid(f"{file.name} is larger than {FILE_MAX_BYTES >> 20} MB.")
    context = ImportContext(
        connection=connection,
        tree=await read_tree(connection),
        pack=pack,
        now=now,
        complaints=Complaints(file.name),
        visible=file.visible,
    )
    report = await IMPORTERS[file.kind](file.content, context)
    if report.created or report.updated:
        await record_act(connection, file.actor, f"{file.kind}_imported", report)
    return report


def import_file(
    database_url: str,
    kind: ImportKind,
    path: Path,
    pack: RulePack | None = None,
    valkey_url: str | None = None,
) -> ImportReport:
    """Import one file from the command line.

    Without a pack, the newest one that the store knows counts, else the default one. With
    `valkey_url`, running servers and ingest take notice at once instead of within a minute.

    Raises:
        Invalid: with every fault of the file; nothing was changed.
        OSError: the file cannot be read.
        psycopg.Error: the store cannot be reached or refuses.
    """
    if kind not in get_args(ImportKind):
        raise Invalid(f"There is no import of {kind}; there are {', '.join(IMPORTERS)}.")
    file = ImportedFile(kind, path.name, path.read_bytes(), "command line")
    report = asyncio.run(_import_once(database_url, file, pack))
    if valkey_url is not None:
        with redis.Redis.from_url(valkey_url) as valkey:
            valkey.publish(REFERENCE_CHANNEL, b"1")
    return report


async def _import_once(
    database_url: str, file: ImportedFile, pack: RulePack | None
) -> ImportReport:
    async with await connect(database_url) as connection:
        pack = pack or await stored_pack(connection)
        await ensure_pack(connection, pack)
        return await import_content(connection, file, pack, datetime.now(UTC))


async def stored_pack(connection: Connection) -> RulePack:
    """The newest pack that a server ran with here, else the default one."""
    cursor = await connection.execute("SELECT body FROM packs ORDER BY loaded_at DESC LIMIT 1")
    row = await cursor.fetchone()
    return parse_pack(row[0]) if row else load_pack(DEFAULT_PACK)
