"""Geofencing: in which grid a place lies, by the borders that were in force at the time.

Owns the lookup structure; not where borders come from (`reference.py`). Exact: a raster answers
for cells that no border comes near, the polygon itself answers in all others.

A place on a border belongs to the grid with the lowest area_id among those it touches, so that
a shared border belongs to exactly one of its neighbours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely

from telemetry_ingest.fix import FOREVER_US, Floats, Ints
from telemetry_ingest.screening import Region

NO_GRID: Final = 0
# Cells of one raster: enough that few places fall near a border, few enough to stay in cache.
CELLS_PER_GRID: Final = 16_384
CELLS_MIN, CELLS_MAX = 1 << 16, 1 << 22
_BORDER: Final = -1  # this cell must ask the polygons


@dataclass(frozen=True, slots=True)
class Border:
    """One version of one grid's border, in force in `[from_us, to_us)`."""

    area_id: int
    from_us: int
    to_us: int
    shape: shapely.Geometry  # (multi)polygon, lon/lat degrees WGS-84


class GridIndex:
    """The grids of one moment."""

    def __init__(self, borders: Sequence[Border]) -> None:
        ordered = sorted(borders, key=lambda border: border.area_id)
        self._ids = np.array([border.area_id for border in ordered], dtype=np.int64)
        self._shapes = np.array([border.shape for border in ordered], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._raster = _Raster.over(self._shapes, self._exact) if ordered else None

    def locate(self, lon: Floats, lat: Floats) -> Ints:
        """area_id for each place, `NO_GRID` where there is none."""
        if self._raster is None:
            return np.full(len(lon), NO_GRID, dtype=np.int64)
        found = self._raster.look_up(lon, lat)
        near_border = np.flatnonzero(found == _BORDER)
        if len(near_border):
            found[near_border] = self._exact(lon[near_border], lat[near_border])
        return found

    def _exact(self, lon: Floats, lat: Floats) -> Ints:
        """Ask the polygons; of several that touch the place, the lowest area_id answers."""
        place, shape = self._tree.query(shapely.points(lon, lat))
        hit = shapely.intersects_xy(self._shapes[shape], lon[place], lat[place])
        first = np.full(len(lon), len(self._ids))
        np.minimum.at(first, place[hit], shape[hit])
        return np.asarray(np.append(self._ids, NO_GRID)[first])


@dataclass(frozen=True, slots=True, eq=False)
class _Raster:
    """Cells that hold the answer, or say that a border is near."""

    west: float
    south: float
    cell_deg: float
    columns: int
    rows: int
    answers: Ints  # by row * columns + column; one cell more, for places outside

    @classmethod
    def over(cls, shapes: "np.ndarray", exact: Callable[[Floats, Floats], Ints]) -> Self:
        """Lay cells over all shapes, one cell wider on every side."""
        west, south, east, north = shapely.total_bounds(shapes)
        wanted = int(np.clip(len(shapes) * CELLS_PER_GRID, CELLS_MIN, CELLS_MAX))
        cell_deg = max(np.sqrt(max(east - west, 1e-9) * max(north - south, 1e-9) / wanted), 1e-9)
        cell_deg = max(cell_deg, (east - west) / CELLS_MAX, (north - south) / CELLS_MAX)
        columns = int((east - west) / cell_deg) + 3
        rows = int((north - south) / cell_deg) + 3
        west, south = float(west - cell_deg), float(south - cell_deg)
        answers = np.zeros(rows * columns + 1, dtype=np.int64)
        raster = cls(west, south, cell_deg, columns, rows, answers)
        answers[raster._cells_near_borders(shapes)] = _BORDER
        answers[-1] = NO_GRID
        raster._fill(answers[:-1], exact)
        return raster

    def _fill(self, answers: Ints, exact: Callable[[Floats, Floats], Ints]) -> None:
        """Answer for all cells without a border, asking for the first of each run in a row only.

        A border between two neighbours would have marked both, so a run has one answer.
        """
        clear = answers != _BORDER
        begins = clear.copy()
        begins[1:] &= ~clear[:-1]
        begins[:: self.columns] |= clear[:: self.columns]
        first = np.flatnonzero(begins)
        x = self.west + (first % self.columns + 0.5) * self.cell_deg
        y = self.south + (first // self.columns + 0.5) * self.cell_deg
        run = np.cumsum(begins)[clear] - 1
        answers[clear] = exact(np.asarray(x), np.asarray(y))[run]

    def look_up(self, lon: Floats, lat: Floats) -> Ints:
        return self.answers[self._cell_of(lon, lat)]

    def _cell_of(self, lon: Floats, lat: Floats) -> Ints:
        with np.errstate(over="ignore"):  # of a place that is none
            column = (lon - self.west) / self.cell_deg
            row = (lat - self.south) / self.cell_deg
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        outside = self.rows * self.columns
        cell = np.where(inside, row, 0).astype(np.int64) * self.columns
        cell += np.where(inside, column, 0).astype(np.int64)
        return np.where(inside, cell, outside)

    def _cells_near_borders(self, shapes: "np.ndarray") -> Ints:
        """Every cell a border runs through, and its eight neighbours.

        Borders are sampled every half cell, so a border is never more than a quarter of a cell
        from a sample, and a cell that is not marked is at least three quarters away from any.
        """
        lines = shapely.get_parts(shapely.boundary(shapes))
        dense = shapely.segmentize(lines, self.cell_deg / 2)
        lonlat = shapely.get_coordinates(dense)
        marked = np.zeros((self.rows, self.columns), dtype=bool)
        column = ((lonlat[:, 0] - self.west) / self.cell_deg).astype(np.int64)
        row = ((lonlat[:, 1] - self.south) / self.cell_deg).astype(np.int64)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                marked[
                    np.clip(row + down, 0, self.rows - 1),
                    np.clip(column + right, 0, self.columns - 1),
                ] = True
        return np.flatnonzero(marked.ravel())


class BorderHistory:
    """The grids of every moment: one index for each time between two changes, made when used."""

    def __init__(self, borders: Sequence[Border]) -> None:
        self._borders = tuple(border for border in borders if border.to_us > border.from_us)
        changes = {border.from_us for border in self._borders}
        changes |= {border.to_us for border in self._borders if border.to_us != FOREVER_US}
        self._changes = np.array(sorted(changes), dtype=np.int64)
        self._indices: dict[int, GridIndex] = {}
        self.region = self._region()

    def locate(self, lon: Floats, lat: Floats, at_us: Ints) -> Ints:
        """area_id of the grid of each place at each instant, `NO_GRID` where there is none."""
        found = np.full(len(lon), NO_GRID, dtype=np.int64)
        era = np.searchsorted(self._changes, at_us, side="right")
        for one in np.unique(era):
            rows = era == one
            found[rows] = self._index(int(one)).locate(lon[rows], lat[rows])
        return found

    def prepare(self, at_us: int) -> None:
        """Make the index of this instant now, so that no fix has to wait for it."""
        self._index(int(np.searchsorted(self._changes, at_us, side="right")))

    def _index(self, era: int) -> GridIndex:
        if era not in self._indices:
            since = self._changes[era - 1] if era else None
            self._indices[era] = GridIndex(
                [b for b in self._borders if since is not None and b.from_us <= since < b.to_us]
            )
        return self._indices[era]

    def _region(self) -> Region | None:
        if not self._borders:
            return None
        bounds = shapely.total_bounds(np.array([b.shape for b in self._borders], dtype=object))
        return Region(*(float(bound) for bound in bounds))
