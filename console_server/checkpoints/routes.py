"""`/api/checkpoints`: the places that patrols must touch; an administrator removes one."""

import msgspec
from litestar import Router, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from console_server.access.account import AccountRequest
from console_server.access.audit import record_act
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.checkpoints.commands import remove_checkpoint
from console_server.checkpoints.store import list_checkpoints
from console_server.database import Pool
from console_server.parts import Clock
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


@delete("/checkpoints/{code:str}", guards=[requires()])
async def remove(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    code: FromPath[str],
) -> None:
    """A checkpoint is in use no more from now on; the days before are judged with it."""
    async with pool.connection() as connection:
        await remove_checkpoint(connection, code, areas.visible(request.user), clock())
        await record_act(connection, request.user.username, "checkpoint_removed", {"code": code})


router = Router(path="/", route_handlers=[checkpoints, remove], tags=["areas"])
