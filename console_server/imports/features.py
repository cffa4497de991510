"""Reading GeoJSON: a collection of features, each with its number for complaints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from console_server.imports.complaints import Complaints
from console_server.imports.tables import cell_text, decode


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature; `number` counts from 1. A geometry that cannot be used is a complaint."""

    number: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None

    def text(self, name: str) -> str:
        """A property as text, "" when absent or null."""
        value = self.properties.get(name)
        return "" if value is None else cell_text(value)


def read_features(content: bytes, complaints: Complaints) -> list[Feature]:
    """All features of a FeatureCollection; what cannot be read is a complaint."""
    try:
        body = msgspec.json.decode((decode(content) or "").encode())
    except msgspec.DecodeError as error:
        complaints.add(None, "不是有效的 JSON", f"not valid JSON ({error})")
        return []
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list) or not features:
        complaints.add(None, "不是 GeoJSON 要素集合", "not a GeoJSON FeatureCollection")
        return []
    return [_feature(number, raw, complaints) for number, raw in enumerate(features, 1)]


def _feature(number: int, raw: object, complaints: Complaints) -> Feature:
    if not isinstance(raw, dict) or not isinstance(raw.get("properties") or {}, dict):
        complaints.add(number, "不是 GeoJSON 要素", "not a GeoJSON feature")
        return Feature(number, {}, None)
    geometry = raw.get("geometry")
    parsed = _geometry(number, geometry, complaints) if geometry is not None else None
    return Feature(number, raw.get("properties") or {}, parsed)


def _geometry(number: int, raw: object, complaints: Complaints) -> BaseGeometry | None:
    try:
        geometry = shapely.force_2d(shape(raw))
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError) as error:
        complaints.add(number, "几何无法读取", f"the geometry cannot be read ({error})")
        return None
    if geometry.is_empty:
        complaints.add(number, "几何为空", "the geometry is empty")
        return None
    if reason := degrees_fault(*geometry.bounds):
        complaints.add(number, *reason)
        return None
    if not geometry.is_valid:
        complaints.add(
            number, "几何无效（自相交等）", f"invalid geometry: {explain_validity(geometry)}"
        )
        return None
    return geometry


def degrees_fault(west: float, south: float, east: float, north: float) -> tuple[str, str] | None:
    """Why bounds are no lon/lat degrees, in two languages; None when they are."""
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return None
    if -90 <= west <= east <= 90 and -180 <= south <= north <= 180:
        return (
            "坐标顺序应为经度在前、纬度在后",
            "latitude and longitude are swapped: GeoJSON has longitude first",
        )
    return ("坐标不是经纬度（度）", "coordinates are not degrees of longitude and latitude")
