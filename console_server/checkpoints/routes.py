"""`/api/checkpoints`: the places that patrols must touch."""

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from console_server.access.account import AccountRequest
from console_server.areas.tree import AreaTree
from console_server.checkpoints.store import list_checkpoints
from console_server.database import Pool
from console_server.wire.field import Checkpoint


@get("/checkpoints")
async def checkpoints(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    area: FromQuery[str | None] = None,
) -> list[Checkpoint]:
    """Checkpoints within the account's areas, or within `area` (a code)."""
    async with pool.connection() as connection:
        rows = await list_checkpoints(connection, areas.within(request.user, area))
    return [msgspec.convert(row, Checkpoint, from_attributes=True) for row in rows]


router = Router(path="/", route_handlers=[checkpoints], tags=["areas"])
