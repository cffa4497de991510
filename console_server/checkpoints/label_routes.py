"""`/api/checkpoints/labels`: what is put up at the checkpoints, for workers to scan."""

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.checkpoints.visit import label_text
from console_server.checkpoints.visit_store import list_labels
from console_server.database import Pool
from console_server.wire.handset import CheckpointLabel


@get("/checkpoints/labels", guards=[requires()])
async def labels(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    area: FromQuery[str | None] = None,
) -> list[CheckpointLabel]:
    """Labels to print; for administrators, as who has a label's text can claim a visit."""
    async with pool.connection() as connection:
        rows = await list_labels(connection, areas.within(request.user, area))
    return [
        CheckpointLabel(
            code=row.code,
            name=row.name,
            area_code=row.area_code,
            area_name=row.area_name,
            label=label_text(row.code, row.label_secret),
        )
        for row in rows
    ]


router = Router(path="/", route_handlers=[labels], tags=["areas"])
