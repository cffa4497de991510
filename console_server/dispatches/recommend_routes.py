# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`GET /api/incidents/{id}/recommendations`: who should go, the best first, filtered at will.

Owns HTTP and who is looked among; the ranking is `recommendation.py`.
"""

import math
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import Account, AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.dispatches.candidates import Among, Wanted, recommend
from console_server.incidents.visible import visible_case
from console_server.live.hub import Hub
from console_server.live.interest import Sight
from console_server.parts import Clock
from console_server.streets.current import CurrentStreets
from console_server.streets.network import StreetNetwork
from console_server.wire.recommendations import Recommendation

COMMANDERS = requires("dispatcher", "duty_leader")
MINUTES_MAX = 600.0
Minutes = Annotated[float | None, QueryParameter(name="maxMinutes", gt=0, le=MINUTES_MAX)]
OnlyFree = Annotated[bool, QueryParameter(name="onlyFree")]


@get("/incidents/{incident_id:uuid}/recommendations", guards=[COMMANDERS])
async def list_candidates(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    hub: NamedDependency[Hub],
    streets: NamedDependency[CurrentStreets],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    group: FromQuery[str | None] = None,
    skill: FromQuery[str | None] = None,
    max_minutes: Minutes = None,
    only_free: OnlyFree = False,  # noqa: FBT002 - a query parameter
) -> Recommendation:
    """Everybody who could go, the best first, each with the reasons."""
    within_s = math.inf if max_minutes is None else max_minutes * 60
    wanted = Wanted(group, skill, within_s, only_free)
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        people = among(hub, streets(), request.user)
        return await recommend(connection, case, people, clock(), wanted)


def among(hub: Hub, streets: StreetNetwork | None, account: Account) -> Among:
    """The people whom an account may send, and the streets that they walk on."""
    return Among(hub.fleet, hub.interest(Sight(account.area_id)), streets)
