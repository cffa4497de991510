"""What stands against a command on a case, each with a code of its own that callers can rely on.

Owns the codes; when each is raised is the commands'. Every one is a `Conflict` and says in words
who did what when, where somebody else was quicker.

Conflict
├── CaseChanged         somebody changed the case since the version that was looked at
├── MoveImpossible      the table has no such move from where the case stands
├── NeedMissing         a reason, an answer, an approval or the other case is missing
├── NotMergeable        the case to be kept is at its end, or is the same one
├── NotDispatchable     nobody can be sent to a case that stands there
├── NotAdmitted         the pack asks for an admission (准入) by the centre first
├── AlreadyOnCase       the worker has a running order for this case
├── NoHandset           the worker has no handset that takes orders
├── NobodyToSend        there is nobody to recommend
├── DispatchChanged     the dispatch has moved on since
├── GroupOrderChanged   the order to the group has moved on since
├── RequestWaits        another request waits for its ruling
└── RequestRuled        somebody ruled on it already
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from console_server.errors import Conflict
from console_server.incidents.chain import Link


def told(link: Link, zone: ZoneInfo) -> str:
    """Who did what when, for a detail: `closed by 张伟 at 14:03:12`."""
    what = str(link.body.get("to") or link.kind)
    whom = link.body.get("worker") or link.body.get("group")
    said = f"{what} ({whom})" if whom else what
    return f"{said} by {link.actor} at {link.at.astimezone(zone):%H:%M:%S}"


def all_told(links: Sequence[Link], zone: ZoneInfo) -> str:
    """The same of several events, oldest first."""
    return ", ".join(told(each, zone) for each in links) or "unknown"


class CaseChanged(Conflict):
    """Somebody changed the case since the version that was looked at."""

    code = "case_changed"


class MoveImpossible(Conflict):
    """The table has no such move from where the case stands."""

    code = "case_move_impossible"


class NeedMissing(Conflict):
    """A reason, an answer, an approval or the other case is missing."""

    code = "case_need_missing"


class NotMergeable(Conflict):
    """The case to be kept is at its end, or is the same one."""

    code = "case_not_mergeable"


class NotDispatchable(Conflict):
    """Nobody can be sent to a case that stands there."""

    code = "case_not_dispatchable"


class NotAdmitted(Conflict):
    """The pack asks for an admission by the centre first."""

    code = "case_not_admitted"


class AlreadyOnCase(Conflict):
    """The worker has a running order for this case."""

    code = "worker_already_on_case"


class NoHandset(Conflict):
    """The worker has no handset that takes orders."""

    code = "worker_without_handset"


class NobodyToSend(Conflict):
    """There is nobody to recommend."""

    code = "nobody_to_send"


class DispatchChanged(Conflict):
    """The dispatch has moved on since."""

    code = "dispatch_changed"


class GroupOrderChanged(Conflict):
    """The order to the group has moved on since."""

    code = "group_order_changed"


class RequestWaits(Conflict):
    """Another request waits for its ruling."""

    code = "request_waits"


class RequestRuled(Conflict):
    """Somebody ruled on the request already."""

    code = "request_ruled"
