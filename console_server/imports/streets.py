"""The street network from GeoJSON: LineStrings with the tags that OpenStreetMap uses.

Owns reading the file; what a tag means is `streets/ways.py`. Ways that nobody may walk, and
features that are no lines, are left out: an extract of a map has both.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

import shapely
from shapely import LineString

from console_server.errors import Forbidden
from console_server.imports.complaints import Complaints
from console_server.imports.features import Feature, read_features
from console_server.imports.outcome import ImportContext, report
from console_server.streets.store import NewWay, write_ways
from console_server.streets.ways import walkable
from console_server.wire.field import ImportReport

LINES: Final = {"LineString", "MultiLineString"}
PRECISION_DEG: Final = 1e-7  # about a centimetre
NAME_MAX: Final = 200


async def import_streets(content: bytes, context: ImportContext) -> ImportReport:
    """Replace the whole street network. Counts are of ways.

    Raises:
        Invalid: the file breaks a rule, or no way of it can be walked; nothing was changed.
        Forbidden: whoever imports sees only a part of the installation.
    """
    if context.visible is not None:
        raise Forbidden("Only an administrator of the whole installation may import streets.")
    ways = await asyncio.to_thread(lambda: list(_ways(content, context.complaints)))
    if not ways:
        context.complaints.add(None, "没有可步行的道路", "no way that can be walked")
    context.complaints.raise_if_any()
    came_in = await write_ways(context.connection, ways, context.now)
    return report("streets", [came_in] * len(ways))


def _ways(content: bytes, complaints: Complaints) -> Iterator[NewWay]:
    for feature in read_features(content, complaints):
        if feature.geometry is None or feature.geometry.geom_type not in LINES:
            continue
        how = walkable(_tags(feature))
        if how is None:
            continue
        rounded = shapely.set_precision(feature.geometry, PRECISION_DEG, mode="pointwise")
        for line in shapely.get_parts(rounded):
            if isinstance(line, LineString) and line.length > 0:
                yield NewWay(shapely.to_wkb(line), how, feature.text("name")[:NAME_MAX])


def _tags(feature: Feature) -> dict[str, str]:
    """Tags as they stand in the properties, or below `tags` as some exporters write them."""
    nested = feature.properties.get("tags")
    source = nested if isinstance(nested, dict) else feature.properties
    return {key: str(value) for key, value in source.items() if isinstance(value, str | int)}
