"""Builds the own grids of a worker along the time axis from who had which grid under which border.

Owns the joining of histories: assignments of grids, versions of borders and of checkpoints. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from console_server.attendance.border import border_of
from console_server.attendance.day import (
    EVER_US,
    FOREVER_US,
    Checkpoint,
    OwnGround,
    TourGrid,
)
from console_server.attendance.spans import Span


@dataclass(frozen=True, slots=True)
class Holding:
    """A worker had this grid from, to."""

    worker_id: int
    grid_id: int
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A grid's border (WKB, lon/lat degrees) was in force from, to."""

    grid_id: int
    from_us: int
    to_us: int
    wkb: bytes


@dataclass(frozen=True, slots=True)
class GridCheckpoint:
    """A checkpoint with the grid it belongs to, from, to."""

    grid_id: int
    from_us: int
    to_us: int
    point: Checkpoint


def own_checkpoints(
    by_grid: Mapping[int, Sequence[GridCheckpoint]], holdings: Sequence[Holding], within: Span
) -> tuple[Checkpoint, ...]:
    """The checkpoints of the own grids by number, each for as long as it and the grid were there.

    One that was there all the time has no ends, so that what comes later does not change the past.
    """
    pieces = sorted(
        (
            _bounded(version, holding, within)
            for holding in holdings
            for version in by_grid.get(holding.grid_id, ())
            if _meet(version, holding, within)
        ),
        key=lambda each: (each.checkpoint_id, each.from_us),
    )
    found: list[Checkpoint] = []
    for each in pieces:
        last = found[-1] if found else None
        if last and last.to_us >= each.from_us and _is_the_same(last, each):
            found[-1] = replace(last, to_us=max(last.to_us, each.to_us))
        else:
            found.append(each)
    return tuple(found)


def _meet(version: GridCheckpoint, holding: Holding, within: Span) -> bool:
    start = max(version.from_us, holding.from_us, within[0])
    return start < min(version.to_us, holding.to_us) and start <= within[1]


def _bounded(version: GridCheckpoint, holding: Holding, within: Span) -> Checkpoint:
    start = max(version.from_us, holding.from_us)
    end = min(version.to_us, holding.to_us)
    return replace(
        version.point,
        from_us=start if start > within[0] else EVER_US,
        to_us=end if end <= within[1] else FOREVER_US,
    )


def _is_the_same(one: Checkpoint, other: Checkpoint) -> bool:
    return replace(one, from_us=0, to_us=0) == replace(other, from_us=0, to_us=0)


def own_grounds(
    holdings: Sequence[Holding], outlines: Mapping[int, Sequence[Outline]], within: Span
) -> tuple[OwnGround, ...]:
    """The own grids of one worker within a time, cut wherever they or their border changed."""
    grounds: list[OwnGround] = []
    cuts = sorted({*within, *_edges(holdings, outlines, within)})
    for start, end in pairwise(cuts):
        grids = tuple(sorted({each.grid_id for each in holdings if _holds(each, start)}))
        if not grids:
            continue
        border = border_of(tuple(_in_force(outlines, grids, start)))
        last = grounds[-1] if grounds else None
        if last and last.to_us == start and (last.grid_ids, last.border) == (grids, border):
            grounds[-1] = OwnGround(last.from_us, end, grids, border)
        else:
            grounds.append(OwnGround(start, end, grids, border))
    return tuple(grounds)


def tour_grids(
    grid_ids: Iterable[int], outlines: Mapping[int, Sequence[Outline]], at_us: int
) -> tuple[TourGrid, ...]:
    """The grids of a guide with the border in force at an instant, else the first one after it."""
    found = []
    for grid in grid_ids:
        known = outlines.get(grid, ())
        border = next((each for each in known if _holds(each, at_us)), next(iter(known), None))
        found.append(TourGrid(grid, border_of((border.wkb,)) if border else None))
    return tuple(found)


def _edges(
    holdings: Sequence[Holding], outlines: Mapping[int, Sequence[Outline]], within: Span
) -> Iterable[int]:
    spans: list[Holding | Outline] = [*holdings]
    for holding in holdings:
        spans += outlines.get(holding.grid_id, ())
    for each in spans:
        yield from (edge for edge in (each.from_us, each.to_us) if within[0] < edge < within[1])


def _in_force(
    outlines: Mapping[int, Sequence[Outline]], grids: Sequence[int], at_us: int
) -> Iterable[bytes]:
    for grid in grids:
        yield from (each.wkb for each in outlines.get(grid, ()) if _holds(each, at_us))


def _holds(each: Holding | Outline, at_us: int) -> bool:
    return each.from_us <= at_us < each.to_us
