"""The walking network: one piece, each node in its grid, ways found are the shortest."""

import heapq

import numpy as np
import pytest
import shapely

from simulators.city import City, generate
from simulators.geodesy import LocalPlane
from simulators.route import Router
from simulators.town.network import DOOR, Network


@pytest.fixture(scope="module")
def city() -> City:
    return generate(3)


@pytest.fixture(scope="module")
def router(city: City) -> Router:
    return Router(city.network, city.plane)


def _shortest_m(network: Network, start: int) -> dict[int, float]:
    """Plain Dijkstra, as a check on A*."""
    beside: dict[int, list[tuple[int, float]]] = {}
    for (a, b), length in zip(network.ends.tolist(), network.length_m.tolist(), strict=True):
        beside.setdefault(a, []).append((b, length))
        beside.setdefault(b, []).append((a, length))
    walked, waiting = dict[int, float](), [(0.0, start)]
    while waiting:
        at_m, node = heapq.heappop(waiting)
        if node not in walked:
            walked[node] = at_m
            for other, length in beside[node]:
                heapq.heappush(waiting, (at_m + length, other))
    return walked


def test_every_node_lies_in_the_grid_it_says(city: City) -> None:
    shapes = np.array([grid.shape for grid in city.grids])[city.network.grid]
    places = shapely.points(city.network.lonlat)

    assert city.network.grid_codes == tuple(grid.code for grid in city.grids)
    assert shapely.contains(shapes, places).all()


def test_every_grid_has_pavements_and_doors_with_floors(city: City) -> None:
    network = city.network
    for grid in city.grids:
        assert len(network.pavements(grid.code)) > 20
        assert len(network.doors(grid.code)) >= 5
    assert (network.floors[network.kind == DOOR] > 0).all()
    assert (network.floors[network.kind != DOOR] == 0).all()


def test_ways_have_length_and_no_node_is_cut_off(city: City) -> None:
    walked = _shortest_m(city.network, 0)

    assert len(walked) == len(city.network.lonlat)
    assert city.network.length_m.min() > 0.05


def test_routes_are_as_short_as_dijkstra_says(city: City, router: Router) -> None:
    start, *goals = np.random.default_rng(5).integers(len(city.network.lonlat), size=41).tolist()
    walked = _shortest_m(city.network, start)

    for goal in goals:
        route = router.find(start, goal)
        assert route.length_m == pytest.approx(walked[goal], rel=0.002)
        assert (route.nodes[0], route.nodes[-1]) == (start, goal)


def test_a_route_s_metres_agree_with_its_places(city: City, router: Router) -> None:
    route = router.find(0, len(city.network.lonlat) - 1)
    steps = np.diff(city.plane.to_plane(route.lonlat), axis=0)

    assert np.allclose(np.cumsum(np.hypot(steps[:, 0], steps[:, 1])), route.at_m[1:])


def test_a_route_to_where_one_stands_has_no_length(router: Router) -> None:
    assert router.find(7, 7).length_m == 0.0


def test_the_nearest_node_to_a_node_is_itself(city: City) -> None:
    lon, lat = city.network.lonlat[1234]

    assert city.network.nearest(lon, lat) == 1234


def test_the_river_is_crossed_by_bridges_only(city: City) -> None:
    river = next(f.shape for f in city.basemap if f.layer == "river")
    bridges = shapely.union_all(
        [
            shapely.transform(f.shape, city.plane.to_plane).buffer(45)
            for f in city.basemap
            if f.layer == "bridge"
        ]
    )
    ways = shapely.linestrings(city.plane.to_plane(city.network.lonlat)[city.network.ends])
    water = shapely.transform(river, city.plane.to_plane).buffer(-2)
    wet = ways[shapely.intersects(water, ways)]

    assert len(wet) >= 8
    assert shapely.contains(bridges, wet).all()


def test_the_plane_is_true_to_a_millimetre_and_turns_back() -> None:
    plane = LocalPlane(118.49, 32.05)
    metres = np.random.default_rng(1).uniform(-5000, 5000, (500, 2))

    assert np.abs(plane.to_plane(plane.to_lonlat(metres)) - metres).max() < 1e-6
    # One minute of latitude at 32° N is 1848.6 m on WGS-84 (meridian radius 6 353 400 m).
    north = plane.to_plane([[118.49, 32.05 + 1 / 60]])[0]
    assert north[0] == pytest.approx(0, abs=1e-6)
    assert north[1] == pytest.approx(1848.16, abs=0.6)
