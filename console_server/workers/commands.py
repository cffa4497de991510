"""Taking on workers and changing what is known of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console_server.access.account import Account
from console_server.areas.commands import EVER
from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.errors import Conflict, Invalid, NotFound
from console_server.imports.outcome import outcome
from console_server.wire.field import NewWorker
from console_server.workers.holdings import hold_grids, hold_post
from console_server.workers.store import (
    WorkerRow,
    groups_by_name,
    insert_worker,
    list_workers,
    update_worker,
)
from console_server.workers.worker import WorkerRecord


async def add_worker(connection: Connection, tree: AreaTree, new: NewWorker) -> int:
    """Take on one worker; the id.

    Raises:
        Invalid: an area, a grid or a group is not there, or they do not fit together.
        Conflict: the code is taken.
    """
    record = record_of(new, tree, await groups_by_name(connection))
    worker_id = await insert_worker(connection, record)
    if worker_id is None:
        raise Conflict(f"There is a worker {new.code} already.")
    await _place(connection, worker_id, record, EVER)
    return worker_id


def only_at_cases_of(account: Account) -> str | None:
    """The group to the people at whose cases an account is confined: a department's; None: to none.

    A department without a group sees nobody.
    """
    return (account.group_code or "") if account.role == "department" else None


async def find_worker(
    connection: Connection, tree: AreaTree, account: Account, worker_id: int
) -> WorkerRow:
    """A worker in service whom the account may see.

    Raises:
        NotFound: there is none.
    """
    rows = await list_workers(
        connection, tree.visible(account), worker_id, at_cases_of=only_at_cases_of(account)
    )
    if not rows:
        raise NotFound("worker", worker_id)
    return rows[0]


@dataclass(frozen=True, slots=True)
class WantedWorker:
    """A worker as a file has it. `since`: when grids and post came to be those; None: now."""

    record: WorkerRecord
    since: datetime | None = None


async def put_workers(
    connection: Connection, workers: Iterable[WantedWorker], now: datetime
) -> list[str]:
    """Create or change workers by code; each `created`, `updated` or `unchanged`."""
    present = {row.code: row for row in await list_workers(connection)}
    return [await _put(connection, present.get(each.record.code), each, now) for each in workers]


async def _put(
    connection: Connection, present: WorkerRow | None, wanted: WantedWorker, now: datetime
) -> str:
    record, since = wanted.record, wanted.since
    result = outcome(present.record() if present else None, record)
    if present is None:
        worker_id = await insert_worker(connection, record)
        if worker_id is not None:
            await _place(connection, worker_id, record, since or EVER)
        return result
    if result == "updated":
        await update_worker(connection, present.worker_id, record)
    if result == "updated" or since is not None:
        moved = await _place(connection, present.worker_id, record, since or now)
        return "updated" if moved else result
    return result


async def _place(
    connection: Connection, worker_id: int, record: WorkerRecord, since: datetime
) -> bool:
    """Grids and post as recorded since then; whether that is new."""
    grids = await hold_grids(connection, worker_id, record.grid_ids, since)
    post = await hold_post(connection, worker_id, record.post, since)
    return grids or post


def record_of(new: NewWorker, tree: AreaTree, groups: dict[str, int]) -> WorkerRecord:
    """The record of a new worker, its codes looked up.

    Raises:
        Invalid: with every fault, by field.
    """
    faults = [f"gridCodes: no grid {code}" for code in new.grid_codes if not is_grid(tree, code)]
    grid_ids = frozenset(
        node.area_id for code in new.grid_codes if (node := tree.by_code(code)) is not None
    )
    area_id = subdistrict_of(tree, new.area_code, grid_ids)
    if area_id is None and not faults:
        faults.append("areaCode: the grids and the area do not name one subdistrict")
    if new.group_code is not None and new.group_code not in groups:
        faults.append(f"groupCode: no group {new.group_code}")
    faults += [
        f"{field}: must not be empty"
        for field, value in (("code", new.code), ("name", new.name))
        if not value.strip()
    ]
    if faults or area_id is None:
        raise Invalid("This worker cannot be taken on.", faults)
    return WorkerRecord(
        new.code.strip(),
        new.name.strip(),
        new.kind,
        new.phone,
        area_id,
        groups[new.group_code] if new.group_code else None,
        tuple(new.skills),
        grid_ids,
        new.post.strip(),
    )


def is_grid(tree: AreaTree, code: str) -> bool:
    """Whether there is a grid of this code."""
    node = tree.by_code(code)
    return node is not None and node.kind == "grid"


def subdistrict_of(tree: AreaTree, area_code: str | None, grids: frozenset[int]) -> int | None:
    """The one subdistrict that the area (if named) and all grids lie in; None when not one."""
    named = tree.by_code(area_code) if area_code else None
    if area_code and named is None:
        return None
    ids = (*grids, named.area_id) if named else tuple(grids)
    above = {tree.ancestor(area_id, "subdistrict") for area_id in ids}
    found = above.pop() if len(above) == 1 else None
    return found.area_id if found else None
