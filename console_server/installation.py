"""`GET /api/installation`: what a console needs before anybody signs in."""

from importlib.metadata import version

from litestar import Router, get
from litestar.di import NamedDependency

from console_server.packs.pack import RulePack
from console_server.settings import Settings
from console_server.wire.access import Installation

VERSION = version("gridbeat")


@get("/installation", opt={"public": True})
async def installation(
    settings: NamedDependency[Settings], pack: NamedDependency[RulePack]
) -> Installation:
    """The pack in force, the base map, and whether this is a demonstration."""
    return Installation(
        pack_code=pack.code,
        pack_name=pack.name,
        time_zone=pack.time_zone,
        tile_url=settings.tile_url,
        tile_datum=settings.tile_datum,
        demo=settings.demo,
        version=VERSION,
    )


router = Router(path="/", route_handlers=[installation], tags=["installation"])
