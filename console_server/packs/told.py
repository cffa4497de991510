"""A rule pack as it is told to consoles and outsiders: `GET /api/pack`, `gridbeat packs show`.

Owns this form; not which pack is in force.
"""

from typing import get_args

import msgspec

from console_server.packs.intake_rules import DURESS
from console_server.packs.pack import RulePack
from console_server.wire.cases import IncidentStatus
from console_server.wire.packs import (
    Pack,
    PackAdmitted,
    PackArrangement,
    PackClass,
    PackGroup,
    PackStructure,
    PackVisitList,
    PackVisits,
)


def told(pack: RulePack) -> Pack:
    """Classes, groups and steps; severity and group of a class are the inherited ones."""
    return Pack(
        code=pack.code,
        version=pack.version,
        name=pack.name,
        time_zone=pack.time_zone,
        classes=[
            PackClass(
                code=each.code,
                name=each.name,
                parent_code=each.parent,
                severity=pack.severity_of(each.code),
                group_code=pack.group_of(each.code),
                example=each.example,
            )
            for each in pack.classes
        ],
        groups=[PackGroup(each.code, each.name, each.example) for each in pack.groups],
        steps=list(pack.workflow.steps or get_args(IncidentStatus)),
        fallback_group=pack.dispatch.fallback_group,
        duress_group=pack.group_of(DURESS),
        joint=pack.workflow.joint,
        upward=pack.workflow.upward,
        upward_classes=list(pack.workflow.upward_classes),
        visits=_visits(pack),
        structure=msgspec.convert(pack.structure, PackStructure, from_attributes=True),
        arrangements=[
            msgspec.convert(each, PackArrangement, from_attributes=True)
            for each in pack.arrangements
        ],
        admitted=[
            PackAdmitted(each.code, each.name, each.group, each.example) for each in pack.admitted
        ],
    )


def _visits(pack: RulePack) -> PackVisits | None:
    if pack.visits is None:
        return None
    return PackVisits(
        per_month=pack.visits.per_month,
        min_work_days=pack.visits.min_work_days,
        shared=pack.visits.shared,
        lists=[
            PackVisitList(each.code, each.name, list(each.places), each.example)
            for each in pack.visit_lists
        ],
    )
