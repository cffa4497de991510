"""Owns how a fleet takes up what an earlier one left: places, running orders, untold past."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from console_server.wire.cases import Dispatch, IncidentSummary
from console_server.wire.positions import Position
from simulators.backfill import Past, Told, gaps_of
from simulators.crew import Crew
from simulators.fleet import Fleet, Member
from simulators.people.terrain import apart_m
from telemetry_ingest.wire.handset import OrderMessage

SEEN_ELSEWHERE_M = 150.0  # last seen this far from the plan: go on from there, do not jump


def continue_places(fleet: Fleet, seen: Mapping[int, Position], now_s: float) -> None:
    """Let those whom the centre saw elsewhere go on from there."""
    for member in fleet.members.values():
        last, place = seen.get(member.who.worker_id), member.field_worker.place(now_s)
        if place is None or last is None or last.lon is None or last.lat is None:
            continue
        spot = fleet.world.terrain.spot_of(last.lon, last.lat)
        if last.fixed_at is not None and apart_m(spot, place) > SEEN_ELSEWHERE_M:
            member.field_worker.continue_from(spot, last.fixed_at.timestamp(), now_s)


def continue_orders(fleet: Fleet, incidents: Iterable[IncidentSummary]) -> None:
    """Hand out again the orders that are still running; a real phone would have kept them."""
    for incident in incidents:
        for dispatch in incident.dispatches:
            member = fleet.members.get(dispatch.worker_id)
            if member is not None and dispatch.ended_at is None:
                taken = dispatch.status != "ordered"
                fleet.take_up(member, order_of(incident, dispatch), acknowledged=taken)


def order_of(incident: IncidentSummary, dispatch: Dispatch) -> OrderMessage:
    """The order that this dispatch was sent as."""
    return OrderMessage(
        dispatch=dispatch.dispatch_id,
        version=dispatch.version,
        action="go",
        incident=incident.id,
        code=incident.code,
        title=incident.title,
        at=dispatch.ordered_at.timestamp(),
        lon=incident.lon,
        lat=incident.lat,
        place=incident.place or None,
    )


def untold(
    members: Sequence[Member], crew: Crew, told: Told, seen: Mapping[int, Position], now_s: float
) -> list[Past]:
    """Whose past the centre does not know, and which parts of it."""
    since_s = (crew.midnight - timedelta(days=crew.days_back)).timestamp()
    found = []
    for member in members:
        last = seen.get(member.who.worker_id)
        newest_s = last.fixed_at.timestamp() if last and last.fixed_at else None
        gaps = gaps_of(member.field_worker, told, newest_s, since_s, now_s)
        if gaps:
            found.append(Past(member.field_worker, member.handset, gaps))
    return found
