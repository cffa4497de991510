"""Owns a simulated dispatcher: takes what nobody took, verifies and closes what is handled.

It acts by the public API with an account's rights, and leaves a person's choices alone: it waits
until an incident is old enough, and touches none that has a worker on the way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import httpx
import structlog

from console_server.wire.cases import IncidentStatus, IncidentSummary
from simulators.centre import Centre, CentreError
from simulators.scenario import DispatcherPlan

LOOKS_EVERY_S: Final = 10.0
ENDED: Final = {"cleared", "declined", "cancelled", "lapsed"}
UNTAKEN: Final = {"reported", "accepted", "rework"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Act:
    """What to do with one incident: send the first recommended worker, or move it on."""

    incident: IncidentSummary
    to: Literal["dispatch"] | IncidentStatus


def acts(incidents: Sequence[IncidentSummary], now: datetime, plan: DispatcherPlan) -> list[Act]:
    """What is due, oldest first."""
    due = (_act(each, now, plan) for each in sorted(incidents, key=lambda i: i.reported_at))
    return [act for act in due if act is not None]


async def run_dispatcher(centre: Centre, plan: DispatcherPlan) -> None:
    """Look at the queue again and again; a refused act waits for the next look."""
    while True:
        await asyncio.sleep(LOOKS_EVERY_S)
        try:
            for act in acts(await centre.open_incidents(), datetime.now(UTC), plan):
                await _do(centre, act)
        except (CentreError, httpx.TransportError) as error:
            log.warning("dispatcher.failed", error=repr(error))


async def _do(centre: Centre, act: Act) -> None:
    try:
        if act.to == "dispatch":
            await centre.dispatch_first(act.incident.id)
        else:
            await centre.move(act.incident.id, act.to, act.incident.version)
    except CentreError as error:  # somebody else was quicker, or nobody can go
        log.info("dispatcher.refused", incident=act.incident.code, code=error.code)
    else:
        log.info("dispatcher.act", incident=act.incident.code, to=act.to)


def _act(incident: IncidentSummary, now: datetime, plan: DispatcherPlan) -> Act | None:
    match incident.status:
        case status if status in UNTAKEN:
            return _sending(incident, now, plan)
        case "handled" | "verified":
            return _closing(incident, now, plan)
        case _:
            return None


def _sending(incident: IncidentSummary, now: datetime, plan: DispatcherPlan) -> Act | None:
    running = any(each.status not in ENDED for each in incident.dispatches)
    old = (now - incident.reported_at).total_seconds() > plan.takes_after_s
    return Act(incident, "dispatch") if old and not running else None


def _closing(incident: IncidentSummary, now: datetime, plan: DispatcherPlan) -> Act | None:
    cleared = [each.cleared_at for each in incident.dispatches if each.cleared_at is not None]
    since = max(cleared, default=incident.reported_at)
    if (now - since).total_seconds() <= plan.closes_after_s:
        return None
    return Act(incident, "verified" if incident.status == "handled" else "closed")
