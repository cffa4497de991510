"""Lines over a border: where the short way is gone, it comes to the same as the long one."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from console_server.attendance.border import Border, BorderColumns, border_of
from console_server.attendance.crossings import Edges, plain_crossings

LON, LAT = 118.6, 32.05
SQUARE = shapely.box(LON, LAT, LON + 0.01, LAT + 0.01)
YARD = shapely.box(LON + 0.004, LAT + 0.004, LON + 0.006, LAT + 0.006)
TEN_S = 10_000_000
Ends = tuple[NDArray[np.float64], NDArray[np.float64]]


def border(*grids: shapely.Geometry) -> Border:
    found = border_of(tuple(shapely.to_wkb(each) for each in grids))
    assert found is not None
    return found


GRIDS = {
    "square": border(SQUARE),
    "with a yard": border(shapely.difference(SQUARE, YARD)),
    "in two parts": border(SQUARE, shapely.box(LON + 0.012, LAT, LON + 0.02, LAT + 0.01)),
    "a star": border(
        shapely.Polygon(
            [
                (LON + 0.005 + radius * np.cos(angle), LAT + 0.005 + radius * np.sin(angle))
                for angle, radius in zip(
                    np.linspace(0, 2 * np.pi, 24, endpoint=False), [0.005, 0.002] * 12, strict=True
                )
            ]
        )
    ),
}


def by_geos(grid: Border, lon: Ends, lat: Ends, length_us: NDArray[np.int64]) -> list[list[int]]:
    """Parts inside as line, begin and end, by GEOS alone."""
    begins, ends = (np.column_stack(grid.to_metres(lon[at], lat[at])) for at in (0, 1))
    parts = []
    for line, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        shared = shapely.intersection(grid.ground, shapely.LineString([begin, end]))
        for part in [] if shared.is_empty else shapely.get_parts(shared):
            way = end - begin
            shares = (shapely.get_coordinates(part) - begin) @ way / (way @ way)
            edges = np.rint(np.clip(shares, 0, 1) * length_us[line]).astype(int)
            parts.append([line, int(edges.min()), int(edges.max())])
    return sorted(part for part in parts if part[1] < part[2])


@pytest.mark.parametrize("name", GRIDS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), step=st.sampled_from([1e-6, 1e-4, 1e-3, 2e-2]))
def test_every_part_inside_is_the_one_that_geos_finds(name: str, seed: int, step: float) -> None:
    rng, grid = np.random.default_rng(seed), GRIDS[name]
    from_lon, from_lat = LON + rng.uniform(-0.002, 0.022, 40), LAT + rng.uniform(-0.002, 0.012, 40)
    if seed % 2:
        from_lon, from_lat = from_lon.round(3), from_lat.round(3)
    lon = (from_lon, from_lon + rng.normal(0, step, 40))
    lat = (from_lat, from_lat + rng.normal(0, step, 40) * (seed % 3 > 0))
    length_us = rng.integers(1, 3 * TEN_S, 40)
    found = BorderColumns.of([grid]).inside_parts(np.zeros(40, np.int64), lon, lat, length_us)
    parts = np.column_stack(found)
    assert sorted(parts[parts[:, 1] < parts[:, 2]].tolist()) == by_geos(grid, lon, lat, length_us)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ((-50.0, 20.0, 50.0, 20.0), []),  # in and out again, over two edges
        ((-50.0, 20.0, 10.0, 20.0), [(0, 5_000_000, False)]),
        ((10.0, 20.0, -50.0, 20.0), [(0, 1_000_000, True)]),
        ((-50.0, 0.0, 10.0, 0.0), []),  # over a corner
        ((5.0, 5.0, 20.0, 20.0), []),  # wholly inside
        ((0.0, 10.0, 10.0, 10.0), []),  # from the edge itself
    ],
)
def test_only_a_line_over_one_edge_goes_the_short_way(
    line: tuple[float, ...], expected: list[tuple[int, int, bool]]
) -> None:
    box = np.array([[0, 0, 40, 0], [40, 0, 40, 40], [40, 40, 0, 40], [0, 40, 0, 0]], dtype=float)
    lines, length_us = np.array([line]), np.array([6_000_000])
    found = plain_crossings(Edges.of([box]), np.array([0]), lines, length_us)
    told = zip(found.line.tolist(), found.at_us.tolist(), found.begins_inside.tolist(), strict=True)
    assert list(told) == expected
