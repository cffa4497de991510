"""One case as a console shows it: how it stands, its file, and what this account may do with it.

Owns what is read for it and the rights that are told along; every command decides again by itself.
"""

from console_server.access.account import Account
from console_server.database import Connection
from console_server.incidents import store
from console_server.incidents.case import Case
from console_server.incidents.flow import flow_of, pack_of, waits_for_admission
from console_server.incidents.group_orders import running_orders
from console_server.incidents.incident import (
    ADMINISTRATOR,
    COMMAND,
    DISPATCHABLE,
    Flow,
    Mover,
    Need,
    Status,
    allowed_moves,
)
from console_server.incidents.oversight import may_report_upward, may_supervise
from console_server.incidents.request_rows import find_pending, read_requests
from console_server.incidents.requests import askable, may_rule
from console_server.incidents.similar import read_similar
from console_server.incidents.summaries import read_events, read_summary
from console_server.wire.cases import Incident, MoveNeed

ASKERS = COMMAND | {"department", ADMINISTRATOR}
_TOLD: dict[Need, MoveNeed] = {Need.REASON: "reason", Need.ANSWER: "answer", Need.INTO: "into"}


async def detail(connection: Connection, case: Case, account: Account) -> Incident:
    """The case with its file and what this account may do with it."""
    summary = await read_summary(connection, case.incident_id)
    handled_it = await store.account_handled(connection, case, account.account_id)
    pack = await pack_of(connection, case)
    flow = flow_of(pack)
    moves = allowed_moves(case.status, Mover(account.role, handled_it), flow)
    pending = await find_pending(connection, case.incident_id)
    values = {name: getattr(summary, name) for name in summary.__struct_fields__}
    confined = account.role == "department"
    return Incident(
        **values,
        description=case.description,
        pack_version=case.pack_version,
        events=await read_events(connection, case.incident_id),
        allowed=[to.value for to in moves],
        needed={to.value: _needs(case.status, to, flow) for to in moves},
        requests=await read_requests(connection, case.incident_id),
        askable=askable(case, pack) if account.role in ASKERS and pending is None else [],
        similar=[] if confined else await read_similar(connection, case, pack, account),
        may_rule=may_rule(account.role, account.account_id, pending, pack),
        may_supervise=may_supervise(case, account.role),
        may_report_upward=may_report_upward(case, account.role, pack),
        may_join_groups=pack.workflow.joint and account.role in COMMAND | {ADMINISTRATOR},
        sendable=case.status in DISPATCHABLE and not waits_for_admission(case, pack),
        order_groups=await _steppable(connection, case, account),
    )


def _needs(from_: Status, to: Status, flow: Flow) -> list[MoveNeed]:
    """What a move asks the person for."""
    move = flow.find(from_, to)
    needs = [_TOLD[need] for need in (move.needs if move else ()) if need in _TOLD]
    return sorted([*needs, "rating"] if to == Status.EVALUATED else needs)


async def _steppable(connection: Connection, case: Case, account: Account) -> list[str]:
    """The running orders to groups of which this account may tell a step."""
    orders = await running_orders(connection, case.incident_id)
    if account.role == "department":
        orders = [each for each in orders if each.group_code == account.group_code]
    elif account.role not in COMMAND | {ADMINISTRATOR}:
        orders = []
    return [str(each.order_id) for each in orders]
