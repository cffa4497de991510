"""THE table of an incident's statuses: from, to, who may, and what the move needs.

Owns which moves are legal and why one is refused; not how they are stored (`commands.py`) nor what
becomes of the workers on their way (`dispatches`). Pure. A pack may leave steps out by naming the
ones it uses. Order of a case: 收集 → 立案 → 派遣 → 处理 → 反馈 → 核查结案 → 评价.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Final


class Status(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MERGED = "merged"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    HANDLED = "handled"
    VERIFIED = "verified"
    CLOSED = "closed"
    EVALUATED = "evaluated"
    SUSPENDED = "suspended"
    SENT_BACK = "sent_back"
    REWORK = "rework"
    VOID = "void"


class Need(Enum):
    """What a move asks for besides the right to make it."""

    REASON = "reason"
    OTHER_PERSON = "other_person"  # whoever handled a case must not be the one who verifies it
    INTO = "into"  # the incident that this one is merged into
    APPROVAL = "approval"  # by another person than who asked for it (`requests.py`)
    ANSWER = "answer"  # the reason is what whoever reported it is told


COMMAND: Final = frozenset({"dispatcher", "duty_leader"})
SUPERVISION: Final = frozenset({"dispatcher", "duty_leader", "supervisor"})
ADMINISTRATOR: Final = "administrator"  # may make every move that a person may make
DISPATCH: Final = "dispatch"  # not a role: the move follows from a step of a dispatch


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `by` holds account roles and `dispatch`."""

    from_: Status
    to: Status
    by: frozenset[str]
    needs: frozenset[Need] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Mover:
    """Who asks for a move, as far as the rules care; `handled_it`: this person handled the case."""

    role: str
    handled_it: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a move cannot be made, in words for people; a missing right and a missing need apart."""

    detail: str
    rights: bool = False
    lacks: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """The part of the table that a rule pack uses, and what its moves need besides."""

    steps: frozenset[Status] = frozenset(Status)
    approved: frozenset[Status] = frozenset()
    answers: bool = False

    def find(self, from_: Status, to: Status) -> Move | None:
        """The row of this move, if the pack has the step; one that is left out is passed over."""
        move = MOVES.get((from_, to))
        if move is None and Status.VERIFIED not in self.steps:
            move = WITHOUT_VERIFYING.get((from_, to))
        if move is None or to not in self.steps:
            return None
        return replace(move, needs=move.needs | self._added(to))

    def _added(self, to: Status) -> frozenset[Need]:
        approval = {Need.APPROVAL} if to in self.approved else set()
        answer = {Need.ANSWER} if self.answers and to == Status.CLOSED else set()
        return frozenset(approval | answer)


def _rows(
    froms: str, to: Status, by: Collection[str], *needs: Need
) -> Iterable[tuple[tuple[Status, Status], Move]]:
    for name in froms.split():
        from_ = Status(name)
        yield (from_, to), Move(from_, to, frozenset(by), frozenset(needs))


_S: Final = Status

MOVES: Final[dict[tuple[Status, Status], Move]] = dict(
    [
        *_rows("reported", _S.ACCEPTED, COMMAND | {DISPATCH}),
        *_rows("suspended sent_back", _S.ACCEPTED, COMMAND),
        *_rows("dispatched handling", _S.ACCEPTED, {DISPATCH}),  # nobody is on it any more
        *_rows("reported", _S.REJECTED, COMMAND, Need.REASON),
        *_rows("reported accepted", _S.MERGED, COMMAND, Need.INTO),
        *_rows("accepted rework sent_back", _S.DISPATCHED, {DISPATCH}),
        *_rows("dispatched", _S.HANDLING, COMMAND | {DISPATCH}),
        *_rows("accepted rework", _S.HANDLING, COMMAND, Need.REASON),  # without an order
        *_rows("handling", _S.HANDLED, COMMAND | {DISPATCH}),
        *_rows("handled", _S.VERIFIED, SUPERVISION, Need.OTHER_PERSON),
        *_rows("handled verified", _S.REWORK, SUPERVISION, Need.REASON, Need.OTHER_PERSON),
        *_rows("verified", _S.CLOSED, SUPERVISION, Need.OTHER_PERSON),
        *_rows("closed", _S.EVALUATED, SUPERVISION),
        *_rows("accepted dispatched handling rework", _S.SUSPENDED, {"duty_leader"}, Need.REASON),
        *_rows("accepted dispatched handling", _S.SENT_BACK, COMMAND, Need.REASON),
        *_rows(
            "reported accepted dispatched handling handled rework suspended sent_back",
            _S.VOID,
            COMMAND,
            Need.REASON,
        ),
    ]
)

WITHOUT_VERIFYING: Final = dict(_rows("handled", _S.CLOSED, SUPERVISION, Need.OTHER_PERSON))
WHOLE: Final = Flow()

DONE: Final = frozenset({_S.REJECTED, _S.MERGED, _S.CLOSED, _S.EVALUATED, _S.VOID})
DISPATCHABLE: Final = frozenset(
    {_S.REPORTED, _S.ACCEPTED, _S.DISPATCHED, _S.HANDLING, _S.REWORK, _S.SENT_BACK}
)
WITH_WORKERS: Final = frozenset({_S.DISPATCHED, _S.HANDLING})  # elsewhere nobody is under way


def judge(
    from_: Status,
    to: Status,
    mover: Mover,
    given: Collection[Need] = frozenset(),
    flow: Flow = WHOLE,
) -> Move | Refused:
    """Whether this mover may make this move; `given` says which needs the request brought."""
    move = flow.find(from_, to)
    if move is None:
        return Refused(f"A case that is {from_} cannot become {to}.")
    if Need.APPROVAL not in move.needs and not _has_right(move, mover.role):
        return Refused(f"The role {mover.role} may not make a case {to}.", rights=True)
    if Need.OTHER_PERSON in move.needs and mover.handled_it:
        return Refused("Whoever handled a case may not be the one who verifies it.", rights=True)
    missing = sorted(n.value for n in move.needs - {Need.OTHER_PERSON} - frozenset(given))
    if missing:
        return Refused(f"To become {to} a case needs: {', '.join(missing)}.", lacks=True)
    return move


def allowed_moves(from_: Status, mover: Mover, flow: Flow = WHOLE) -> list[Status]:
    """Where this mover could take the case from here alone, given whatever the move needs."""
    given = frozenset(Need) - {Need.APPROVAL}
    return [to for to in Status if isinstance(judge(from_, to, mover, given, flow), Move)]


def _has_right(move: Move, role: str) -> bool:
    if role in move.by:
        return True
    return role == ADMINISTRATOR and bool(move.by - {DISPATCH})
