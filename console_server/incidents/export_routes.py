"""`/api/incidents/…`: one case as a page to print, many as a spreadsheet.

Owns HTTP and which cases; the forms are `printed.py` and `listed.py`.
"""

import asyncio
from dataclasses import replace
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.downloads import XLSX, download
from console_server.incidents.chain import find_faults
from console_server.incidents.flow import pack_of
from console_server.incidents.listed import workbook
from console_server.incidents.page_query import PageQuery
from console_server.incidents.printed import CaseFile, PrintedPhoto, page
from console_server.incidents.summaries import read_page, read_summary
from console_server.incidents.verify import read_links
from console_server.incidents.visible import visible_case
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.photos.commands import thumbnails_of

EXPORTED_MAX = 10_000
READERS = requires("dispatcher", "duty_leader", "supervisor", "department")


@get("/incidents/{incident_id:uuid}/file.html", guards=[READERS], media_type="text/html")
async def print_case(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
) -> str:
    """One case file as a page to print, with the last hash of its chain."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        summary = await read_summary(connection, incident_id)
        links = await read_links(connection, incident_id)
        pack = await pack_of(connection, case)
        photos = [
            PrintedPhoto(small, row.added_at, row.added_by, row.sha256)
            for row, small in await thumbnails_of(connection, incident_id)
        ]
    faults = list(find_faults(incident_id, case.version, links))
    file = CaseFile(summary, case.description, links, faults, photos)
    return page(file, pack, clock())


@get("/incidents/export.xlsx", guards=[READERS], media_type=XLSX)
async def export(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    pack: NamedDependency[RulePack],
    asked: NamedDependency[PageQuery],
) -> Response[bytes]:
    """The newest of the cases asked for, as a spreadsheet; at most some 10,000.

    Without a state in the query these are all, open and closed.
    """
    stated = "state" in request.query_params
    wanted = replace(asked, limit=EXPORTED_MAX, state=asked.state if stated else "all")
    async with pool.connection() as connection:
        found = await read_page(connection, wanted)
    title = f"{pack.name} 案卷"
    content = await asyncio.to_thread(workbook, title, pack, found.incidents)
    return download(content, XLSX, "cases.xlsx", title)
