"""督办 and 上报: a case that is put under supervision, and one that is reported upward.

Owns both commands: they change nothing about where a case stands, only who looks at it. What a
supervised case looks like to a dispatcher is the console's.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from console_server.database import Connection
from console_server.errors import Forbidden, Invalid
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, expect_version, lock_case, write_event
from console_server.incidents.conflicts import MoveImpossible
from console_server.incidents.flow import pack_of
from console_server.incidents.incident import ADMINISTRATOR, COMMAND, DONE
from console_server.packs.pack import RulePack

SUPERVISORS: Final = frozenset({"duty_leader", "supervisor", ADMINISTRATOR})
REPORTERS: Final = COMMAND | {ADMINISTRATOR}
TEXT_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody who saw `version` has to say."""

    version: int
    text: str


async def supervise(
    connection: Connection, incident_id: UUID, remark: Remark, act: Act, *, on: bool
) -> Case:
    """Put a case under supervision until its end, or take it out again; both with a reason.

    Raises:
        NotFound: there is no such incident.
        CaseChanged: it was changed meanwhile.
        MoveImpossible: it is at its end, or under supervision already, or not at all.
        Forbidden: not by this role.
    """
    case = await _open_case(connection, incident_id, remark)
    if act.actor.role not in SUPERVISORS:
        raise Forbidden(f"The role {act.actor.role} may not put a case under supervision.")
    if on == (case.supervised_at is not None):
        raise MoveImpossible(f"Case {case.code} is {'already' if on else 'not'} supervised.")
    after = replace(
        case,
        supervised_at=act.at if on else None,
        supervised_by=act.actor.name if on else None,
        supervised_reason=remark.text if on else None,
    )
    kind = "supervised" if on else "unsupervised"
    case = await write_event(connection, after, kind, act, {"reason": remark.text})
    await announce(connection, case)
    return case


async def report_upward(
    connection: Connection, incident_id: UUID, remark: Remark, act: Act
) -> Case:
    """Write into the case file that the level above was told, and what.

    Raises:
        NotFound: there is no such incident.
        CaseChanged: it was changed meanwhile.
        MoveImpossible: it is at its end, or its pack has no level above.
        Forbidden: not by this role.
    """
    case = await _open_case(connection, incident_id, remark)
    pack = await pack_of(connection, case)
    if act.actor.role not in REPORTERS:
        raise Forbidden(f"The role {act.actor.role} may not report a case upward.")
    if pack.workflow.upward is None:
        raise MoveImpossible(f"The rule pack {pack.code} has no level above to report to.")
    after = replace(case, upward_at=case.upward_at or act.at)
    body = {"level": pack.workflow.upward, "text": remark.text}
    case = await write_event(connection, after, "upward", act, body)
    await announce(connection, case)
    return case


def may_supervise(case: Case, role: str) -> bool:
    """Whether this role may put the case under supervision, or end that."""
    return case.status not in DONE and role in SUPERVISORS


def may_report_upward(case: Case, role: str, pack: RulePack) -> bool:
    """Whether this role may report the case to the level above."""
    return case.status not in DONE and role in REPORTERS and pack.workflow.upward is not None


async def _open_case(connection: Connection, incident_id: UUID, remark: Remark) -> Case:
    text = remark.text.strip()
    if not text or len(text) > TEXT_MAX or "\0" in text:
        raise Invalid("This needs words.", [f"reason: empty, or longer than {TEXT_MAX}"])
    case = await lock_case(connection, incident_id)
    await expect_version(connection, case, remark.version)
    if case.status in DONE:
        raise MoveImpossible(f"Case {case.code} is at its end: {case.status}.")
    return case
