"""The message that carries a dispatch to the worker's handsets, or takes it back.

Owns what an order says; not its way (`live/courier.py`).
"""

from datetime import datetime
from typing import Literal

from console_server.database import Connection
from console_server.dispatches.store import Addressee, DispatchRow
from console_server.incidents.case import Case
from console_server.live.outbox import put_notice, put_order
from telemetry_ingest.wire.handset import NoticeMessage, OrderMessage
from telemetry_ingest.wire.topics import handset_prefix


async def send_order(
    connection: Connection,
    addressee: Addressee,
    case: Case,
    dispatch: DispatchRow,
    action: Literal["go", "withdraw"],
) -> None:
    """Put the order into the outbox, once for each handset of the worker."""
    body = order_message(case, dispatch, action)
    for area_code, handset_code in addressee.handsets:
        await put_order(connection, handset_prefix(area_code, handset_code), body)


async def send_reminder(
    connection: Connection, addressee: Addressee, case: Case, dispatch: DispatchRow, at: datetime
) -> None:
    """Ask every handset of the worker once more to acknowledge the order."""
    text = f"请确认任务 {case.code}: {case.title}"
    body = NoticeMessage(f"{dispatch.dispatch_id}:reminder", at.timestamp(), "reminder", text)
    for area_code, handset_code in addressee.handsets:
        await put_notice(connection, handset_prefix(area_code, handset_code), body)


def order_message(
    case: Case, dispatch: DispatchRow, action: Literal["go", "withdraw"]
) -> OrderMessage:
    """The order as the handset reads it; its version is the dispatch's."""
    by = dispatch.acknowledge_by
    return OrderMessage(
        dispatch=str(dispatch.dispatch_id),
        version=dispatch.version,
        action=action,
        incident=str(case.incident_id),
        code=case.code,
        title=case.title,
        at=dispatch.ordered_at.timestamp(),
        lon=case.lon,
        lat=case.lat,
        text=case.description or None,
        place=case.place or None,
        due=None if case.due_at is None else case.due_at.timestamp(),
        acknowledge_by=None if by is None else by.timestamp(),
    )
