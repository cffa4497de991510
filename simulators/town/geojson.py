"""Owns GeoJSON as the importers and the map read it: RFC 7946, seven decimals.

The shapes come rounded already; nothing is moved here, so that shared corners stay shared.
"""

from pathlib import Path
from typing import Any

import msgspec
from shapely import linestrings
from shapely.geometry import mapping, shape

from simulators.town.areas import Area
from simulators.town.basemap import Feature
from simulators.town.network import Network

Json = dict[str, Any]
_SIDEWALK: Json = {"highway": "footway", "footway": "sidewalk"}
# By a way's rank, in the order of `network.RANKS`: along streets, between houses, over streets.
WAY_TAGS: tuple[Json, ...] = (
    *(_SIDEWALK, _SIDEWALK, _SIDEWALK),
    {"highway": "path"},
    {"highway": "footway", "footway": "crossing"},
)


def write_areas(path: Path, areas: tuple[Area, ...]) -> None:
    """Write the tree of areas, parents before children."""
    _write(path, [(_area_properties(area), area.shape) for area in areas])


def read_areas(path: Path) -> tuple[Area, ...]:
    """Read what `write_areas` wrote."""
    return tuple(
        Area(p["code"], p["name"], p["kind"], p["parent"], p["households"], shape(geometry))
        for p, geometry in _read(path)
    )


def write_basemap(path: Path, features: tuple[Feature, ...]) -> None:
    """Write the map's shapes in drawing order."""
    _write(path, [(_feature_properties(feature), feature.shape) for feature in features])


def read_basemap(path: Path) -> tuple[Feature, ...]:
    """Read what `write_basemap` wrote."""
    return tuple(
        Feature(p["layer"], p["name"], p["class"], shape(geometry), p.get("floors", 0))
        for p, geometry in _read(path)
    )


def write_streets(path: Path, network: Network) -> None:
    """Write the ways that people walk on, tagged as in OpenStreetMap."""
    lines = linestrings(network.lonlat[network.ends])
    _write(path, [(WAY_TAGS[rank], line) for rank, line in zip(network.rank, lines, strict=True)])


def _area_properties(area: Area) -> Json:
    return {
        "code": area.code,
        "name": area.name,
        "kind": area.kind,
        "parent": area.parent,
        "households": area.households,
    }


def _feature_properties(feature: Feature) -> Json:
    properties: Json = {"layer": feature.layer, "name": feature.name, "class": feature.kind}
    return properties | {"floors": feature.floors} if feature.layer == "building" else properties


def _write(path: Path, rows: list[tuple[Json, Any]]) -> None:
    features = [
        {"type": "Feature", "properties": properties, "geometry": mapping(geometry)}
        for properties, geometry in rows
    ]
    path.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": features}))


def _read(path: Path) -> list[tuple[Json, Json]]:
    collection = msgspec.json.decode(path.read_bytes())
    return [(feature["properties"], feature["geometry"]) for feature in collection["features"]]
