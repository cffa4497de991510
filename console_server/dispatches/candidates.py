"""The recommendation for one case, from what the hub knows right now.

Owns the way from live columns to `wire.cases.Recommendation`; the ranking is `recommendation.py`.
No table is scanned: only the case's own running dispatches come from the store.
"""

import math
from collections.abc import Set as AbstractSet

import numpy as np

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.dispatch import RUNNING
from console_server.dispatches.recommendation import (
    CANDIDATES_LIMIT_MAX,
    Choice,
    Field,
    Place,
    Why,
    rank,
)
from console_server.incidents.case import Case
from console_server.incidents.casefile import group_code_of
from console_server.live.fleet import Fleet
from console_server.live.frame import Bools
from console_server.live.interest import Interest
from console_server.live.messages import presence_name
from console_server.wire.cases import Candidate, Reason, Recommendation
from telemetry_ingest.wire.presence import Presence

_NO_PLACE = Recommendation([], Reason("no_place"))


async def recommend(
    connection: Connection, case: Case, fleet: Fleet, seen: Interest, now_s: float
) -> Recommendation:
    """Who should go, the best first, among the workers whom the account may see."""
    if case.lon is None or case.lat is None:
        return _NO_PLACE
    rows = await store.dispatches_of(connection, case.incident_id)
    on_it = {row.worker_id for row in rows if row.status in RUNNING}
    if case.source == "duress" and case.reporter_worker_id is not None:
        on_it.add(case.reporter_worker_id)  # whoever calls for help cannot be the help
    group_code = await group_code_of(connection, case)
    place = Place(case.lon, case.lat, case.area_id, group_code)
    field = field_of(fleet, place, seen.workers, on_it, now_s)
    ranking = rank(field, place, CANDIDATES_LIMIT_MAX)
    chosen = [_candidate(fleet, field, choice) for choice in ranking.choices]
    return Recommendation(chosen, None if ranking.none is None else _reason(fleet, ranking.none))


def field_of(
    fleet: Fleet,
    place: Place,
    seen: Bools,
    on_it: AbstractSet[int],
    now_s: float,
) -> Field:
    """The columns that the ranking works on."""
    roster = fleet.roster.rows
    excluded = np.zeros(len(roster), dtype=np.bool_)
    slots = [fleet.slot_of[worker_id] for worker_id in on_it if worker_id in fleet.slot_of]
    excluded[slots] = True
    presence = np.where(seen, fleet.presence(now_s), Presence.OFF_DUTY).astype(np.uint8)
    return Field(
        lon=fleet.lon,
        lat=fleet.lat,
        presence=presence,
        fix_age_s=np.maximum(now_s - fleet.fixed_at, 0),
        accuracy_m=fleet.accuracy_m,
        battery=fleet.battery,
        grid_id=fleet.grid_id,
        own_grid=fleet.owners_of(place.grid_id),
        own_group=fleet.members_of(place.group_code),
        open_dispatches=fleet.running_orders,
        reachable=fleet.reachable,
        excluded=excluded,
    )


def _candidate(fleet: Fleet, field: Field, choice: Choice) -> Candidate:
    row, worker = choice.row, fleet.roster.rows[choice.row]
    battery = float(field.battery[row])
    return Candidate(
        worker_id=worker.worker_id,
        name=worker.name,
        distance_m=round(choice.distance_m, 1),
        travel_s=round(choice.travel_s, 1),
        own_grid=bool(field.own_grid[row]),
        open_dispatches=int(field.open_dispatches[row]),
        battery=None if math.isnan(battery) else battery,
        fix_age_s=round(float(field.fix_age_s[row]), 1),
        presence=presence_name(Presence(field.presence[row])),
        reasons=[_reason(fleet, why) for why in choice.reasons],
    )


def _reason(fleet: Fleet, why: Why) -> Reason:
    values = dict(why.values)
    grid_id = values.pop("gridId", None)
    if isinstance(grid_id, int):
        values["gridCode"] = fleet.area_codes.get(grid_id, "")
    return Reason(why.code, values)
