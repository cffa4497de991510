"""`/api/areas` and the grids as GeoJSON for the map."""

from collections.abc import Iterable

import msgspec
import shapely
from litestar import Response, Router, get
from litestar.di import NamedDependency
from shapely.geometry import mapping

from console_server.access.account import AccountRequest
from console_server.areas.tree import AreaNode, AreaTree
from console_server.geojson import GEOJSON, geojson_response
from console_server.wire.field import Area

PRECISION_DEG = 1e-6  # 11 cm: below a pixel at any zoom, half the size of full precision


@get("/areas")
async def list_areas(request: AccountRequest, areas: NamedDependency[AreaTree]) -> list[Area]:
    """The tree as far as the account may see it, parents before children."""
    nodes = sorted(seen_by(request, areas), key=lambda node: (len(node.lineage), node.code))
    return [_to_wire(node, areas) for node in nodes]


@get("/areas/grids.geojson", media_type=GEOJSON, opt={"no_compression": True})
async def grids(request: AccountRequest, areas: NamedDependency[AreaTree]) -> Response[bytes]:
    """The borders of all grids: properties `areaId code name parentCode communityName`."""
    nodes = [node for node in seen_by(request, areas) if node.kind == "grid"]
    of_account = request.user.area_id or "all"
    version = f"grids-{areas.version}-{of_account}"
    return await geojson_response(request, version, lambda: grids_geojson(nodes, areas))


def seen_by(request: AccountRequest, areas: AreaTree) -> list[AreaNode]:
    """The areas that the account may see."""
    return [node for node in areas.nodes if areas.may_see(request.user, node.area_id)]


def grids_geojson(nodes: Iterable[AreaNode], areas: AreaTree) -> bytes:
    """A FeatureCollection of these grids' borders."""
    features = []
    for node in nodes:
        border = areas.border(node.area_id)
        if border is None:
            continue
        rounded = shapely.set_precision(border, PRECISION_DEG, mode="pointwise")
        community = areas.ancestor(node.area_id, "community")
        features.append(
            {
                "type": "Feature",
                "id": node.area_id,
                "properties": {
                    "areaId": node.area_id,
                    "code": node.code,
                    "name": node.name,
                    "parentCode": _parent_code(node, areas),
                    "communityName": community.name if community else None,
                },
                "geometry": mapping(rounded),
            }
        )
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _to_wire(node: AreaNode, areas: AreaTree) -> Area:
    return Area(
        area_id=node.area_id,
        code=node.code,
        name=node.name,
        kind=node.kind,
        parent_code=_parent_code(node, areas),
        households=node.households,
    )


def _parent_code(node: AreaNode, areas: AreaTree) -> str | None:
    parent = areas.by_id(node.parent_id) if node.parent_id is not None else None
    return parent.code if parent else None


router = Router(path="/", route_handlers=[list_areas, grids], tags=["areas"])
