"""Owns the blocks: the ground between pavements, what each is used for, and what stands on it.

A block belongs to one face of the street graph. `districting` groups faces into grids;
`network` lets people walk round the blocks and into them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from math import hypot, pi
from random import Random

import shapely
from shapely import MultiPolygon, Point, Polygon

from simulators.town.buildings import (
    COTTAGES,
    HALLS,
    OFFICES,
    OLD_HOUSES,
    SHEDS,
    SHOPS,
    SLABS,
    STALLS,
    TOWERS,
    VILLAS,
    WORKS,
    Filling,
    Pattern,
    fill,
)
from simulators.town.names import compound_namer
from simulators.town.site import Site, blob
from simulators.town.streets import HALF_WIDTH_M, Streets

SMALLEST_M2 = 900.0  # less ground than this stays green
NARROW_M = 34.0  # narrower strips along the water are riverside green

PATTERNS: dict[str, tuple[Pattern, ...]] = {
    "residential": (SLABS, SLABS, SLABS, VILLAS, VILLAS, TOWERS),
    "old": (OLD_HOUSES, SLABS),
    "village": (COTTAGES,),
    "commercial": (SHOPS,),
    "office": (OFFICES,),
    "industrial": (WORKS,),
    "school": (HALLS,),
    "hospital": (HALLS,),
    "market": (SHOPS,),
    "government": (OFFICES,),
}
GREEN = ("park", "lakeside", "green")
SMALL = {"commercial": STALLS, "market": STALLS, "office": STALLS, "industrial": SHEDS}


@dataclass(frozen=True)
class Block:
    """The ground of one face. `use` is a key of `PATTERNS` or one of `GREEN`."""

    face: int
    ground: Polygon
    use: str
    name: str
    filling: Filling
    pond: Polygon
    pitch: Polygon

    @property
    def households(self) -> float:
        """Homes by floor area, before the town's total is fixed."""
        return sum(house.households for house in self.filling.buildings)


def build(site: Site, rng: Random, streets: Streets) -> tuple[Block, ...]:
    """Give every face its ground, use, name and houses."""
    grounds = _grounds(site, streets)
    uses = _uses(site, rng, streets, grounds)
    names = _name_blocks(rng, uses)
    return tuple(
        _block(site, rng, face, ground, (uses[face], names[face]))
        for face, ground in enumerate(grounds)
    )


def _grounds(site: Site, streets: Streets) -> list[Polygon]:
    """Each face less its half of the streets around it, and less the river."""
    widths = [HALF_WIDTH_M[edge.rank] for edge in streets.edges]
    paved = shapely.buffer([edge.line for edge in streets.edges], widths, quad_segs=3)
    paved = [*paved, site.water]
    near: dict[int, list[Polygon]] = {}
    for face, surface in zip(*shapely.STRtree(paved).query(streets.faces), strict=True):
        near.setdefault(int(face), []).append(paved[surface])
    return [
        _largest(face.difference(shapely.union_all(near.get(i, []))).buffer(-1).buffer(1))
        for i, face in enumerate(streets.faces)
    ]


def _largest(shape: Polygon | MultiPolygon) -> Polygon:
    parts = shapely.get_parts(shape)
    part: Polygon = max(parts, key=lambda p: p.area, default=Polygon())
    return part.simplify(0.4)


def _uses(site: Site, rng: Random, streets: Streets, grounds: list[Polygon]) -> list[str]:
    """First the places a town has few of, then the rest by distance from its middle."""
    uses = ["" for _ in grounds]
    for i, ground in enumerate(grounds):
        narrow = 2 * ground.area < NARROW_M * ground.length
        if ground.intersects(site.lake_park.buffer(-30)):
            uses[i] = "lakeside"
        elif ground.area < SMALLEST_M2 or (narrow and ground.distance(site.water) < 4):
            uses[i] = "green"
    for i in _works(site, rng, grounds):
        uses[i] = uses[i] or "industrial"
    for use, number, area_m2 in (
        ("hospital", 2, 22_000),
        ("school", 7, 26_000),
        ("market", 4, 11_000),
        ("government", 1, 14_000),
        ("park", 5, 15_000),
    ):
        _scatter(site, rng, uses, grounds, (use, number, area_m2))
    wide = shapely.union_all([edge.line for edge in streets.edges if edge.rank == "trunk"])
    for i, ground in enumerate(grounds):
        uses[i] = uses[i] or _ordinary_use(site, rng, ground, ground.distance(wide) < 25)
    return uses


def _works(site: Site, rng: Random, grounds: list[Polygon]) -> list[int]:
    """The factory zone: a corner of the town on the far side of its middle."""
    gate = site.outline.exterior.interpolate(rng.uniform(0.86, 0.98), normalized=True)
    return [i for i, g in enumerate(grounds) if g.area and g.centroid.distance(gate) < 780]


