"""Which cases a list is made of: state, area, class, group, source, time, lateness and words.

Owns the filter and its SQL; reading the cases is `summaries.py`. Words are looked for in code,
title, place and description, as they stand.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

State = Literal["open", "closed", "all"]


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which incidents. `areas` None: of everywhere, those in no area included.

    `classes`: any of these; `group`: ordered to it or by class its own; `ordered_to`: ordered to
    this group at any time, for who may see no others. None: not asked for. `since` and `until` are
    about the report, `until` excluded.
    """

    state: State
    areas: frozenset[int] | None
    limit: int
    before: datetime | None = None
    classes: frozenset[str] | None = None
    group: str | None = None
    ordered_to: str | None = None
    source: str | None = None
    status: str | None = None
    severity: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue: bool = False
    supervised: bool = False
    waiting: bool = False
    text: str | None = None

    def values(self) -> dict[str, Any]:
        """The parameters of `MATCHES`."""
        sets = {
            "areas": None if self.areas is None else sorted(self.areas),
            "classes": None if self.classes is None else sorted(self.classes),
            "pattern": _pattern(self.text),
        }
        return asdict(self) | sets


MATCHES: Final = """
        (%(state)s = 'all' OR (i.closed_at IS NULL) = (%(state)s = 'open'))
    AND (%(areas)s::integer[] IS NULL OR i.area_id = ANY(%(areas)s))
    AND (%(classes)s::text[] IS NULL OR i.class_code = ANY(%(classes)s))
    AND (%(source)s::text IS NULL OR i.source = %(source)s)
    AND (%(status)s::text IS NULL OR i.status = %(status)s)
    AND (%(severity)s::integer IS NULL OR i.severity = %(severity)s)
    AND (%(since)s::timestamptz IS NULL OR i.reported_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR i.reported_at < %(until)s)
    AND (NOT %(overdue)s OR i.overdue_at IS NOT NULL)
    AND (NOT %(supervised)s OR i.supervised_at IS NOT NULL)
    AND (NOT %(waiting)s OR EXISTS (SELECT FROM clock_requests r
            WHERE r.incident_id = i.incident_id AND r.ruled_at IS NULL))
    AND (%(group)s::text IS NULL
         OR i.group_id = (SELECT group_id FROM functional_groups WHERE code = %(group)s)
         OR EXISTS (SELECT FROM group_orders o JOIN functional_groups f USING (group_id)
                    WHERE o.incident_id = i.incident_id AND f.code = %(group)s))
    AND (%(ordered_to)s::text IS NULL
         OR EXISTS (SELECT FROM group_orders o JOIN functional_groups f USING (group_id)
                    WHERE o.incident_id = i.incident_id AND f.code = %(ordered_to)s))
    AND (%(pattern)s::text IS NULL
         OR concat_ws(' ', i.code, i.title, i.place, i.description) ILIKE %(pattern)s)
"""


def _pattern(text: str | None) -> str | None:
    """A LIKE pattern in which nothing of the text is special."""
    if not text or not text.strip():
        return None
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
