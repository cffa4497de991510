# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/field/reports/{clientId}/photos`, `/api/field/dispatches/{id}/photos`: a handset's photos.

Owns HTTP; the body of a new one is the picture itself. A report is named by the handset's own id,
so that a worker can add to reports of this handset alone, before or after the report itself
arrives. Who has an order, or had it until lately, sees the photos of its case.
"""

import hashlib
from uuid import UUID

from litestar import Response, Router, get, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from console_server.database import Pool
from console_server.dispatches.own_orders import ENDED_WITHIN, case_of_order
from console_server.errors import Invalid, NotFound
from console_server.field.session import FieldRequest, requires_worker
from console_server.incidents.actor import Act, acting_worker
from console_server.parts import Clock
from console_server.photos import store
from console_server.photos.commands import Upload, add_to_report
from console_server.photos.decoding import decode
from console_server.photos.limits import BYTES_CEILING
from console_server.photos.picture import MEDIA_TYPE
from console_server.photos.routes import in_wire, picture_answer
from console_server.settings import Settings
from console_server.wire.photos import Photo, Photos

ID_MAX = 100  # as long as a report's own id may be


@put(
    "/reports/{client_id:str}/photos/{photo_id:str}",
    guards=[requires_worker],
    request_max_body_size=BYTES_CEILING,
)
async def put_photo(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    client_id: FromPath[str],
    photo_id: FromPath[str],
) -> Photo:
    """Add a photo to a report of this handset; the same ids again are the same photo."""
    if not (0 < len(client_id) <= ID_MAX and 0 < len(photo_id) <= ID_MAX):
        raise Invalid("Not a photo of a report.", [f"ids: empty, or over {ID_MAX} characters"])
    sent = await request.body()
    picture = await decode(sent, settings.photos)
    report = f"{request.user.handset_code}:{client_id}"
    key = f"report:{report}/{photo_id}"
    upload = Upload(key, hashlib.sha256(sent).digest(), picture, settings.photos.per_case)
    worker = acting_worker(request.user.worker_id, request.user.display_name)
    async with pool.connection() as connection:
        return in_wire(await add_to_report(connection, report, upload, Act(worker, clock())))


@get("/dispatches/{dispatch_id:uuid}/photos", guards=[requires_worker])
async def list_photos_of_order(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    dispatch_id: FromPath[UUID],
) -> Photos:
    """The photos of the case that an own order is about, oldest first."""
    since = clock() - ENDED_WITHIN
    async with pool.connection() as connection:
        incident_id, _ = await case_of_order(connection, request.user.worker_id, dispatch_id, since)
        rows = await store.photos_of(connection, incident_id)
    return Photos([in_wire(row) for row in rows], settings.photos.per_case)


async def _name(
    request: FieldRequest,
    pool: NamedDependency[Pool],
    clock: NamedDependency[Clock],
    dispatch_id: FromPath[UUID],
    photo_id: FromPath[UUID],
) -> str:
    """What a photo of the case of an own order is called when it is saved.

    Raises:
        NotFound: it is none.
    """
    since = clock() - ENDED_WITHIN
    async with pool.connection() as connection:
        incident_id, code = await case_of_order(
            connection, request.user.worker_id, dispatch_id, since
        )
        photo = await store.find_photo(connection, photo_id)
    if photo is None or photo.incident_id != incident_id:
        raise NotFound("photo", str(photo_id))
    return f"{code}-{photo_id.hex[:8]}.jpg"


NAMED = {"name": Provide(_name)}


@get(
    "/dispatches/{dispatch_id:uuid}/photos/{photo_id:uuid}",
    guards=[requires_worker],
    dependencies=NAMED,
    media_type=MEDIA_TYPE,
)
async def show_photo_of_order(
    pool: NamedDependency[Pool], name: NamedDependency[str], photo_id: FromPath[UUID]
) -> Response[bytes]:
    """One of them."""
    async with pool.connection() as connection:
        return picture_answer(await store.read_content(connection, photo_id), name)


@get(
    "/dispatches/{dispatch_id:uuid}/photos/{photo_id:uuid}/thumbnail",
    guards=[requires_worker],
    dependencies=NAMED,
    media_type=MEDIA_TYPE,
)
async def show_thumbnail_of_order(
    pool: NamedDependency[Pool], name: NamedDependency[str], photo_id: FromPath[UUID]
) -> Response[bytes]:
    """One of them, small."""
    async with pool.connection() as connection:
        return picture_answer(await store.read_thumbnail(connection, photo_id), f"small-{name}")


router = Router(
    path="/",
    route_handlers=[
        put_photo,
        list_photos_of_order,
        show_photo_of_order,
        show_thumbnail_of_order,
    ],
    opt={"no_compression": True},
    tags=["field"],
)
