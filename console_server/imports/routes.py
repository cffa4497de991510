# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`POST /api/…/import` for every kind of file: a form with the field `file`."""

from dataclasses import dataclass
from typing import get_args

from litestar import Router, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import MultipartBody

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.reference import reference_changed
from console_server.areas.tree import AreaTree
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.imports.commands import FILE_MAX_BYTES, ImportedFile, ImportKind, import_content
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.field import ImportReport

FORM_OVERHEAD_BYTES = 64 << 10


@dataclass
class Upload:
    """The form of an import."""

    file: UploadFile


def _route(kind: ImportKind) -> HTTPRouteHandler:
    @post(
        f"/{kind}/import",
        guards=[requires()],
        status_code=200,
        request_max_body_size=FILE_MAX_BYTES + FORM_OVERHEAD_BYTES,
        operation_id=f"import_{kind}",
        summary=f"Import {kind} from a file, all of it or nothing",
    )
    async def import_upload(
        request: AccountRequest,
        data: MultipartBody[Upload],
        pool: NamedDependency[Pool],
        valkey: NamedDependency[Valkey],
        areas: NamedDependency[AreaTree],
        pack: NamedDependency[RulePack],
        clock: NamedDependency[Clock],
        state: State,
    ) -> ImportReport:
        file = ImportedFile(
            kind=kind,
            name=data.file.filename or kind,
            content=await data.file.read(),
            actor=request.user.username,
            visible=areas.visible(request.user),
        )
        async with pool.connection() as connection:
            report = await import_content(connection, file, pack, clock())
        await state.reload_areas()
        await reference_changed(valkey)
        return report

    return import_upload


router = Router(
    path="/", route_handlers=[_route(kind) for kind in get_args(ImportKind)], tags=["imports"]
)
