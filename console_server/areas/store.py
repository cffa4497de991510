"""Areas and their borders in the store."""

import shapely

from console_server.areas.tree import AreaNode, AreaTree
from console_server.database import Connection


async def read_tree(connection: Connection) -> AreaTree:
    """All areas in force with the borders of this moment."""
    found = await connection.execute(
        "SELECT area_id, code, name, kind, parent_id, lineage, households FROM areas"
        " WHERE retired_at IS NULL ORDER BY code"
    )
    nodes = [
        AreaNode(area_id, code, name, kind, parent_id, tuple(lineage), households)
        for area_id, code, name, kind, parent_id, lineage, households in await found.fetchall()
    ]
    borders = await connection.execute(
        "SELECT area_id, wkb FROM area_boundaries WHERE valid_to IS NULL"
    )
    rows = await borders.fetchall()
    return AreaTree(nodes, {area_id: shapely.from_wkb(bytes(wkb)) for area_id, wkb in rows})
