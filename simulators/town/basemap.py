"""Owns the picture of the town: every shape a map shows, with its layer, name and class.

It draws what the other modules decided, and adds the fields round the town. Shapes are in
degrees, rounded as the file has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import degrees
from random import Random

import shapely
from shapely import Geometry, Point, box
from shapely.affinity import rotate

from simulators.geodesy import LocalPlane
from simulators.town.areas import Area, to_degrees
from simulators.town.blocks import GREEN, Block
from simulators.town.buildings import COTTAGES, fill
from simulators.town.site import LAND_HALF_HEIGHT_M, LAND_HALF_WIDTH_M, Site
from simulators.town.streets import RIVER, Edge, Streets

RIVER_NAME, LAKE_NAME = "星溪河", "镜湖"
FIELD_KINDS = {"field": 0.4, "paddy": 0.32, "orchard": 0.1, "wood": 0.13, "hamlet": 0.05}
FIELD_M, FIELDS_TURN, SMALLEST_FIELD_M2 = (330, 170), 0.16, 6000  # length and width; radians
BLOCK_CLASSES = {"old": "residential", "government": "public", "market": "commercial"}
PLACE_USES = ("school", "hospital", "market", "government", "park", "lakeside")
STATIONS = ("星甸派出所", "永宁警务站", "新桥警务站")


@dataclass(frozen=True)
class Feature:
    """One shape of the map; `kind` is the contract's `class`, `floors` 0 but for buildings."""

    layer: str
    name: str
    kind: str
    shape: Geometry
    floors: int = 0


def draw(
    plane: LocalPlane, site: Site, rng: Random, town: tuple[Streets, tuple[Block, ...]]
) -> tuple[Feature, ...]:
    """Draw all layers, from the ground up; `places` come from `mark`."""
    streets, blocks = town
    flat = [*_land(site, rng, streets), *_water(site, blocks), *_blocks(blocks), *_streets(streets)]
    flat += [*_bridges(site, streets), *_public_places(blocks)]
    placed = to_degrees(plane, [feature.shape for feature in flat])
    return tuple(replace(f, shape=shape) for f, shape in zip(flat, placed, strict=True))


def mark(areas: tuple[Area, ...], booths: list[tuple[str, float, float]]) -> tuple[Feature, ...]:
    """The places that follow from areas and checkpoints: community names and booths."""
    towns = [
        Feature("place", area.name, "community", _label_point(area))
        for area in areas
        if area.kind == "community"
    ]
    return (*towns, *(Feature("place", name, "booth", Point(x, y)) for name, x, y in booths))


def _label_point(area: Area) -> Point:
    middle = area.shape.centroid
    inside = middle if area.shape.contains(middle) else area.shape.representative_point()
    return Point(round(inside.x, 7), round(inside.y, 7))


def _land(site: Site, rng: Random, streets: Streets) -> Iterator[Feature]:
    """Open country with its fields and hamlets, and the ground of the town on it."""
    country = box(-LAND_HALF_WIDTH_M, -LAND_HALF_HEIGHT_M, LAND_HALF_WIDTH_M, LAND_HALF_HEIGHT_M)
    yield Feature("land", "", "rural", country)
    roads = shapely.union_all([edge.line for edge in streets.edges if edge.rank == "trunk"])
    taken = shapely.union_all([site.outline.buffer(45), site.water.buffer(30), roads.buffer(30)])
    for cell in shapely.voronoi_polygons(_field_middles(rng), extend_to=country).geoms:
        kind = rng.choices(list(FIELD_KINDS), list(FIELD_KINDS.values()))[0]
        field = cell.intersection(country).difference(taken).buffer(-9).buffer(4, quad_segs=2)
        if field.geom_type == "Polygon" and field.area > SMALLEST_FIELD_M2:
            yield Feature("land", "", kind, field.simplify(1))
            if kind == "hamlet":
                houses = fill(rng, field, FIELDS_TURN, COTTAGES).buildings
                yield from (Feature("building", "", h.use, h.shape, h.floors) for h in houses)
    yield Feature("land", "星甸街道", "urban", site.outline)


def _field_middles(rng: Random) -> shapely.MultiPoint:
    """Middles of fields in uneven strips, turned a little from the east."""
    wide, high = FIELD_M
    middles = [
        (x * wide + (y % 2) * wide / 2 + rng.gauss(0, 30), y * high + rng.gauss(0, 22))
        for x in range(-16, 17)
        for y in range(-24, 25)
    ]
    return rotate(shapely.MultiPoint(middles), degrees(FIELDS_TURN), origin=(0, 0))


def _water(site: Site, blocks: tuple[Block, ...]) -> Iterator[Feature]:
    yield Feature("river", RIVER_NAME, "river", site.water.simplify(0.3))
    yield Feature("water", LAKE_NAME, "lake", site.lake.simplify(0.5))
    for block in blocks:
        if not block.pond.is_empty:
            yield Feature("water", "", "pond", block.pond.simplify(0.5))


def _blocks(blocks: tuple[Block, ...]) -> Iterator[Feature]:
    for block in blocks:
        if block.ground.is_empty:
            continue
        layer = "park" if block.use in GREEN else "block"
        kind = "park" if block.use in GREEN else BLOCK_CLASSES.get(block.use, block.use)
        yield Feature(layer, block.name, kind, block.ground)
        if not block.pitch.is_empty:
            yield Feature("park", "", "pitch", block.pitch.simplify(0.3))
        for house in block.filling.buildings:
            name = block.name if block.use in PLACE_USES else ""
            yield Feature("building", name, house.use, house.shape, house.floors)


def _streets(streets: Streets) -> Iterator[Feature]:
    """One feature a street, whole, the narrow ones first so that the wide lie on top."""
    for rank in ("lane", "secondary", "trunk"):
        for name, edges in _by_name(streets.edges, rank).items():
            course = shapely.line_merge(shapely.union_all([edge.line for edge in edges]))
            yield Feature("street", name, rank, course.simplify(0.3))


def _bridges(site: Site, streets: Streets) -> Iterator[Feature]:
    """Where a street crosses the river, named after the street."""
    banks = site.water.buffer(9)
    for rank in ("secondary", "trunk"):
        for name, edges in _by_name(streets.edges, rank).items():
            course = shapely.line_merge(shapely.union_all([edge.line for edge in edges]))
            spans = shapely.get_parts(course.intersection(banks))
            for number, span in enumerate(s for s in spans if s.intersects(site.river)):
                title = f"{name[:-2] if name.endswith(('大道', '大街')) else name[:-1]}桥"
                yield Feature("bridge", title if number == 0 else f"{name}桥", rank, span)


def _by_name(edges: tuple[Edge, ...], rank: str) -> dict[str, list[Edge]]:
    streets: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.rank == rank != RIVER:
            streets.setdefault(edge.name, []).append(edge)
    return streets


def _public_places(blocks: tuple[Block, ...]) -> Iterator[Feature]:
    shown = set[str]()
    for block in blocks:
        if block.use in PLACE_USES and block.name not in shown:
            shown.add(block.name)
            kind = "park" if block.use == "lakeside" else block.use
            yield Feature("place", block.name, kind, block.ground.representative_point())
    offices = [block for block in blocks if block.use == "office"]
    apart = max(len(offices) // len(STATIONS), 1)
    for name, block in zip(STATIONS, offices[::apart], strict=False):
        yield Feature("place", name, "police", block.ground.representative_point())
