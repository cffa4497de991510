"""Owns the making of one whole town from a seed: the only place where its parts are joined.

`generate` is deterministic: each part draws from its own random stream, named after the seed,
so that a change in one part does not reshuffle the others. `district_files` writes a town and
reads it back.
"""

from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np

from simulators.geodesy import LocalPlane
from simulators.town.areas import DECIMALS, Area, name_areas
from simulators.town.basemap import Feature, draw, mark
from simulators.town.blocks import build
from simulators.town.checkpoints import Checkpoint, Surroundings, place
from simulators.town.districting import Zone, divide
from simulators.town.network import Network
from simulators.town.site import Site, lay_out, with_lake
from simulators.town.streamlines import Course, grow_streets, grow_trunks
from simulators.town.streets import cut
from simulators.town.walkways import Walkways, lay

CENTRE = LocalPlane(118.49, 32.05)  # 星甸街道, Nanjing Pukou


@dataclass(frozen=True)
class City:
    """A town as the importers and the fleet see it: WGS-84 degrees throughout."""

    seed: int
    areas: tuple[Area, ...]
    checkpoints: tuple[Checkpoint, ...]
    network: Network
    basemap: tuple[Feature, ...]

    @property
    def plane(self) -> LocalPlane:
        """The plane in metres on which the town was drawn."""
        return CENTRE

    @cached_property
    def grids(self) -> tuple[Area, ...]:
        """The 59 grids in the order of their codes, which is `network.grid`'s order."""
        return tuple(area for area in self.areas if area.kind == "grid")

    @cached_property
    def communities(self) -> tuple[Area, ...]:
        """The 14 communities in the order of their codes."""
        return tuple(area for area in self.areas if area.kind == "community")


def generate(seed: int) -> City:
    """Make the town of a seed; the same seed makes the same town."""
    site, courses = _ground(seed)
    streets = cut(site, _stream(seed, "names"), courses)
    blocks = build(site, _stream(seed, "blocks"), streets)
    zones = divide(streets, blocks, _stream(seed, "zones"))
    areas = name_areas(CENTRE, site, blocks, zones)
    walks = lay(streets, blocks)
    network = _network(walks, areas, zones)
    around = Surroundings(CENTRE, streets, blocks, tuple(walks.face))
    checkpoints = place(areas, network, around, _stream(seed, "checkpoints"))
    booths = [(c.name, c.lon, c.lat) for c in checkpoints if c.is_booth]
    picture = draw(CENTRE, site, _stream(seed, "picture"), (streets, blocks))
    return City(seed, areas, checkpoints, network, (*picture, *mark(areas, booths)))


def _ground(seed: int) -> tuple[Site, list[Course]]:
    site = lay_out(_stream(seed, "site"))
    rng = _stream(seed, "streets")
    trunks = grow_trunks(site, rng)
    site = with_lake(site, _stream(seed, "lake"), [trunk.line for trunk in trunks])
    return site, grow_streets(site, rng, trunks)


def _stream(seed: int, part: str) -> Random:
    return Random(f"{seed}/{part}")


def _network(walks: Walkways, areas: tuple[Area, ...], zones: tuple[Zone, ...]) -> Network:
    """Freeze the walkways into arrays, each node with the grid of the face it lies on."""
    grids = [area for area in areas if area.kind == "grid"]
    index = _grid_of_face(grids, zones)
    ends = np.array(list(walks.ways), dtype=np.int32)
    lonlat = CENTRE.to_lonlat(np.array(walks.places)).round(DECIMALS)
    legs = np.diff(CENTRE.to_plane(lonlat)[ends], axis=1)[:, 0]
    return Network(
        grid_codes=tuple(grid.code for grid in grids),
        lonlat=lonlat,
        grid=np.array([index[face] for face in walks.face], dtype=np.int16),
        kind=np.array(walks.kind, dtype=np.uint8),
        floors=np.array(walks.floors, dtype=np.uint8),
        ends=ends,
        rank=np.array(list(walks.ways.values()), dtype=np.uint8),
        length_m=np.hypot(legs[:, 0], legs[:, 1]),
    )


def _grid_of_face(grids: list[Area], zones: tuple[Zone, ...]) -> dict[int, int]:
    """Match zones and grids by their shape, which is one and the same but for the units."""
    middles = CENTRE.to_plane(np.array([grid.shape.centroid.coords[0] for grid in grids]))
    index: dict[int, int] = {}
    for zone in zones:
        gap = np.hypot(*(middles - zone.shape.centroid.coords[0]).T)
        index |= dict.fromkeys(zone.faces, int(np.argmin(gap)))
    return index
