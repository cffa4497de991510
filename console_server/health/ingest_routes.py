"""`GET /api/ingest`: how telemetry ingest fares, for administrators."""

from datetime import UTC, datetime, timedelta
from typing import Final

from litestar import Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from console_server.access.guards import requires
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.health.dead_letters import LetterRow, count_by_reason, newest_letters
from console_server.health.heartbeats import read_heartbeats
from console_server.parts import Clock
from console_server.wire.ingest import DeadLetter, IngestHealth, IngestProcess, RejectCount
from telemetry_ingest.wire.live import IngestHeartbeat

SINCE: Final = timedelta(hours=24)
NEWEST_MAX: Final = 50


@get("/ingest", guards=[requires()])
async def ingest(
    state: State,
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    clock: NamedDependency[Clock],
) -> IngestHealth:
    """Parts, processes, what waits at the broker, what was refused in the last 24 hours."""
    since = clock() - SINCE
    async with pool.connection() as connection:
        counts = await count_by_reason(connection, since)
        newest = await newest_letters(connection, since, NEWEST_MAX)
    health = state.health.latest
    return IngestHealth(
        ready=health.ready,
        parts=health.parts,
        detail=health.detail,
        loopback_s=health.loopback_s,
        broker_backlog=state.broker_backlog.latest,
        processes=[_process(beat) for beat in await read_heartbeats(valkey)],
        rejects=[RejectCount(one.reason, one.count) for one in counts],
        newest=[_letter(row) for row in newest],
    )


def _process(beat: IngestHeartbeat) -> IngestProcess:
    return IngestProcess(
        areas=beat.areas,
        at=_instant(beat.at),
        started_at=_instant(beat.started_at),
        waiting_for=beat.waiting_for,
        received=beat.received,
        committed=beat.committed,
        duplicate=beat.duplicate,
        ignored=beat.ignored,
        removed=beat.removed,
        redelivered=beat.redelivered,
        backlog=beat.backlog,
        committed_per_s=beat.committed_per_s,
        lag_half_s=beat.lag_half_s,
        lag_most_s=beat.lag_most_s,
        last_commit_at=None if beat.last_commit_at is None else _instant(beat.last_commit_at),
    )


def _letter(row: LetterRow) -> DeadLetter:
    return DeadLetter(
        received_at=row.received_at,
        reason=row.reason,
        handset_id=row.handset_code,
        worker_name=row.worker_name,
        topic=row.topic,
        fixed_at=row.fixed_at,
        detail=row.detail,
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


router = Router(path="/", route_handlers=[ingest], tags=["health"])
