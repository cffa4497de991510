"""Grid lookup, beside numpy's gather from an array of the same size; and whether it is exact.

Owns a figure for each size of city, by the CPU time of this thread, for nothing waits in it. Random
places and adversarial ones (corners, vertices, points on borders and next to them) are compared
with the polygons themselves.
"""

import time
from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from bench_figures import Figure
from bench_rig import FRAME, voronoi_grids

from telemetry_ingest.geofencing import NO_GRID, Border, GridIndex

PLACES: Final = 1_000_000
COMPARED: Final = 100_000


def grid_lookup(rounds: int) -> Iterator[Figure]:
    """For a district and for a small city."""
    for count in (59, 500):
        borders = voronoi_grids(count)
        began = time.perf_counter()
        index = GridIndex(borders)
        lon, lat = _places()
        index.locate(lon, lat)
        first_s = time.perf_counter() - began
        values, limits = [], []
        for _ in range(rounds):
            values.append(PLACES / _seconds(index, lon, lat))
            limits.append(PLACES / _gather_s())
        wrong = mismatches(borders, index)
        yield Figure(
            f"grid lookup, {count} grids",
            "places/CPU-s",
            values,
            "≥ 5,000,000 places/s, 0 mismatches",
            "numpy gather",
            limits,
            {"mismatches": wrong, "first use after s": round(first_s, 2)},
        )


def mismatches(borders: list[Border], index: GridIndex) -> int:
    """Of random and of adversarial places, how many get another answer than the polygons give."""
    lon, lat = np.concatenate([_places()[:, :COMPARED], _adversarial(borders)], axis=1)
    shapes = np.array([border.shape for border in borders], dtype=object)
    shapely.prepare(shapes)
    exact = np.full(len(lon), NO_GRID)
    for border in sorted(borders, key=lambda border: -border.area_id):  # the lowest id last
        exact[shapely.intersects_xy(border.shape, lon, lat)] = border.area_id
    return int((index.locate(lon, lat) != exact).sum())


def _adversarial(borders: list[Border]) -> np.ndarray:
    """Vertices, middles of edges, and both a hair's breadth to every side."""
    vertices = shapely.get_coordinates([border.shape for border in borders])
    places = np.concatenate([vertices, (vertices[1:] + vertices[:-1]) / 2])
    nudges = [(x, y) for x in (-1e-12, 0.0, 1e-12) for y in (-1e-12, 0.0, 1e-12)]
    return np.concatenate([places + nudge for nudge in nudges]).T


def _places() -> np.ndarray:
    rng = np.random.default_rng(2)
    low, high = np.array(FRAME[:2]) - 0.01, np.array(FRAME[2:]) + 0.01
    return rng.uniform(low, high, (PLACES, 2)).T.copy()


def _seconds(index: GridIndex, lon: np.ndarray, lat: np.ndarray) -> float:
    began = time.thread_time()
    index.locate(lon, lat)
    return time.thread_time() - began


def _gather_s() -> float:
    answers = np.zeros(1 << 20, dtype=np.int64)
    cells = np.random.default_rng(3).integers(0, len(answers), PLACES)
    began = time.thread_time()
    answers[cells]
    return time.thread_time() - began
