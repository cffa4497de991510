"""Who does something to a case: an account, a worker by handset, the system, or somebody outside.

Owns the value that commands pass on and the case file names; not rights (`incident.py`). Pure.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from console_server.access.account import Account
from console_server.incidents.incident import DISPATCH


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor. `role` is an account's, `worker`, or `dispatch` for what follows of itself."""

    kind: Literal["account", "worker", "system", "outside"]
    name: str
    role: str
    account_id: int | None = None
    worker_id: int | None = None

    def following(self) -> "Actor":
        """The same person, for a move that follows of itself from what they did."""
        return replace(self, role=DISPATCH)


def acting_account(account: Account) -> Actor:
    """The actor behind a request."""
    return Actor("account", account.display_name, account.role, account_id=account.account_id)


def acting_worker(worker_id: int, name: str) -> Actor:
    """The actor behind a handset's message."""
    return Actor("worker", name, "worker", worker_id=worker_id)


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something at an instant of the server's clock."""

    actor: Actor
    at: datetime

    def following(self) -> "Act":
        """What follows of itself from it."""
        return replace(self, actor=self.actor.following())


SYSTEM: Final = Actor("system", "system", DISPATCH)
