"""Reads what was planned and allowed for many workers on one day.

Owns the queries on shifts, leave, duty, orders, grids and checkpoints; instants leave them as whole
microseconds, in which the rules count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString, TypeVar

from console_server.attendance.day import Checkpoint
from console_server.attendance.own_grounds import GridCheckpoint, Holding, Outline
from console_server.attendance.spans import Span, from_us
from console_server.checkpoints.visit import ScannedFrom
from console_server.database import Connection

Value = TypeVar("Value")
Scan = tuple[int, int, ScannedFrom]  # the checkpoint, when, from where


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """A planned shift."""

    worker_id: int
    from_us: int
    to_us: int
    kind: str

    @property
    def span(self) -> Span:
        """From, to."""
        return self.from_us, self.to_us


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything but the fixes, by worker. An end of None has not come yet.

    `scans`: which checkpoint's label was scanned when, from where. `posts`: what was held, if that
    was asked for.
    """

    shifts: Sequence[ShiftSpan]
    leaves: Mapping[int, Sequence[Span]]
    duty: Mapping[int, Sequence[tuple[int, int | None]]]
    orders: Mapping[int, Sequence[tuple[int, int | None]]]
    holdings: Mapping[int, Sequence[Holding]]
    outlines: Mapping[int, Sequence[Outline]]
    checkpoints: Mapping[int, Sequence[GridCheckpoint]]  # by grid
    outages: Sequence[Span] = ()
    excused: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    scans: Mapping[int, Sequence[Scan]] = field(default_factory=dict)
    guides: frozenset[int] = frozenset()
    posts: Mapping[int, Sequence[str]] = field(default_factory=dict)


async def read_roster(  # noqa: PLR0913 - whom, when, and which posts matter
    connection: Connection,
    worker_ids: Sequence[int],
    start_us: int,
    end_us: int,
    guide_posts: Sequence[str] = (),
    *,
    with_posts: bool = False,
) -> Roster:
    """What concerns these workers in `[start_us, end_us)`, shifts that reach past it included.

    Who holds one of `guide_posts` and no grid of the own has all the grids of the own area.
    """
    given: dict[str, object] = {
        "workers": list(worker_ids),
        "from_at": from_us(start_us),
        "to_at": from_us(end_us),
    }
    shifts = [ShiftSpan(*row) for row in await _rows(connection, _SHIFTS, given)]
    given["to_at"] = from_us(max([end_us, *(shift.to_us for shift in shifts)]))
    holdings = [Holding(*row) for row in await _rows(connection, _HOLDINGS, given)]
    held = await _rows(connection, _POSTS, given) if with_posts or guide_posts else []
    guides = frozenset(worker_id for worker_id, post in held if post in guide_posts)
    if guide_posts:
        given["guides"] = sorted(guides - {each.worker_id for each in holdings})
        holdings += [Holding(*row) for row in await _rows(connection, _TOURS, given)]
    given["grids"] = sorted({each.grid_id for each in holdings})
    outlines = [
        Outline(grid_id, start, end, bytes(wkb))
        for grid_id, start, end, wkb in await _rows(connection, _OUTLINES, given)
    ]
    checkpoints = [
        GridCheckpoint(grid_id, start, end, Checkpoint(*rest))
        for grid_id, start, end, *rest in await _rows(connection, _CHECKPOINTS, given)
    ]
    return Roster(
        shifts=shifts,
        leaves=_spans(await _rows(connection, _LEAVES, given)),
        duty=_spans(await _rows(connection, _DUTY, given)),
        orders=_spans(await _rows(connection, _ORDERS, given)),
        holdings=_grouped((each.worker_id, each) for each in holdings),
        outlines=_grouped((each.grid_id, each) for each in outlines),
        checkpoints=_grouped((each.grid_id, each) for each in checkpoints),
        outages=[(start, end) for start, end in await _rows(connection, _OUTAGES, given)],
        excused=_spans(await _rows(connection, _EXCUSED, given)),
        scans=_grouped(
            (worker_id, (checkpoint_id, at_us, ScannedFrom(*rest)))
            for worker_id, checkpoint_id, at_us, *rest in await _rows(connection, _SCANS, given)
        ),
        guides=guides,
        posts=_grouped(held),
    )


