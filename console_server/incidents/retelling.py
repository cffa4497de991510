"""The state of a case, its dispatches and its orders to groups as the case file alone tells it.

Owns what every event keeps of the change it stands for, and putting a file's events together
again; comparing the result with the tables is `verify.py`. Pure. Words that people wrote and the
place are facts of the opening, not state: they stand in the case only, so that they can be erased.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from console_server.incidents.chain import Link
from console_server.incidents.incident import MOVES, WITHOUT_VERIFYING, Status

if TYPE_CHECKING:
    from console_server.incidents.case import Case

STATE: Final = "state"  # in an event's body: columns of the case that it changed
DISPATCH_STATE: Final = "dispatchState"  # the dispatch that it is about, as it became
GROUP_STATES: Final = "groupStates"  # the orders to groups that it changed, by their ids
INSIDE: Final = frozenset({STATE, DISPATCH_STATE, GROUP_STATES})  # not for readers of the file
NOT_STATE: Final = frozenset({
    "incident_id", "version", "title", "description", "place", "lon", "lat", "client_id",
})  # fmt: skip
ITS_KEY: Final = frozenset({"dispatch_id", "incident_id", "worker_id"})
OF_GROUPS: Final = frozenset({"group", "group_step"})
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A case by the tables; its dispatches and its orders to groups by their ids."""

    case: Mapping[str, Any]
    dispatches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group_orders: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def changed(before: "Case | None", after: "Case") -> Told:
    """The columns of state that an event changed; before None: all that are not empty."""
    names = [each.name for each in fields(after) if each.name not in NOT_STATE]
    return {
        name: told_value(getattr(after, name))
        for name in names
        if getattr(after, name) != (None if before is None else getattr(before, name))
    }


def dispatch_state(row: Any) -> Told:  # noqa: ANN401 - a row of the table `dispatches`
    """A dispatch as an event about it keeps it."""
    names = [each.name for each in fields(row) if each.name not in ITS_KEY]
    return {name: told_value(getattr(row, name)) for name in names}


def told_value(value: Any) -> Any:  # noqa: ANN401 - any column
    """A column as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


class Retold:
    """What a case file tells, event by event. `whole`: it does so from the beginning.

    `groups_whole`: of the orders to groups as well, which files of earlier editions only name.
    """

    def __init__(self, links: Iterable[Link]) -> None:
        self.case: Told = {}
        self.dispatches: dict[str, Told] = {}
        self.group_orders: dict[str, Told] = {}
        self.whole, self.groups_whole = False, True
        self.faults: list[str] = []
        for number, link in enumerate(links):
            if number == 0:
                self.whole = STATE in link.body
            self._tell(link)

    def _tell(self, link: Link) -> None:
        if link.kind == "status":
            self.faults.extend(self._move_faults(link))
        self.case |= link.body.get(STATE, {})
        became = link.body.get(DISPATCH_STATE)
        if became is not None:
            self.dispatches[str(link.body["dispatchId"])] = dict(became)
        if link.kind in OF_GROUPS and GROUP_STATES not in link.body:
            self.groups_whole = False
        self.group_orders |= link.body.get(GROUP_STATES, {})

    def _move_faults(self, link: Link) -> Iterator[str]:
        """A move that the table does not have, or from where the case did not stand."""
        from_, to = Status(str(link.body["from"])), Status(str(link.body["to"]))
        if (from_, to) not in MOVES and (from_, to) not in WITHOUT_VERIFYING:
            yield f"event {link.version} moves from {from_} to {to}, which no table has"
        if self.whole and self.case.get("status") != from_:
            stood = self.case.get("status")
            yield f"event {link.version} moves from {from_}, but the case was {stood}"

    def differences(self, stored: Stored) -> Iterator[str]:
        """Where the tables do not say what the file tells, in words."""
        yield from self.faults
        if not self.whole:
            return
        yield from _columns_apart("the case", self.case, stored.case)
        yield from _rows_apart("dispatch", self.dispatches, stored.dispatches)
        if self.groups_whole:
            yield from _rows_apart("group order", self.group_orders, stored.group_orders)


def _rows_apart(
    what: str, told: Mapping[str, Told], stored: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for key in sorted(told.keys() | stored.keys()):
        if key not in told:
            yield f"{what} {key} is not told of"
        elif key not in stored:
            yield f"{what} {key} is missing"
        else:
            yield from _columns_apart(f"{what} {key}", told[key], stored[key])


def _columns_apart(what: str, told: Told, stored: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(told.keys() | stored.keys()):
        if told.get(name) != stored.get(name):
            yield f"{what} has {name} {stored.get(name)}, its file tells {told.get(name)}"
