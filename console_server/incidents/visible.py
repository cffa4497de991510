"""Which cases an account may look at; what lies outside of that seems not to be there.

By area, and for a department by the orders its group was given.

Owns this check for every route that speaks of a case.
"""

from uuid import UUID

from console_server.access.account import Account
from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.errors import NotFound
from console_server.incidents import store
from console_server.incidents.case import Case
from console_server.incidents.group_orders import was_ordered_to


def areas_asked(areas: AreaTree, account: Account, code: str | None) -> frozenset[int] | None:
    """The areas to look in: those asked for, as far as the account may see them.

    Raises:
        NotFound: the account sees no area of that code.
    """
    visible = areas.visible(account)
    if code is None:
        return visible
    node = areas.by_code(code)
    asked = frozenset[int]() if node is None else areas.subtree_ids(node.area_id)
    if not (asked if visible is None else asked & visible):
        raise NotFound("area", code)
    return asked if visible is None else asked & visible


async def visible_case(
    connection: Connection,
    areas: AreaTree,
    account: Account,
    incident_id: UUID,
    *,
    lock: bool = False,
) -> Case:
    """The incident.

    Raises:
        NotFound: there is none, or it lies where the account may not look.
    """
    case = await store.find_case(connection, incident_id, lock=lock)
    if case is None or not areas.may_see(account, case.area_id):
        raise NotFound("incident", str(incident_id))
    group = ordered_to(account)
    if group is not None and not await was_ordered_to(connection, incident_id, group):
        raise NotFound("incident", str(incident_id))
    return case


def ordered_to(account: Account) -> str | None:
    """The group to whose cases an account is confined: a department's; None: to none.

    A department without a group sees no case.
    """
    return (account.group_code or "") if account.role == "department" else None
