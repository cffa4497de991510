"""件件有回音: the worker who reported something hears what became of it, on their handset.

Owns that message and its entry in the case file; reporters without a handset are answered where
they asked (hotline, resident). When a case is at its end is `incidents/commands.py`.
"""

from console_server.database import Connection
from console_server.dispatches import store
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import write_event
from console_server.incidents.incident import Status
from console_server.live.outbox import put_notice
from telemetry_ingest.wire.handset import NoticeMessage
from telemetry_ingest.wire.topics import handset_prefix

ENDS = {
    Status.REJECTED: "不予受理",
    Status.MERGED: "已并入另一案件",
    Status.CLOSED: "已结案",
    Status.VOID: "已作废",
}


async def answer_reporter(connection: Connection, case: Case, act: Act, reason: str | None) -> Case:
    """Tell the worker who reported it; a case that nobody reported by handset stays as it is."""
    if case.reporter_worker_id is None or case.status not in ENDS:
        return case
    addressee = await store.find_addressee(connection, case.reporter_worker_id)
    if addressee is None or not addressee.handsets:
        return case
    text = f"您上报的 {case.code} {case.title}: {ENDS[case.status]}"
    said = f"{text}。{reason}" if reason else f"{text}。"
    body = NoticeMessage(f"{case.incident_id}:answer", act.at.timestamp(), "answer", said)
    for area_code, handset_code in addressee.handsets:
        await put_notice(connection, handset_prefix(area_code, handset_code), body)
    entry = {"worker": addressee.name, "workerId": addressee.worker_id, "text": said}
    return await write_event(connection, case, "answered", act, entry)
