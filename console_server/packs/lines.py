"""Which line of a TOML text says something: the place that an error is to name.

Owns finding it by asking the TOML reader itself which beginnings of the text hold the key, so that
no form of writing TOML needs to be known here; not the meaning of the key (`checks.py`). Pure.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

Path = Sequence[str | int]


def find_line(text: str, path: Path) -> int | None:
    """Number of the line on which the statement begins that brings in `path`, from 1.

    The path holds keys and positions in arrays, such as `("classes", 2, "due")`. None: the text
    has no such key, or is no TOML.
    """
    lines = text.splitlines()
    if _beginning(lines, len(lines)) is None or not _is_in(_beginning(lines, len(lines)), path):
        return None
    # A text that holds the path goes on holding it however much follows: so halve the search.
    return bisect_left(range(len(lines)), True, key=lambda count: _holds(lines, count, path))


def line_or_above(text: str, path: Path) -> int | None:
    """The line of `path`, or of the nearest thing around it that the text does have."""
    lengths = range(len(path), 0, -1)
    found = (find_line(text, path[:length]) for length in lengths)
    return next((line for line in found if line is not None), None)


def _holds(lines: Sequence[str], count: int, path: Path) -> bool:
    """Whether the first `count` lines hold it, with what ends the statement they break off in."""
    whole = (_beginning(lines, end) for end in range(count, len(lines) + 1))
    return _is_in(next((content for content in whole if content is not None), None), path)


def _beginning(lines: Sequence[str], count: int) -> object | None:
    try:
        return tomllib.loads("\n".join(lines[:count]) + "\n")
    except tomllib.TOMLDecodeError:
        return None


def _is_in(content: object, path: Path) -> bool:
    at: Any = content
    for step in path:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return False
    return at is not None
