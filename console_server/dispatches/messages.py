"""What one message of a handset means: a report, a step of an order, a call for help.

Owns the translation of `telemetry_ingest.wire.handset` into commands; not the queue (`inbox.py`).
The outcome is a short stable text for the inbox's row. A retry has the outcome of the first try.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.commands import Step, advance_dispatch
from console_server.dispatches.dispatch import Ignored, Status
from console_server.errors import Invalid
from console_server.incidents.actor import Act, Actor, acting_worker
from console_server.incidents.opening import (
    GRAVEST,
    TEXT_MAX,
    TITLE_MAX,
    UNCLASSIFIED,
    Opening,
    Rules,
    open_incident,
)
from console_server.packs.intake_rules import DURESS
from console_server.photos.commands import attach_waiting
from telemetry_ingest.wire.handset import DuressMessage, ProgressMessage, ReportMessage

TITLE_FROM_TEXT = 40  # characters; a report without a title is called by how its text begins


@dataclass(frozen=True, slots=True)
class Sender:
    """The worker behind the handset. `area_id`: an own grid, where a call without place counts."""

    handset_code: str
    worker_id: int
    name: str
    area_id: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is dealt with under."""

    sender: Sender
    rules: Rules
    now: datetime


async def deal_with(
    connection: Connection,
    kind: str,
    body: Mapping[str, Any],
    context: Context,
) -> str:
    """Do what the message asks for: the outcome.

    Raises:
        GridbeatError, ValueError: the message cannot be used.
    """
    return await _DEALERS[kind](connection, body, context)


async def _report(connection: Connection, body: Mapping[str, Any], context: Context) -> str:
    report = msgspec.convert(body, ReportMessage)
    text = report.text.strip()
    known = report.cls is not None and context.rules.pack.find_class(report.cls) is not None
    opening = Opening(
        class_code=report.cls if known and report.cls else UNCLASSIFIED,
        title=(report.title or text[:TITLE_FROM_TEXT] or f"网格员上报 {context.sender.name}")[
            :TITLE_MAX
        ],
        source="handset",
        reported_at=context.sender.received_at,
        description=text[:TEXT_MAX],
        lon=report.lon,
        lat=report.lat,
        client_id=_client_id(context.sender, report.id),
        reporter_worker_id=context.sender.worker_id,
    )
    case = await open_incident(connection, opening, _actor(context.sender), context.rules)
    await attach_waiting(connection, case, Act(_actor(context.sender), context.now))
    return f"incident:{case.code}"


async def _duress(connection: Connection, body: Mapping[str, Any], context: Context) -> str:
    call = msgspec.convert(body, DuressMessage)
    place: tuple[float, float] | None = None
    if call.lon is not None and call.lat is not None:
        place = (call.lon, call.lat)
    else:
        place = await store.place_of(
            connection, context.sender.worker_id, context.sender.received_at
        )
    opening = Opening(
        class_code=DURESS,
        title=f"一键求助 {context.sender.name}",
        source="duress",
        reported_at=context.sender.received_at,
        description=(call.text or "")[:TEXT_MAX],
        lon=place[0] if place else None,
        lat=place[1] if place else None,
        severity=GRAVEST,
        client_id=_client_id(context.sender, call.id),
        reporter_worker_id=context.sender.worker_id,
        area_id=context.sender.area_id,
    )
    case = await open_incident(connection, opening, _actor(context.sender), context.rules)
    return f"incident:{case.code}"


async def _progress(connection: Connection, body: Mapping[str, Any], context: Context) -> str:
    said = msgspec.convert(body, ProgressMessage)
    act = Act(_actor(context.sender), context.now)
    step = Step(Status(said.step.value), act, _instant(said.at), said.note)
    ruling = await advance_dispatch(connection, UUID(said.dispatch), step)
    return f"ignored:{ruling.outcome}" if isinstance(ruling, Ignored) else f"step:{step.to}"


_Dealer = Callable[[Connection, Mapping[str, Any], Context], Awaitable[str]]
_DEALERS: Mapping[str, _Dealer] = {"report": _report, "duress": _duress, "progress": _progress}


def _actor(sender: Sender) -> Actor:
    return acting_worker(sender.worker_id, sender.name)


def _client_id(sender: Sender, handset_made: str) -> str:
    """A handset's id is its own: another handset with the same id is another report."""
    if not 0 < len(handset_made) <= 100:
        raise Invalid("The message's id is empty or too long.")
    return f"{sender.handset_code}:{handset_made}"


def _instant(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
