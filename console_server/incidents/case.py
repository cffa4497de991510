"""An incident as commands work on it: a value; changes are new values with the next version.

Owns the shape; not the rules (`incident.py`), the SQL (`store.py`) or what consoles see
(`summaries.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from console_server.incidents.incident import Status


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as commands need it. lon/lat degrees WGS-84."""

    incident_id: UUID
    code: str
    version: int
    status: Status
    class_code: str
    severity: int
    title: str
    description: str
    place: str
    lon: float | None
    lat: float | None
    area_id: int | None
    source: str
    client_id: str | None
    reporter_worker_id: int | None
    group_id: int | None
    pack_code: str
    pack_version: str
    reported_at: datetime
    due_at: datetime | None
    handled_at: datetime | None = None
    handled_by: int | None = None
    handled_by_account: int | None = None
    closed_at: datetime | None = None
    merged_into: UUID | None = None
    warn_at: datetime | None = None  # None: it was warned of this deadline
    overdue_at: datetime | None = None
    stopped_at: datetime | None = None
    group_ordered_at: datetime | None = None  # its group was told to handle it
    escalation: int = 0
    escalated_to: str | None = None
    escalate_at: datetime | None = None
    supervised_at: datetime | None = None  # put under supervision (督办) then, by whom and why
    supervised_by: str | None = None
    supervised_reason: str | None = None
    upward_at: datetime | None = None  # first reported to the level above (上报)

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", Status(self.status))
