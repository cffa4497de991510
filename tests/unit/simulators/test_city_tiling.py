"""The town's areas: they tile, follow streets, and carry the codes the importers ask for."""

import math

import pytest
import shapely
from shapely import MultiLineString

from simulators.city import City, generate

SEEDS = (1, 7, 20)


@pytest.fixture(scope="module", params=SEEDS)
def city(request: pytest.FixtureRequest) -> City:
    return generate(request.param)


def test_there_are_59_grids_in_14_communities_of_four_or_five(city: City) -> None:
    sizes = [sum(g.parent == c.code for g in city.grids) for c in city.communities]

    assert len(city.grids) == 59
    assert len(sizes) == 14
    assert set(sizes) == {4, 5}


def test_grids_are_whole_valid_polygons_without_holes(city: City) -> None:
    for grid in city.grids:
        assert grid.shape.geom_type == "Polygon", grid.code
        assert grid.shape.is_valid, grid.code
        assert not grid.shape.interiors, grid.code


def test_grids_tile_without_gap_or_overlap_and_share_their_corners(city: City) -> None:
    shapes = [grid.shape for grid in city.grids]
    union = shapely.union_all(shapes)

    assert shapely.coverage_is_valid(shapes)
    assert math.isclose(union.area, sum(s.area for s in shapes), rel_tol=1e-12)
    assert union.geom_type == "Polygon"
    assert not union.interiors


def test_a_community_is_the_union_of_its_grids(city: City) -> None:
    for community in city.communities:
        grids = [g.shape for g in city.grids if g.parent == community.code]
        assert community.shape.equals(shapely.union_all(grids))


def test_every_border_runs_along_a_street_or_the_river(city: City) -> None:
    streets = [f.shape for f in city.basemap if f.layer == "street"]
    river = next(f.shape for f in city.basemap if f.layer == "river")
    centre_lines = shapely.transform(shapely.union_all(streets), city.plane.to_plane)
    water = shapely.transform(river, city.plane.to_plane)
    allowed = shapely.union_all([centre_lines.buffer(1.0), water])

    for grid in city.grids:
        border = shapely.transform(grid.shape.exterior, city.plane.to_plane)
        stray = border.difference(allowed)
        assert stray.length < 1.0, (grid.code, stray.length)


def test_codes_nest_and_are_unique(city: City) -> None:
    codes = [area.code for area in city.areas]
    lengths = {"district": 6, "subdistrict": 9, "community": 12, "grid": 15}

    assert len(set(codes)) == len(codes)
    for area in city.areas:
        assert area.code.isdigit()
        assert len(area.code) == lengths[area.kind]
        assert area.code.startswith(area.parent or "")
        assert area.parent is None or codes.index(area.parent) < codes.index(area.code)


def test_grids_have_300_to_500_households_and_can_be_walked(city: City) -> None:
    for grid in city.grids:
        ground_m2 = shapely.transform(grid.shape, city.plane.to_plane).area
        assert 300 <= grid.households <= 500
        assert 180 < math.sqrt(ground_m2) < 1000


def test_names_are_unique_and_say_the_community(city: City) -> None:
    names = [area.name for area in city.areas]

    assert len(set(names)) == len(names)
    assert "星甸社区第一网格" in names


def test_streets_bear_one_name_each(city: City) -> None:
    streets = [f for f in city.basemap if f.layer == "street"]

    assert len({f.name for f in streets}) == len(streets) > 100
    assert all(f.name for f in streets)
    assert {f.kind for f in streets} == {"trunk", "secondary", "lane"}


def test_bridges_lie_over_the_river(city: City) -> None:
    river = next(f.shape for f in city.basemap if f.layer == "river")
    bridges = [f.shape for f in city.basemap if f.layer == "bridge"]

    assert len(bridges) >= 5
    assert all(bridge.intersects(river) for bridge in bridges)


def test_houses_stand_clear_of_streets_and_water(city: City) -> None:
    houses = [f.shape for f in city.basemap if f.layer == "building"]
    wet = [f.shape for f in city.basemap if f.layer in ("river", "water")]
    streets = [part for f in city.basemap if f.layer == "street" for part in _lines(f.shape)]

    touching = shapely.STRtree([*wet, *streets]).query(houses, "intersects")
    assert touching.shape[1] == 0


def _lines(shape: shapely.Geometry) -> list[shapely.Geometry]:
    return list(shape.geoms) if isinstance(shape, MultiLineString) else [shape]


def test_every_community_has_one_booth_and_every_grid_two_to_four_checkpoints(city: City) -> None:
    booths = [c.grid_code[:12] for c in city.checkpoints if c.is_booth]

    assert sorted(booths) == [c.code for c in city.communities]
    for grid in city.grids:
        own = [c for c in city.checkpoints if c.grid_code == grid.code]
        assert 2 <= len(own) <= 4
        assert all(grid.shape.contains(shapely.Point(c.lon, c.lat)) for c in own)