def _scatter(
    site: Site, rng: Random, uses: list[str], grounds: list[Polygon], wish: tuple[str, int, float]
) -> None:
    """Put one use on free blocks of about the wished area: one central, others far apart."""
    use, number, area_m2 = wish
    core = Point(site.core)
    free = [i for i, g in enumerate(grounds) if not uses[i] and 0.6 < g.area / area_m2 < 1.8]
    chosen: list[int] = []
    for _ in range(min(number, len(free))):
        options = rng.sample(free, min(14, len(free)))
        if chosen:
            best = max(options, key=lambda i: _nearest(grounds, i, chosen))
        else:
            best = min(options, key=lambda i: float(grounds[i].distance(core)))
        chosen.append(best)
        free.remove(best)
        uses[best] = use


def _nearest(grounds: list[Polygon], i: int, chosen: list[int]) -> float:
    return min(float(grounds[i].distance(grounds[j])) for j in chosen)


def _ordinary_use(site: Site, rng: Random, ground: Polygon, on_trunk: bool) -> str:  # noqa: FBT001
    urbanity = site.urbanity(ground.centroid.x, ground.centroid.y)
    if on_trunk and rng.random() < 0.75 * urbanity:
        return rng.choice(("commercial", "commercial", "office"))
    if urbanity > 0.72:
        return rng.choice(("old", "old", "residential", "commercial"))
    if rng.random() < 1.15 * (1 - urbanity) - 0.25:
        return "village"
    return "residential" if rng.random() < 0.94 else "office"


def _name_blocks(rng: Random, uses: list[str]) -> list[str]:
    """Names for the blocks that bear one on a map."""
    compounds = compound_namer(rng)
    schools = iter(("星甸中心小学", "星甸中学", "万寿小学", "文昌实验学校", "新桥小学", "永宁中学"))
    known = {
        "residential": compounds,
        "school": schools,
        "hospital": iter(("星甸人民医院", "星甸中医院")),
        "market": iter(("星甸农贸市场", "新桥农贸市场", "万寿菜市场", "文昌菜市场")),
        "government": iter(("星甸街道办事处",)),
        "park": iter(("人民公园", "文昌公园", "永宁公园", "万寿广场", "新桥公园")),
        "lakeside": repeat("镜湖公园"),
    }
    return [next(known[use], "星甸幼儿园") if use in known else "" for use in uses]


def _block(site: Site, rng: Random, face: int, ground: Polygon, purpose: tuple[str, str]) -> Block:
    use, name = purpose
    empty, nothing = Filling((), ()), Polygon()
    if use in GREEN or ground.area < SMALLEST_M2:
        return Block(face, ground, use, name, empty, nothing, nothing)
    middle = ground.centroid
    angle = (site.angle(middle.x, middle.y) + pi / 4) % (pi / 2) - pi / 4
    pond = _pond(rng, ground) if use == "village" and rng.random() < 0.12 else nothing
    pitch = _pitch(ground, angle) if use == "school" else nothing
    free = _largest(ground.difference(shapely.union_all([pond.buffer(6), pitch.buffer(8)])))
    filling = fill(rng, free, angle, rng.choice(PATTERNS[use]))
    if not filling.buildings:  # too small or too slanted for large houses
        filling = fill(rng, free, angle, SMALL.get(use, OLD_HOUSES))
    return Block(face, ground, use, name, filling, pond, pitch)


def _pond(rng: Random, ground: Polygon) -> Polygon:
    """A village pond, clear of the pavement."""
    middle = ground.centroid
    shape = blob(rng, (middle.x, middle.y), min(rng.uniform(14, 30), ground.area**0.5 / 6), 0.25)
    inside: Callable[[Polygon], bool] = ground.buffer(-12).contains
    return shape if inside(shape) else Polygon()


def _pitch(ground: Polygon, angle: float) -> Polygon:
    """A school's sports ground with its running track, in the wider half of the block."""
    middle = ground.centroid
    left, bottom, right, top = ground.bounds
    reach = min(hypot(right - left, top - bottom) / 6, 46)
    axis = shapely.LineString([(-0.75 * reach, 0), (0.75 * reach, 0)]).buffer(0.55 * reach)
    placed = shapely.affinity.rotate(axis, angle, origin=(0, 0), use_radians=True)
    corner = ground.buffer(-0.75 * reach).boundary
    spot = shapely.shortest_line(corner, Point(middle.x, middle.y - 500))
    x, y = spot.coords[0] if not spot.is_empty else (middle.x, middle.y)
    return shapely.affinity.translate(placed, x, y).intersection(ground.buffer(-4))
