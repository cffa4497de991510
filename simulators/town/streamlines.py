"""Owns the growth of street courses along a site's orientation field.

A course starts at a seed beside an older street and follows the field until it comes too close
to a street of its own direction, to water, or to the town's edge. It knows no junctions and no
names: `streets` cuts the courses at their crossings.

Source: Jobard and Lefer, "Creating evenly-spaced streamlines of arbitrary density" (1997),
with the cross-field of Chen et al., "Interactive procedural street modeling" (2008).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import cos, hypot, pi, sin
from random import Random

import shapely
from shapely import LineString, Point, Polygon

from simulators.town.neighbours import Heading, Neighbours, Place
from simulators.town.site import Site

STEP_M = 12.0
SEED_SHARE, FOLLOW_SHARE = 0.86, 0.62  # of the spacing: room to begin, room to go on


@dataclass(frozen=True)
class Rank:
    """How one class of street spreads. Spacings are between near-parallel streets."""

    name: str
    spacing_m: float
    spacing_outside_m: float
    longest_m: float
    shortest_share: float
    crosses_water: bool
    overshoot_m: float

    def spacing(self, urbanity: float) -> float:
        """Spacing that this rank keeps at a place of that urbanity."""
        return self.spacing_outside_m + (self.spacing_m - self.spacing_outside_m) * urbanity


TRUNK = Rank("trunk", 1150, 1500, 12_000, 1.0, crosses_water=True, overshoot_m=2600)
SECONDARY = Rank("secondary", 370, 500, 9_000, 0.5, crosses_water=True, overshoot_m=40)
LANE = Rank("lane", 105, 170, 900, 0.35, crosses_water=False, overshoot_m=40)


@dataclass(frozen=True)
class Course:
    """One street's course before it is cut at junctions."""

    rank: Rank
    line: LineString


def grow_trunks(site: Site, rng: Random) -> list[Course]:
    """Grow the roads that come first: main road, ring road, and the trunks between them."""
    older = [Course(TRUNK, site.main_road), Course(SECONDARY, LineString(site.outline.exterior))]
    return older + _grow_rank(site, rng, TRUNK, older)


def grow_streets(site: Site, rng: Random, trunks: list[Course]) -> list[Course]:
    """Grow all other courses beside the trunks; returns the trunks too, the widest first."""
    banks = [Course(SECONDARY, bank) for bank in _embankments(site)]
    courses = [*trunks[:2], *banks, *trunks[2:]]
    for rank in (SECONDARY, LANE):
        courses += _grow_rank(site, rng, rank, courses)
    return courses


def _embankments(site: Site) -> Iterator[LineString]:
    """Riverside roads within the town: on the left bank, which is the north, then on the right."""
    for side in (52.0, -52.0):
        bank = site.river.offset_curve(side).simplify(1.0)
        inside = bank.intersection(site.outline.buffer(30))
        yield max(shapely.get_parts(inside), key=lambda part: part.length)


