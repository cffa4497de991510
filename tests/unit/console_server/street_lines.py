"""Streets for tests, drawn in metres round a point of the town."""

from collections.abc import Sequence
from math import cos, radians

import numpy as np
import shapely

from console_server.packs.rules import WalkingRules
from console_server.streets.network import EARTH_RADIUS_M, Lines, StreetNetwork, build
from console_server.streets.ways import Walkable, walkable

LON, LAT = 118.5, 32.0
DEGREE_M = radians(1) * EARTH_RADIUS_M
PACE = WalkingRules(speed_mps=1.0)  # a metre a second: metres are seconds
Metres = tuple[float, float]


def degrees(x: float, y: float) -> Metres:
    return LON + x / (DEGREE_M * cos(radians(LAT))), LAT + y / DEGREE_M


def network_of(
    *ways: Sequence[Metres], tags: Sequence[dict[str, str]] = (), rules: WalkingRules = PACE
) -> StreetNetwork:
    hows = [walkable(each) or Walkable(0) for each in tags]  # type: ignore[arg-type]
    hows += [walkable({}) or Walkable(0)] * (len(ways) - len(hows))  # type: ignore[arg-type]
    shapes = [shapely.LineString([degrees(*at) for at in way]) for way in ways]
    network = build(
        Lines(
            np.array(shapes, dtype=np.object_),
            np.array([how.kind for how in hows], dtype=np.uint8),
            np.array([how.forward for how in hows], dtype=np.bool_),
            np.array([how.backward for how in hows], dtype=np.bool_),
        ),
        rules,
    )
    assert network is not None
    return network
