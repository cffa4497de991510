"""Owns the tree of areas: codes and names of district, subdistrict, communities and grids.

Shapes are in degrees, rounded to what the files hold, so that a town read back is equal to the
town made. Source of the code layout: 6 digits county, 3 street or town, 3 community (001–199
for 社区, 201–399 for 村), 3 serial of the grid.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import shapely
from shapely import Geometry, MultiPolygon, Polygon

from simulators.geodesy import LocalPlane
from simulators.town.blocks import Block
from simulators.town.districting import Zone
from simulators.town.names import COMMUNITIES, VILLAGES
from simulators.town.site import Site

DISTRICT = ("320111", "浦口区")
SUBDISTRICT = ("320111011", "星甸街道")
DECIMALS = 7  # of a degree: about a centimetre
VILLAGE_COMMUNITIES = 5
NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class Area:
    """One node of the tree; `kind` is district, subdistrict, community or grid."""

    code: str
    name: str
    kind: str
    parent: str | None
    households: int
    shape: Polygon | MultiPolygon


def to_degrees(plane: LocalPlane, shapes: Sequence[Geometry]) -> list[Geometry]:
    """Turn shapes in metres into longitude and latitude, rounded and wound as the files have it."""
    placed = shapely.transform(shapes, lambda xy: plane.to_lonlat(xy).round(DECIMALS))
    return list(shapely.orient_polygons(placed))


def name_areas(
    plane: LocalPlane, site: Site, blocks: tuple[Block, ...], zones: tuple[Zone, ...]
) -> tuple[Area, ...]:
    """Build the tree, parents before children; grids are in the order of their codes."""
    communities = _communities(site, blocks, zones)
    grids = [
        _grid(plane, communities[zone.community], serial, zone)
        for zone, serial in _serials(zones).items()
    ]
    grids.sort(key=lambda area: area.code)
    towns = [
        _union(code, name, "community", SUBDISTRICT[0], [g for g in grids if g.parent == code])
        for code, name in sorted(communities.values())
    ]
    subdistrict = _union(*SUBDISTRICT, "subdistrict", DISTRICT[0], grids)
    district = _union(*DISTRICT, "district", None, grids)
    return (district, subdistrict, *towns, *grids)


def _grid(plane: LocalPlane, community: tuple[str, str], serial: int, zone: Zone) -> Area:
    code, name = community
    title = f"{name}第{NUMERALS[serial - 1]}网格"
    (shape,) = to_degrees(plane, [zone.shape])
    return Area(f"{code}{serial:03d}", title, "grid", code, zone.households, shape)


def _union(code: str, name: str, kind: str, parent: str | None, grids: list[Area]) -> Area:
    shape = shapely.orient_polygons(shapely.coverage_union_all([grid.shape for grid in grids]))
    return Area(code, name, kind, parent, sum(grid.households for grid in grids), shape)


def _serials(zones: tuple[Zone, ...]) -> dict[Zone, int]:
    """Number the grids of each community from its north-west to its south-east."""
    order = sorted(zones, key=lambda z: z.shape.centroid.x - 2 * z.shape.centroid.y)
    met: Counter[int] = Counter()
    serials = {}
    for zone in order:
        met[zone.community] += 1
        serials[zone] = met[zone.community]
    return serials


def _communities(
    site: Site, blocks: tuple[Block, ...], zones: tuple[Zone, ...]
) -> dict[int, tuple[str, str]]:
    """Code and name of each community: villages at the edge, the old town first."""
    middles = {
        number: shapely.union_all([z.shape for z in zones if z.community == number]).centroid
        for number in range(max(zone.community for zone in zones) + 1)
    }
    central = sorted(
        middles, key=lambda n: hypot(middles[n].x - site.core[0], middles[n].y - site.core[1])
    )
    rural = sorted(central[4:], key=lambda n: -_village_share(n, blocks, zones))
    villages = sorted(rural[:VILLAGE_COMMUNITIES], key=lambda n: middles[n].x)
    towns = [number for number in central if number not in villages]
    names = _town_names(site, towns, middles)
    urban = {n: (f"{SUBDISTRICT[0]}{i:03d}", names[n]) for i, n in enumerate(towns, 1)}
    outer = {
        n: (f"{SUBDISTRICT[0]}{200 + i}", f"{VILLAGES[i - 1]}村") for i, n in enumerate(villages, 1)
    }
    return urban | outer


def _village_share(number: int, blocks: tuple[Block, ...], zones: tuple[Zone, ...]) -> float:
    own = [blocks[face] for z in zones if z.community == number for face in z.faces]
    village_m2: float = sum(block.ground.area for block in own if block.use == "village")
    all_m2: float = sum(block.ground.area for block in own)
    return village_m2 / all_m2


def _town_names(site: Site, towns: list[int], middles: dict[int, shapely.Point]) -> dict[int, str]:
    """The middle bears the town's name, the one at the lake the lake's."""
    lakeside = min(towns[1:], key=lambda n: middles[n].distance(site.lake))
    words = iter([word for word in COMMUNITIES[1:] if word != "镜湖"])
    chosen = {towns[0]: COMMUNITIES[0], lakeside: "镜湖"}
    return {n: f"{chosen[n] if n in chosen else next(words)}社区" for n in towns}
