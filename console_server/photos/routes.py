# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/incidents/{id}/photos`, `/api/photos/{id}`: adding, listing and looking at photos.

Owns HTTP and who may see what; a photo of a case that one may not see seems not to be there. The
handset's own route is `field_routes.py`.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid4

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.errors import Invalid
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.visible import visible_case
from console_server.parts import Clock
from console_server.photos import store
from console_server.photos.commands import Upload, add_to_case, visible_photo
from console_server.photos.decoding import decode
from console_server.photos.limits import BYTES_CEILING
from console_server.photos.picture import MEDIA_TYPE
from console_server.photos.store import PhotoRow
from console_server.settings import Settings
from console_server.wire.photos import Photo, Photos

FORM_OVERHEAD_BYTES = 64 << 10
UPLOAD_KEY_MAX = 100
# Not for the wall: a photo may show who should not be shown to a whole room.
READERS = requires("dispatcher", "duty_leader", "supervisor", "department")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=600",
    "Vary": "Cookie",
}


@dataclass
class PhotoForm:
    """The form of an upload; `uploadId` makes a retry safe."""

    file: UploadFile
    uploadId: str | None = None  # noqa: N815 - the name of a form's field


@post(
    "/incidents/{incident_id:uuid}/photos",
    guards=[READERS],
    request_max_body_size=BYTES_CEILING + FORM_OVERHEAD_BYTES,
)
async def add_photo(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: MultipartBody[PhotoForm],
) -> Photo:
    """Add a photo to a case that is not at its end."""
    upload_id = data.uploadId or str(uuid4())
    if len(upload_id) > UPLOAD_KEY_MAX:
        raise Invalid("Not an upload.", [f"uploadId: longer than {UPLOAD_KEY_MAX} characters"])
    async with pool.connection() as connection:  # before the work of decoding
        await visible_case(connection, areas, request.user, incident_id)
    sent = await data.file.read()
    picture = await decode(sent, settings.photos)
    key = f"account:{request.user.account_id}:{incident_id}:{upload_id}"
    upload = Upload(key, hashlib.sha256(sent).digest(), picture, settings.photos.per_case)
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        act = Act(acting_account(request.user), clock())
        return in_wire(await add_to_case(connection, incident_id, upload, act, open_only=True))


@get("/incidents/{incident_id:uuid}/photos", guards=[READERS])
async def list_photos(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    settings: NamedDependency[Settings],
    incident_id: FromPath[UUID],
) -> Photos:
    """The photos of a case, oldest first."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        rows = await store.photos_of(connection, incident_id)
    return Photos([in_wire(row) for row in rows], settings.photos.per_case)


@get("/photos/{photo_id:uuid}", guards=[READERS], media_type=MEDIA_TYPE)
async def show_photo(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """One photo."""
    async with pool.connection() as connection:
        _, incident_id = await visible_photo(connection, photo_id)
        case = await visible_case(connection, areas, request.user, incident_id)
        content = await store.read_content(connection, photo_id)
    return picture_answer(content, f"{case.code}-{photo_id.hex[:8]}.jpg")


@get("/photos/{photo_id:uuid}/thumbnail", guards=[READERS], media_type=MEDIA_TYPE)
async def show_thumbnail(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    photo_id: FromPath[UUID],
) -> Response[bytes]:
    """One photo, small."""
    async with pool.connection() as connection:
        _, incident_id = await visible_photo(connection, photo_id)
        case = await visible_case(connection, areas, request.user, incident_id)
        content = await store.read_thumbnail(connection, photo_id)
    return picture_answer(content, f"{case.code}-{photo_id.hex[:8]}-small.jpg")


def in_wire(row: PhotoRow) -> Photo:
    """As lists carry it."""
    return Photo(
        id=str(row.photo_id),
        incident_id=None if row.incident_id is None else str(row.incident_id),
        added_at=row.added_at,
        added_by=row.added_by,
        width=row.width,
        height=row.height,
        size_bytes=row.size_bytes,
        sha256=row.sha256.hex(),
    )


def picture_answer(content: bytes, name: str) -> Response[bytes]:
    """The picture under a name, to be shown and nothing else."""
    headers = HEADERS | {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


router = Router(
    path="/",
    route_handlers=[add_photo, list_photos, show_photo, show_thumbnail],
    opt={"no_compression": True},
    tags=["photos"],
)
