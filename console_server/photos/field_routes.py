# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`PUT /api/field/reports/{clientId}/photos/{photoId}`: a handset sends the photos of its report.

Owns HTTP; the body is the picture itself. The report is named by the handset's own id, so that a
worker can add to reports of this handset alone, before or after the report itself arrives.
"""

import hashlib

from litestar import Router, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from console_server.database import Pool
from console_server.errors import Invalid
from console_server.field.session import FieldRequest, requires_worker
from console_server.incidents.actor import Act, acting_worker
from console_server.parts import Clock
from console_server.photos.commands import Upload, add_to_report
from console_server.photos.decoding import decode
from console_server.photos.limits import BYTES_CEILING
from console_server.photos.routes import in_wire
from console_server.settings import Settings
from console_server.wire.photos import Photo

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


router = Router(path="/", route_handlers=[put_photo], opt={"no_compression": True}, tags=["field"])