@dataclass
class _Growth:
    """One rank's growth over the town."""

    site: Site
    rng: Random
    rank: Rank
    near: Neighbours
    bridges: list[Place] = field(default_factory=list)

    @property
    def closed(self) -> tuple[Polygon, Polygon]:
        """Where no street is prolonged into."""
        return self.site.water, self.site.lake_park

    def spacing(self, at: Place) -> float:
        return self.rank.spacing(self.site.urbanity(*at))

    def course(self, seed: Place, quarter: int) -> LineString | None:
        """Follow the field from a seed both ways; None where no street fits."""
        angle = self.site.angle(*seed) + quarter * pi / 2
        heading = (cos(angle), sin(angle))
        if self.near.too_close(seed, heading, SEED_SHARE * self.spacing(seed)):
            return None
        longest = self.rank.longest_m * self.rng.uniform(self.rank.shortest_share, 1.0)
        ahead = self._follow(seed, heading, longest)
        behind = self._follow(seed, (-heading[0], -heading[1]), longest)
        line = LineString([*reversed(behind), seed, *ahead]) if ahead or behind else None
        return line.simplify(0.8) if line and line.length > 0.8 * self.spacing(seed) else None

    def _follow(self, seed: Place, heading: Heading, longest_m: float) -> list[Place]:
        at, path, outside_m = seed, list[Place](), 0.0
        while len(path) * STEP_M < longest_m:
            half = self._turned(at, heading)
            middle = (at[0] + half[0] * STEP_M / 2, at[1] + half[1] * STEP_M / 2)
            heading = self._turned(middle, half) if outside_m == 0 else heading
            at = (at[0] + heading[0] * STEP_M, at[1] + heading[1] * STEP_M)
            outside_m = outside_m + STEP_M if not _inside(self.site, at) else 0.0
            if outside_m > self.rank.overshoot_m or self._blocked(at, heading):
                break
            path.append(at)
        return path

    def _turned(self, at: Place, heading: Heading) -> Heading:
        """The field's direction nearest to the heading so far."""
        angle = self.site.angle(*at)
        c, s = cos(angle), sin(angle)
        options = ((c, s), (-s, c), (-c, -s), (s, -c))
        return max(options, key=lambda o: o[0] * heading[0] + o[1] * heading[1])

    def _blocked(self, at: Place, heading: Heading) -> bool:
        if self.near.too_close(at, heading, FOLLOW_SHARE * self.spacing(at)):
            return True
        if self.rank is not TRUNK and _holds(self.site.lake_park, at):
            return True
        return _holds(self.site.water, at) and not self._may_bridge(at)

    def _may_bridge(self, at: Place) -> bool:
        """Bridges of one rank stand apart; a bridge already begun may be finished."""
        if not self.rank.crosses_water:
            return False
        gaps = [hypot(at[0] - x, at[1] - y) for x, y in self.bridges]
        if any(90 < gap < 480 for gap in gaps):
            return False
        if all(gap > 90 for gap in gaps):
            self.bridges.append(at)
        return True


def _grow_rank(site: Site, rng: Random, rank: Rank, older: list[Course]) -> list[Course]:
    growth = _Growth(
        site, rng, rank, Neighbours(SEED_SHARE * max(rank.spacing_m, rank.spacing_outside_m))
    )
    waiting = deque(course.line for course in older)
    for course in older:
        growth.near.add(course.line)
    grown: list[Course] = []
    while waiting:
        for seed in _seeds(growth, waiting.popleft()):
            for quarter in (0, 1):
                line = growth.course(seed, quarter)
                if line is not None:
                    line = _joined(growth, line, [course.line for course in (*older, *grown)])
                    growth.near.add(line)
                    waiting.append(line)
                    grown.append(Course(rank, line))
    return grown


def _joined(growth: _Growth, line: LineString, others: list[LineString]) -> LineString:
    """Prolong both ends to the next street ahead, if one is near and no water lies between."""
    for _ in range(2):
        line = line.reverse()
        (x0, y0), (x1, y1) = line.coords[-2:]
        reach = 1.25 * growth.spacing((x1, y1)) / hypot(x1 - x0, y1 - y0)
        ray = LineString([(x1, y1), (x1 + (x1 - x0) * reach, y1 + (y1 - y0) * reach)])
        crossed = [ray.intersection(other) for other in others if ray.intersects(other)]
        meets = [ray.project(Point(p)) for p in shapely.get_coordinates(crossed)]
        if meets:
            link = LineString([(x1, y1), ray.interpolate(min(meets) + 4)])
            if not any(link.intersects(shape) for shape in growth.closed):
                line = LineString([*line.coords, link.coords[-1]])
    return line


def _seeds(growth: _Growth, line: LineString) -> Iterator[Place]:
    """Places beside a street, one spacing away, left and right in turn."""
    at_m = growth.rng.uniform(0, 60)
    while at_m < line.length - 5:
        here, there = line.interpolate(at_m), line.interpolate(at_m + 5)
        nx, ny = -(there.y - here.y) / 5, (there.x - here.x) / 5
        gap = growth.spacing((here.x, here.y)) * growth.rng.uniform(0.9, 1.5)
        for side in (gap, -gap):
            seed = (here.x + nx * side, here.y + ny * side)
            if _inside(growth.site, seed) and not _holds(growth.site.water, seed):
                yield seed
        at_m += 0.5 * gap


def _inside(site: Site, at: Place) -> bool:
    return _holds(site.outline, at)


def _holds(shape: Polygon, at: Place) -> bool:
    shapely.prepare(shape)
    return bool(shapely.intersects_xy(shape, *at))
