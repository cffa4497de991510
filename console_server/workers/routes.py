"""`/api/workers`: list, show, take on."""

from dataclasses import asdict

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from console_server.access.account import Account, AccountRequest
from console_server.access.audit import record_act
from console_server.access.guards import requires
from console_server.areas.reference import reference_changed
from console_server.areas.tree import AreaTree
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.errors import Forbidden
from console_server.wire.field import NewWorker, Worker
from console_server.workers.commands import add_worker, find_worker, only_at_cases_of
from console_server.workers.store import WorkerRow, list_workers

UNNUMBERED = frozenset({"wall", "department"})  # see no telephone number of anybody
EVERYBODY = requires("dispatcher", "supervisor", "duty_leader", "department", "wall")


@get("/workers", guards=[EVERYBODY])
async def workers(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    area: FromQuery[str | None] = None,
) -> list[Worker]:
    """Workers in service within the account's areas, or within `area` (a code).

    A department is told of its own people and of those at its own cases.
    """
    within, group = areas.within(request.user, area), only_at_cases_of(request.user)
    async with pool.connection() as connection:
        rows = await list_workers(connection, within, at_cases_of=group)
    return [to_wire(row, request.user) for row in rows]


@get("/workers/{worker_id:int}", guards=[EVERYBODY])
async def worker(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    worker_id: FromPath[int],
) -> Worker:
    """One worker."""
    async with pool.connection() as connection:
        row = await find_worker(connection, areas, request.user, worker_id)
    return to_wire(row, request.user)


@post("/workers", guards=[requires()])
async def take_on(
    request: AccountRequest,
    data: JSONBody[NewWorker],
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    areas: NamedDependency[AreaTree],
) -> Worker:
    """Take on a worker."""
    async with pool.connection() as connection:
        worker_id = await add_worker(connection, areas, data)
        rows = await list_workers(connection, areas.visible(request.user), worker_id)
        if not rows:
            raise Forbidden("This worker would lie outside of your area.")
        await record_act(connection, request.user.username, "worker_added", asdict(rows[0]))
    await reference_changed(valkey)
    return to_wire(rows[0], request.user)


def to_wire(row: WorkerRow, account: Account) -> Worker:
    """A worker as the account may see it: who sends nobody out needs no telephone number."""
    found = msgspec.convert(row, Worker, from_attributes=True)
    return msgspec.structs.replace(found, phone=None) if account.role in UNNUMBERED else found


router = Router(path="/", route_handlers=[workers, worker, take_on], tags=["workers"])
