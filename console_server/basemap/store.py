"""The base map in the store: one GeoJSON collection a layer."""

from collections.abc import Mapping

import msgspec

from console_server.database import Connection


async def layers_version(connection: Connection) -> str:
    """A name of the present content: it changes with every import that changes something."""
    cursor = await connection.execute(
        "SELECT md5(coalesce(string_agg(layer || imported_at::text, ',' ORDER BY layer), ''))"
        " FROM basemap"
    )
    row = await cursor.fetchone()
    return str(row[0]) if row else ""


async def read_layers(connection: Connection) -> list[str]:
    """The features of every layer as a JSON list, by the layer's name."""
    cursor = await connection.execute(
        "SELECT (geojson->'features')::text FROM basemap ORDER BY layer"
    )
    return [row[0] for row in await cursor.fetchall()]


async def write_layer(connection: Connection, layer: str, collection: Mapping[str, object]) -> str:
    """Replace a layer; `created`, `updated` or `unchanged`."""
    values = {"layer": layer, "body": msgspec.json.encode(collection).decode()}
    cursor = await connection.execute(
        "SELECT geojson = %(body)s::jsonb FROM basemap WHERE layer = %(layer)s", values
    )
    row = await cursor.fetchone()
    if row is not None and row[0]:
        return "unchanged"
    await connection.execute(
        "INSERT INTO basemap (layer, geojson) VALUES (%(layer)s, %(body)s::jsonb)"
        " ON CONFLICT (layer) DO UPDATE SET geojson = excluded.geojson,"
        " imported_at = clock_timestamp()",
        values,
    )
    return "created" if row is None else "updated"
