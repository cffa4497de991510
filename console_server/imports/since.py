"""Since when a row of a file holds: a day, a minute, or always.

Owns how people write such an instant; what it does to what held before is the domain's.
"""

import re
from datetime import datetime
from typing import Final

from console_server.areas.commands import EVER
from console_server.imports.outcome import ImportContext

ALWAYS: Final = frozenset({"一直", "always"})
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(.+))?")


def read_since(text: str, number: int | None, context: ImportContext) -> datetime | None:
    """The instant, a day's midnight in the pack's zone unless more is said; None: from now on.

    What cannot be read, or lies ahead, is a complaint.
    """
    if not text:
        return None
    if text.lower() in ALWAYS:
        return EVER
    since = _instant(text, context)
    if since is None:
        complaint = f"since {text!r} is none of: 2026-11-22, 2026-11-22 12:00, always"
        context.complaints.add(number, f"生效日期“{text}”无效", complaint)
        return None
    if since > context.now:
        complaint = f"since {text} lies ahead; import it on that day"
        context.complaints.add(number, f"生效日期 {text} 尚未到来", complaint)
    return max(since, EVER)


def _instant(text: str, context: ImportContext) -> datetime | None:
    written = _DAY.fullmatch(text.strip())
    if written is None:
        return None
    year, month, day, clock = written.groups()
    try:
        found = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{clock or '00:00'}")
    except ValueError:
        return None
    zone = context.pack.zone if context.pack else context.now.tzinfo
    return found if found.tzinfo else found.replace(tzinfo=zone)