async def _rows(
    connection: Connection, query: LiteralString, given: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(query, given)
    return await cursor.fetchall()


def _spans(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, Sequence[tuple[int, Any]]]:
    return _grouped((worker_id, (start, end)) for worker_id, start, end in rows)


def _grouped(pairs: Iterable[tuple[int, Value]]) -> Mapping[int, Sequence[Value]]:
    found: dict[int, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


_SHIFTS: Final = """
    SELECT worker_id, (extract(epoch FROM starts_at) * 1000000)::bigint,
           (extract(epoch FROM ends_at) * 1000000)::bigint, kind
    FROM shifts
    WHERE worker_id = ANY(%(workers)s::integer[])
      -- how far back a shift that still runs may have begun
      AND starts_at >= %(from_at)s::timestamptz - interval '36 hours'
      AND starts_at < %(to_at)s AND ends_at > %(from_at)s
    ORDER BY worker_id, starts_at
"""
_LEAVES: Final = """
    SELECT worker_id, (extract(epoch FROM starts_at) * 1000000)::bigint,
           (extract(epoch FROM ends_at) * 1000000)::bigint
    FROM leaves
    WHERE worker_id = ANY(%(workers)s::integer[])
      AND starts_at < %(to_at)s AND ends_at > %(from_at)s
"""
_DUTY: Final = """
    SELECT worker_id, (extract(epoch FROM started_at) * 1000000)::bigint,
           (extract(epoch FROM ended_at) * 1000000)::bigint
    FROM duty_periods
    WHERE worker_id = ANY(%(workers)s::integer[]) AND started_at < %(to_at)s
      AND (ended_at > %(from_at)s OR (ended_at IS NULL AND started_at >= %(from_at)s))
"""
_ORDERS: Final = """
    SELECT worker_id,
           (extract(epoch FROM coalesce(en_route_at, on_scene_at)) * 1000000)::bigint,
           (extract(epoch FROM coalesce(cleared_at, ended_at)) * 1000000)::bigint
    FROM dispatches
    WHERE worker_id = ANY(%(workers)s::integer[])
      AND coalesce(en_route_at, on_scene_at) < %(to_at)s
      AND (coalesce(cleared_at, ended_at) > %(from_at)s OR coalesce(cleared_at, ended_at) IS NULL)
"""
_HOLDINGS: Final = """
    SELECT worker_id, area_id,
           (extract(epoch FROM greatest(valid_from, %(from_at)s)) * 1000000)::bigint,
           (extract(epoch FROM least(
               coalesce(valid_to, 'infinity'), %(to_at)s::timestamptz + interval '1 day'
           )) * 1000000)::bigint
    FROM worker_grids
    WHERE worker_id = ANY(%(workers)s::integer[])
      AND valid_from <= %(to_at)s AND (valid_to IS NULL OR valid_to > %(from_at)s)
    ORDER BY worker_id, area_id, valid_from
"""
_POSTS: Final = """
    SELECT worker_id, post FROM worker_posts
    WHERE worker_id = ANY(%(workers)s::integer[])
      AND valid_from < %(to_at)s AND (valid_to IS NULL OR valid_to > %(from_at)s)
    ORDER BY worker_id, valid_from
"""
_TOURS: Final = """
    SELECT w.worker_id, b.area_id,
           (extract(epoch FROM greatest(b.valid_from, %(from_at)s)) * 1000000)::bigint,
           (extract(epoch FROM least(
               coalesce(b.valid_to, 'infinity'), %(to_at)s::timestamptz + interval '1 day'
           )) * 1000000)::bigint
    FROM workers w
    JOIN areas a ON a.lineage @> ARRAY[w.area_id] AND a.kind = 'grid'
    JOIN area_boundaries b ON b.area_id = a.area_id
    WHERE w.worker_id = ANY(%(guides)s::integer[])
      AND b.valid_from <= %(to_at)s AND (b.valid_to IS NULL OR b.valid_to > %(from_at)s)
      AND (a.retired_at IS NULL OR a.retired_at > %(from_at)s)
    ORDER BY w.worker_id, b.area_id, b.valid_from
"""
_OUTLINES: Final = """
    SELECT area_id,
           (extract(epoch FROM greatest(valid_from, %(from_at)s)) * 1000000)::bigint,
           (extract(epoch FROM least(
               coalesce(valid_to, 'infinity'), %(to_at)s::timestamptz + interval '1 day'
           )) * 1000000)::bigint,
           wkb
    FROM area_boundaries
    WHERE area_id = ANY(%(grids)s::integer[])
      AND valid_from <= %(to_at)s AND (valid_to IS NULL OR valid_to > %(from_at)s)
    ORDER BY area_id, valid_from
"""
_OUTAGES: Final = """
    SELECT (extract(epoch FROM started_at) * 1000000)::bigint,
           (extract(epoch FROM ended_at) * 1000000)::bigint
    FROM outages
    WHERE started_at < %(to_at)s AND ended_at > %(from_at)s
"""
_EXCUSED: Final = """
    SELECT worker_id, (extract(epoch FROM excused_from) * 1000000)::bigint,
           (extract(epoch FROM excused_to) * 1000000)::bigint
    FROM appeals
    WHERE ruling = 'granted' AND worker_id = ANY(%(workers)s::integer[])
      AND excused_from < %(to_at)s AND excused_to > %(from_at)s
"""
_SCANS: Final = """
    SELECT worker_id, checkpoint_id, (extract(epoch FROM visited_at) * 1000000)::bigint,
           counts, lon, lat, accuracy_m
    FROM checkpoint_visits
    WHERE worker_id = ANY(%(workers)s::integer[])
      AND visited_at >= %(from_at)s AND visited_at <= %(to_at)s
    ORDER BY visited_at
"""
_CHECKPOINTS: Final = """
    SELECT area_id, (extract(epoch FROM greatest(valid_from, %(from_at)s)) * 1000000)::bigint,
           (extract(epoch FROM least(
               coalesce(valid_to, 'infinity'), %(to_at)s::timestamptz + interval '1 day'
           )) * 1000000)::bigint,
           checkpoint_id, lon, lat, radius_m, visit_list
    FROM checkpoint_versions
    WHERE area_id = ANY(%(grids)s::integer[])
      AND valid_from <= %(to_at)s AND (valid_to IS NULL OR valid_to > %(from_at)s)
    ORDER BY checkpoint_id, valid_from
"""
