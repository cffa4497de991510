"""Do grids tile? No overlap, no gap inside their parent, nothing outside of it.

Pure: polygons in lon/lat degrees in, faults with place and size out. Slivers that are narrower
than the tolerance are what digitising leaves and do not count.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

SLIVER_WIDTH_M = 0.5  # far below what a handset can tell apart, above rounding of coordinates
SMALLEST_FAULT_M2 = 1.0
METRES_PER_DEGREE = 111_194.93  # of a great circle on a sphere of 6,371,008.8 m


@dataclass(frozen=True, slots=True)
class TilingFault:
    """Where and how much. `codes` are the areas concerned; the place is inside of the fault."""

    kind: Literal["overlap", "gap", "outside"]
    codes: tuple[str, ...]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Plane:
    """Metres on a plane around one point: exact to 0.1 % over a district."""

    lon0: float
    lat0: float

    def to_metres(self, degrees: BaseGeometry) -> BaseGeometry:
        return shapely.transform(degrees, lambda lonlat: (lonlat - self._origin()) * self._scale())

    def fault(
        self, kind: Literal["overlap", "gap", "outside"], codes: Sequence[str], part: BaseGeometry
    ) -> TilingFault:
        point = shapely.get_coordinates(shapely.point_on_surface(part))[0]
        lon, lat = point / self._scale() + self._origin()
        return TilingFault(kind, tuple(codes), float(part.area), float(lon), float(lat))

    def _origin(self) -> npt.NDArray[np.float64]:
        return np.array([self.lon0, self.lat0])

    def _scale(self) -> npt.NDArray[np.float64]:
        east = METRES_PER_DEGREE * math.cos(math.radians(self.lat0))
        return np.array([east, METRES_PER_DEGREE])


def tiling_faults(
    grids: Mapping[str, BaseGeometry],
    parent_of: Mapping[str, str],
    parents: Mapping[str, BaseGeometry],
) -> list[TilingFault]:
    """All faults of these grids among each other and against those parents that have a border.

    Grids under a parent without a border are checked for holes between them.
    """
    if not grids:
        return []
    plane = _plane(grids)
    flat = {code: plane.to_metres(shape) for code, shape in grids.items()}
    faults = _overlaps(flat, plane)
    members: dict[str, list[str]] = {}
    for code in grids:
        members.setdefault(parent_of.get(code, ""), []).append(code)
    for parent, codes in members.items():
        union = shapely.union_all([flat[code] for code in codes])
        if parent in parents:
            border = plane.to_metres(parents[parent])
            faults += _gaps(border, union, parent, plane)
            faults += _outside(border, flat, codes, parent, plane)
        else:
            faults += _gaps(_without_holes(union), union, parent, plane)
    return faults


def _plane(grids: Mapping[str, BaseGeometry]) -> _Plane:
    west, south, east, north = shapely.total_bounds(list(grids.values()))
    return _Plane((west + east) / 2, (south + north) / 2)


def _overlaps(flat: Mapping[str, BaseGeometry], plane: _Plane) -> list[TilingFault]:
    codes, shapes = list(flat), list(flat.values())
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    return [
        plane.fault("overlap", (codes[one], codes[other]), part)
        for one, other in zip(left, right, strict=True)
        if one < other
        for part in _broad_parts(shapely.intersection(shapes[one], shapes[other]))
    ]


def _gaps(
    border: BaseGeometry, union: BaseGeometry, parent: str, plane: _Plane
) -> list[TilingFault]:
    parts = _broad_parts(shapely.difference(border, union))
    return [plane.fault("gap", (parent,), part) for part in parts]


def _outside(
    border: BaseGeometry,
    flat: Mapping[str, BaseGeometry],
    codes: Sequence[str],
    parent: str,
    plane: _Plane,
) -> list[TilingFault]:
    return [
        plane.fault("outside", (code, parent), part)
        for code in codes
        for part in _broad_parts(shapely.difference(flat[code], border))
    ]


def _broad_parts(shape: BaseGeometry) -> list[BaseGeometry]:
    """The parts of a difference or intersection that are no slivers."""
    polygons = [part for part in shapely.get_parts(shape) if part.area >= SMALLEST_FAULT_M2]
    return [part for part in polygons if not part.buffer(-SLIVER_WIDTH_M / 2).is_empty]


def _without_holes(shape: BaseGeometry) -> BaseGeometry:
    rings = [shapely.get_exterior_ring(part) for part in shapely.get_parts(shape)]
    return shapely.union_all(shapely.polygons(rings))
