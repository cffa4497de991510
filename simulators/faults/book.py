"""Owns what every handset said, what must become of it, and what the broker acknowledged.

A fix is known by its handset and its instant in milliseconds; a message that makes no fix by a
mark inside it; a call for help or a report by its id. Pure: `reckoning` compares it with the store.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

STORED: Final = "stored"


class FixKey(NamedTuple):
    """A fix: the handset's code, and its instant in Unix ms."""

    handset: str
    at_ms: int


@dataclass(slots=True)
class Book:
    """Everything said in one run. Fates are `STORED` or the reason for which it is refused."""

    fixes: dict[FixKey, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)  # id to kind
    acked_fixes: set[FixKey] = field(default_factory=set)
    acked_marks: set[str] = field(default_factory=set)
    acked_calls: set[str] = field(default_factory=set)
    duplicate_fixes: int = 0
    messages: Counter[str] = field(default_factory=Counter)  # by kind

    def owed(self) -> set[FixKey]:
        """Acknowledged fixes that must be in the store."""
        return {key for key in self.acked_fixes if self.fixes[key] == STORED}

    def owed_rejects(self) -> dict[FixKey | str, str]:
        """Acknowledged things that must be dead letters, with the reason."""
        keyed: dict[FixKey | str, str] = {
            key: self.fixes[key] for key in self.acked_fixes if self.fixes[key] != STORED
        }
        return keyed | {mark: self.marks[mark] for mark in self.acked_marks}

    @property
    def acknowledged(self) -> int:
        """Fixes, refused messages and calls that the broker has acknowledged."""
        return len(self.acked_fixes) + len(self.acked_marks) + len(self.acked_calls)


def at_ms(at_s: float) -> int:
    """Unix seconds as whole milliseconds."""
    return round(at_s * 1000)
