"""The base map from GeoJSON: every feature says its `layer`; a layer is replaced as a whole."""

import asyncio
import re
from typing import Any, Final

import shapely
from shapely.geometry import mapping

from console_server.basemap.store import write_layer
from console_server.errors import Forbidden
from console_server.imports.complaints import Complaints
from console_server.imports.features import read_features
from console_server.imports.outcome import ImportContext, report
from console_server.wire.field import ImportReport

LAYER: Final = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
PRECISION_DEG: Final = 1e-7  # about a centimetre


async def import_basemap(content: bytes, context: ImportContext) -> ImportReport:
    """Replace the layers that the file names; others stay. Counts are of layers.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
        Forbidden: whoever imports sees only a part of the installation.
    """
    if context.visible is not None:
        raise Forbidden("Only an administrator of the whole installation may import the base map.")
    layers = await asyncio.to_thread(_layers, content, context.complaints)
    context.complaints.raise_if_any()
    outcomes = [
        await write_layer(
            context.connection, layer, {"type": "FeatureCollection", "features": features}
        )
        for layer, features in layers.items()
    ]
    return report("basemap", outcomes)


def _layers(content: bytes, complaints: Complaints) -> dict[str, list[dict[str, Any]]]:
    """Features by layer, coordinates rounded."""
    layers: dict[str, list[dict[str, Any]]] = {}
    for feature in read_features(content, complaints):
        layer = feature.text("layer")
        if not LAYER.match(layer):
            complaints.add(
                feature.number, f"图层“{layer}”无效", f"layer {layer!r} is not a-z, 0-9, _"
            )
        if feature.geometry is None:
            complaints.add(feature.number, "缺少几何", "the geometry is missing")
            continue
        geometry = shapely.set_precision(feature.geometry, PRECISION_DEG, mode="pointwise")
        layers.setdefault(layer, []).append(
            {
                "type": "Feature",
                "properties": dict(feature.properties),
                "geometry": mapping(geometry),
            }
        )
    return layers
