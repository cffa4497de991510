import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_builders import border, s

from telemetry_ingest.fix import Floats
from telemetry_ingest.geofencing import NO_GRID, Border, BorderHistory, GridIndex

SQUARE = GridIndex([border(3, shapely.box(118.6, 32.0, 118.61, 32.01))])


def expected(borders: list[Border], lon: Floats, lat: Floats) -> list[int]:
    """By shapely alone: the lowest area_id among the grids that the place touches."""
    ids = np.array([b.area_id for b in borders])[:, None]
    shapes = np.array([b.shape for b in borders])[:, None]
    touching = shapely.intersects(shapes, shapely.points(lon, lat)[None, :])
    lowest = np.where(touching, ids, np.iinfo(np.int64).max).min(axis=0)
    return np.where(touching.any(axis=0), lowest, NO_GRID).tolist()


def town(seed: int, count: int = 12) -> list[Border]:
    """Grids that tile a rectangle, cut by a random Voronoi diagram; one has a hole, one is two."""
    rng = np.random.default_rng(seed)
    sites = shapely.MultiPoint(rng.uniform((118.6, 32.0), (118.66, 32.04), (count, 2)))
    frame = shapely.box(118.6, 32.0, 118.66, 32.04)
    cells = [
        shapely.intersection(cell, frame)
        for cell in shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    ]
    hole = cells[0].centroid.buffer(0.001)
    cells[0] = shapely.difference(cells[0], hole)
    merged = shapely.MultiPolygon([hole, shapely.box(118.67, 32.0, 118.68, 32.01)])
    ids = rng.permutation(np.arange(1, len(cells) + 2))
    return [border(int(i), shape) for i, shape in zip(ids, [*cells, merged], strict=True)]


def hard_places(borders: list[Border], rng: np.random.Generator) -> Floats:
    """Corners, points of edges, and points one float beside them."""
    corners = shapely.get_coordinates([b.shape for b in borders])
    lines = shapely.boundary([b.shape for b in borders])
    along = shapely.get_coordinates(
        shapely.line_interpolate_point(
            rng.choice(shapely.get_parts(lines), 400), rng.uniform(size=400), normalized=True
        )
    )
    places = np.concatenate((corners, along))
    beside = np.nextafter(places, places + rng.choice([-1.0, 1.0], places.shape))
    return np.concatenate((places, beside))


@pytest.mark.parametrize("seed", range(6))
def test_every_place_is_found_as_exact_geometry_has_it(seed: int) -> None:
    borders = town(seed)
    rng = np.random.default_rng(seed)
    anywhere = rng.uniform((118.59, 31.99), (118.69, 32.05), (3000, 2))
    lon, lat = np.concatenate((anywhere, hard_places(borders, rng))).T
    assert GridIndex(borders).locate(lon, lat).tolist() == expected(borders, lon, lat)


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=30))
def test_any_number_has_an_answer(places: list[tuple[float, float]]) -> None:
    lon, lat = (np.array(places, dtype=float).reshape(-1, 2)).T
    found = SQUARE.locate(lon, lat)
    inside = [118.6 <= x <= 118.61 and 32.0 <= y <= 32.01 for x, y in places]
    assert found.tolist() == [3 if here else NO_GRID for here in inside]


@settings(max_examples=8, deadline=None)
@given(st.floats(1e-7, 30.0), st.floats(1e-7, 30.0), st.integers(0, 2**32))
def test_grids_of_any_size_and_shape_are_found(width: float, height: float, seed: int) -> None:
    west = shapely.box(100, 20, 100 + width / 2, 20 + height)
    east = shapely.box(100 + width / 2, 20, 100 + width, 20 + height)
    borders = [border(9, west), border(4, east)]
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform((99.9, 19.9), (100 + width * 1.1, 20 + height * 1.1), (200, 2)).T
    assert GridIndex(borders).locate(lon, lat).tolist() == expected(borders, lon, lat)


def test_a_shared_border_belongs_to_the_grid_with_the_lower_number() -> None:
    west, east = shapely.box(118.6, 32, 118.61, 32.01), shapely.box(118.61, 32, 118.62, 32.01)
    shared = np.array([118.61]), np.array([32.005])
    assert GridIndex([border(7, west), border(5, east)]).locate(*shared).tolist() == [5]
    assert GridIndex([border(5, west), border(7, east)]).locate(*shared).tolist() == [5]


def test_a_fix_is_judged_by_the_border_of_its_time() -> None:
    before, after = shapely.box(118.6, 32, 118.61, 32.01), shapely.box(118.61, 32, 118.62, 32.01)
    history = BorderHistory(
        [border(2, before, s(-100), s(0)), border(2, after, s(0)), border(3, before, s(50))]
    )
    at_us = np.array([s(-101), s(-100), s(-0.000001), s(0), s(49), s(50)])
    lon, lat = np.full(6, 118.605), np.full(6, 32.005)
    assert history.locate(lon, lat, at_us).tolist() == [0, 2, 2, 0, 0, 3]


def test_without_grids_nothing_is_found() -> None:
    history = BorderHistory([])
    assert history.locate(np.array([118.6]), np.array([32.0]), np.array([0])).tolist() == [NO_GRID]
    assert history.region is None
