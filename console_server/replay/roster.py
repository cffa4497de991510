"""Who is in a replay: the workers with their grids and their duty of that time, by slot.

Owns putting these together; not the queries (`store.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from console_server.database import Connection
from console_server.replay.fixes import US, Holdings
from console_server.replay.period import Period
from console_server.replay.store import (
    Held,
    RosterRow,
    read_holdings,
    read_planned_duty,
    read_told_duty,
)
from console_server.wire.replay import ReplayGrid, ReplaySpan, ReplayWorker

NOBODY: Final[Sequence[Held]] = ()


async def roster_then(
    connection: Connection, rows: Sequence[RosterRow], period: Period
) -> list[ReplayWorker]:
    """The workers as they were in the period. A slot is the index in the order of their ids."""
    worker_ids = [row.worker_id for row in rows]
    grids = _by_worker(await read_holdings(connection, worker_ids, period))
    told = _by_worker(await read_told_duty(connection, worker_ids, period))
    planned = _by_worker(await read_planned_duty(connection, worker_ids, period))
    return [
        ReplayWorker(
            slot=slot,
            worker_id=row.worker_id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            group_code=row.group_code,
            grids=[ReplayGrid(each.code, each.from_at, each.to_at) for each in _of(grids, row)],
            duty=_joined(_of(told, row) or _of(planned, row)),
            duty_told=row.worker_id in told,
        )
        for slot, row in enumerate(rows)
    ]


def holdings_of(held: Sequence[Held], worker_ids: Sequence[int]) -> Holdings:
    """The workers' own grids as columns by slot. `worker_ids` ascending."""
    workers = np.array([each.worker_id for each in held], dtype=np.int64)
    return Holdings(
        slot=np.searchsorted(np.array(worker_ids, dtype=np.int64), workers).astype(np.int64),
        area_id=np.array([each.area_id for each in held], dtype=np.int64),
        from_us=np.array([in_us(each.from_at) for each in held], dtype=np.int64),
        to_us=np.array([in_us(each.to_at) for each in held], dtype=np.int64),
    )


def in_us(at: datetime) -> int:
    """Unix microseconds."""
    return int(at.timestamp()) * US + at.microsecond


def _joined(held: Iterable[Held]) -> list[ReplaySpan]:
    """Spans in order of their start, those that touch made one."""
    spans: list[ReplaySpan] = []
    for each in held:
        if spans and each.from_at <= spans[-1].to_at:
            spans[-1] = ReplaySpan(spans[-1].from_at, max(spans[-1].to_at, each.to_at))
        else:
            spans.append(ReplaySpan(each.from_at, each.to_at))
    return spans


def _of(held: Mapping[int, Sequence[Held]], row: RosterRow) -> Sequence[Held]:
    return held.get(row.worker_id, NOBODY)


def _by_worker(held: Iterable[Held]) -> Mapping[int, Sequence[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    for each in held:
        found[each.worker_id].append(each)
    return found
