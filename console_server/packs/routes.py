"""`GET /api/pack`: the rule pack in force, as far as a console shows it."""

from litestar import Router, get
from litestar.di import NamedDependency

from console_server.packs.pack import RulePack
from console_server.packs.told import told
from console_server.wire.packs import Pack


@get("/pack")
async def read_pack(pack: NamedDependency[RulePack]) -> Pack:
    """Classes, groups and the time zone; severity and group of a class are the inherited ones."""
    return told(pack)


router = Router(path="/", route_handlers=[read_pack], tags=["pack"])
