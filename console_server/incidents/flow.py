"""Which part of the table of statuses a case may use: that of the pack it was opened under.

Owns the way from a rule pack to a `Flow`; not the table (`incident.py`). A pack version that came
later changes nothing for a case that is open already.
"""

from console_server.database import Connection
from console_server.incidents.case import Case
from console_server.incidents.incident import Flow, Status
from console_server.packs.pack import RulePack
from console_server.packs.versions import kept_pack


def flow_of(pack: RulePack) -> Flow:
    """The steps of a pack and what they ask for."""
    rules = pack.workflow
    steps = frozenset(Status) if rules.steps is None else frozenset(map(Status, rules.steps))
    approved = {Status(each.to) for each in rules.approvals if each.to != "extended"}
    return Flow(steps, frozenset(approved), rules.answer_to_close)


def waits_for_admission(case: Case, pack: RulePack) -> bool:
    """Whether the centre must admit the case (准入) before anybody is sent.

    A call for help waits for no formality.
    """
    asks = pack.workflow.acceptance == "admission" and case.source != "duress"
    return asks and case.status == Status.REPORTED


async def pack_of(connection: Connection, case: Case) -> RulePack:
    """The pack version that the case was opened under."""
    return await kept_pack(connection, case.pack_code, case.pack_version)
