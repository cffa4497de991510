"""What differs between two rule packs, key by key, whatever the order in which they are written.

Owns the comparison of what the authors wrote; not where the packs come from (`command_line/packs`).
Tables in a list are known by their code, so that a class put in the middle is one addition. Pure.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal

NAMES: Final = ("code", "to", "name")  # what tells the tables of a list apart, the first they have


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that is only in one pack, or has another value. Values are as JSON has them."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any = None
    after: Any = None


def differences(before: str, after: str) -> list[Difference]:
    """Everything that differs between two TOML texts, in the order of their keys.

    Raises:
        tomllib.TOMLDecodeError: one of them is no TOML.
    """
    return list(_compare("", _plain(tomllib.loads(before)), _plain(tomllib.loads(after))))


def _compare(path: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - any value
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _compare_tables(path, before, after)
    elif (named := _both_named(before, after)) is not None:
        yield from _compare_tables(path, *named, listed=True)
    elif before != after:
        yield Difference("changed", path, before, after)


def _compare_tables(
    path: str, before: Mapping[str, Any], after: Mapping[str, Any], *, listed: bool = False
) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        inner = f"{path}[{key}]" if listed else f"{path}.{key}" if path else key
        if key not in after:
            yield Difference("removed", inner, before=before[key])
        elif key not in before:
            yield Difference("added", inner, after=after[key])
        else:
            yield from _compare(inner, before[key], after[key])


def _both_named(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:  # noqa: ANN401
    """Two lists of tables by name; None unless all tables of both have one, each its own."""
    if not (isinstance(before, list) and isinstance(after, list) and (before or after)):
        return None
    for name in NAMES:
        found = [_by_name(each, name) for each in (before, after)]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _by_name(tables: Sequence[Any], name: str) -> dict[str, Any] | None:
    named = {str(each[name]): each for each in tables if isinstance(each, Mapping) and name in each}
    return named if len(named) == len(tables) else None


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of TOML
    """A value as JSON has it: times and dates as text."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time | datetime) else value
