"""`GET /api/basemap.geojson`: the layers below the grids, asked for again only when changed."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from console_server.basemap.store import layers_version, read_layers
from console_server.database import Pool
from console_server.geojson import GEOJSON, geojson_response


@get("/basemap.geojson", media_type=GEOJSON, opt={"no_compression": True})
async def basemap(request: Request[Any, Any, Any], pool: NamedDependency[Pool]) -> Response[bytes]:
    """One FeatureCollection of all layers; each feature says its `layer`."""
    async with pool.connection() as connection:
        version = f"basemap-{await layers_version(connection)}"
        known = request.headers.get("if-none-match") == f'"{version}"'
        layers = [] if known else await read_layers(connection)
    return await geojson_response(request, version, lambda: joined(layers))


def joined(layers: list[str]) -> bytes:
    """Lists of features, as JSON text, as one collection."""
    features = ",".join(inner for layer in layers if (inner := layer.strip()[1:-1].strip()))
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


router = Router(path="/", route_handlers=[basemap], tags=["areas"])
