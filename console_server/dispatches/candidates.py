"""The recommendation for one case, from what the hub knows right now.

Owns the way from live columns to `wire.cases.Recommendation`; the ranking is `recommendation.py`.
No table of workers is scanned: the store is asked for the case's own running dispatches, and for
who has just come from an order or is about to go home.
"""

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from console_server.database import Connection
from console_server.dispatches.field import Bools, Field, Floats, Place, Why
from console_server.dispatches.readiness import ByWorker, Readiness, read_readiness
from console_server.dispatches.recommendation import Ask, Choice, rank
from console_server.incidents.case import Case
from console_server.incidents.casefile import group_code_of
from console_server.incidents.flow import pack_of
from console_server.live.fleet import Fleet
from console_server.live.interest import Interest
from console_server.live.messages import presence_name
from console_server.streets.network import StreetNetwork
from console_server.streets.walking import By, Reach
from console_server.wire.recommendations import Candidate, Reason, Recommendation, TravelBy
from telemetry_ingest.wire.presence import Presence

_NO_PLACE = Recommendation([], Reason("no_place"))
_BY: Mapping[By, TravelBy] = {
    By.STREETS: "streets",
    By.STRAIGHT: "straight",
    By.UNREACHABLE: "unreachable",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a dispatcher looks for; everybody may be chosen whatever the filter says."""

    group_code: str | None = None
    skill: str | None = None
    within_s: float = math.inf
    only_free: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """Among whom to look: the live columns, who of them the account may see, and the streets."""

    fleet: Fleet
    seen: Interest
    streets: StreetNetwork | None = None


ANYBODY = Wanted()


async def recommend(
    connection: Connection, case: Case, among: Among, now: datetime, wanted: Wanted = ANYBODY
) -> Recommendation:
    """Who should go, the best first, among the workers whom the account may see."""
    if case.lon is None or case.lat is None:
        return _NO_PLACE
    pack = await pack_of(connection, case)
    ready = await read_readiness(connection, case.incident_id, now, pack.dispatch.rest_s)
    if case.source == "duress" and case.reporter_worker_id is not None:
        # Whoever calls for help cannot be the help.
        ready = replace(ready, on_it=ready.on_it | {case.reporter_worker_id})
    group_code = await group_code_of(connection, case)
    skill = pack.skill_of(case.class_code)
    place = Place(case.lon, case.lat, case.area_id, group_code, skill)
    reach = None if among.streets is None else Reach(among.streets, case.lon, case.lat)
    workers = field_of(among, place, ready, now.timestamp(), wanted)
    ranking = rank(workers, place, Ask(walking=pack.walking, reach=reach, within_s=wanted.within_s))
    fleet = among.fleet
    chosen = [_candidate(fleet, workers, choice) for choice in ranking.choices]
    return Recommendation(chosen, None if ranking.none is None else _reason(fleet, ranking.none))


def field_of(
    among: Among,
    place: Place,
    ready: Readiness,
    now_s: float,
    wanted: Wanted = ANYBODY,
) -> Field:
    """The columns that the ranking works on."""
    fleet = among.fleet
    presence = np.where(among.seen.workers, fleet.presence(now_s), Presence.OFF_DUTY)
    return Field(
        lon=fleet.lon,
        lat=fleet.lat,
        presence=presence.astype(np.uint8),
        fix_age_s=np.maximum(now_s - fleet.fixed_at, 0),
        accuracy_m=fleet.accuracy_m,
        battery=fleet.battery,
        grid_id=fleet.grid_id,
        own_grid=fleet.owners_of(place.grid_id),
        own_group=fleet.members_of(place.group_code),
        skilled=fleet.skilled_in(place.skill),
        open_dispatches=fleet.running_orders,
        rest_left_s=_by_slot(fleet, ready.rests, 0.0),
        shift_left_s=_by_slot(fleet, ready.shifts, np.inf),
        reachable=fleet.reachable,
        excluded=_mask(fleet, ready.on_it),
        refused=_mask(fleet, ready.refused),
        wanted=_wanted(fleet, wanted),
    )


def _by_slot(fleet: Fleet, values: ByWorker, otherwise: float) -> Floats:
    column = np.full(len(fleet.roster.rows), otherwise)
    slots = fleet.slots_of(values.worker_ids)
    column[slots[slots >= 0]] = values.left_s[slots >= 0]
    return column


def _mask(fleet: Fleet, worker_ids: AbstractSet[int]) -> Bools:
    mask = np.zeros(len(fleet.roster.rows), dtype=np.bool_)
    slots = fleet.slots_of(np.array(sorted(worker_ids), dtype=np.int64))
    mask[slots[slots >= 0]] = True
    return mask


def _wanted(fleet: Fleet, wanted: Wanted) -> Bools:
    let_through = np.ones(len(fleet.roster.rows), dtype=np.bool_)
    if wanted.group_code is not None:
        let_through &= fleet.members_of(wanted.group_code)
    if wanted.skill is not None:
        let_through &= fleet.skilled_in(wanted.skill)
    if wanted.only_free:
        let_through &= fleet.running_orders == 0
    return let_through


def _candidate(fleet: Fleet, workers: Field, choice: Choice) -> Candidate:
    row, worker = choice.row, fleet.roster.rows[choice.row]
    battery = float(workers.battery[row])
    return Candidate(
        worker_id=worker.worker_id,
        name=worker.name,
        distance_m=round(choice.distance_m, 1),
        travel_s=round(choice.travel_s, 1),
        own_grid=bool(workers.own_grid[row]),
        open_dispatches=int(workers.open_dispatches[row]),
        battery=None if math.isnan(battery) else battery,
        fix_age_s=round(float(workers.fix_age_s[row]), 1),
        presence=presence_name(Presence(workers.presence[row])),
        reasons=[_reason(fleet, why) for why in choice.reasons],
        travel_by=_BY[choice.by],
        travel_max_s=round(choice.travel_max_s, 1),
        doubt_m=round(choice.doubt_m, 1),
        group_code=worker.group_code,
        skills=worker.skills,
    )


def _reason(fleet: Fleet, why: Why) -> Reason:
    values = dict(why.values)
    grid_id = values.pop("gridId", None)
    if isinstance(grid_id, int):
        values["gridCode"] = fleet.area_codes.get(grid_id, "")
    return Reason(why.code, values)
