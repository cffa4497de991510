"""Up the pack's chain of roles: who is told next that nobody looks after a case.

Owns one step of it and its entry in the case file; when a step is due is decided by the timers.
"""

from dataclasses import replace
from datetime import timedelta

from console_server.database import Connection
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import write_event
from console_server.incidents.clock import UNATTENDED
from console_server.incidents.flow import pack_of


async def escalate(connection: Connection, case: Case, act: Act, cause: str) -> Case:
    """Tell the next role of the chain; the last one is told once. `cause` is a stable code."""
    rules = (await pack_of(connection, case)).dispatch
    if case.escalation >= len(rules.escalation):
        return case
    role, step = rules.escalation[case.escalation], case.escalation + 1
    goes_on = step < len(rules.escalation) and case.status in UNATTENDED
    again_at = act.at + timedelta(seconds=rules.acknowledge_within_s) if goes_on else None
    told = replace(case, escalation=step, escalated_to=role, escalate_at=again_at)
    return await write_event(
        connection, told, "escalated", act, {"role": role, "cause": cause, "step": step}
    )
