"""Reads a TOML text into a frozen dataclass, and says precisely what is wrong with it.

Owns strictness (a misspelt key is an error) and the naming of file, line and key; not the meaning
of a value (`pack.py` checks what belongs together).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import TypeVar, get_args, get_type_hints

import msgspec

from console_server.packs.lines import line_or_above

Shape = TypeVar("Shape")


class PackError(ValueError):
    """A pack that cannot be used: one line per fault, each with file, line where known, and key."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def read_toml(text: str, shape: type[Shape], file: str) -> Shape:
    """Read `text` as `shape`; `file` names it in errors.

    Raises:
        PackError: not TOML, a value of the wrong type, a key that is missing or not known.
    """
    try:
        content = tomllib.loads(text)
        if unknown := list(_unknown_keys(content, shape, "$")):
            raise PackError(
                place(text, file, _steps(path), f"key {path} is not known") for path in unknown
            )
        return msgspec.convert(content, shape, dec_hook=_decode)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{file}:{line[1]}" if line else file
        raise PackError([f"{where}: {error}"]) from error
    except msgspec.ValidationError as error:
        path = re.search(r"`(\$.*?)`$", str(error))
        raise PackError([place(text, file, _steps(path[1] if path else ""), str(error))]) from error


def _decode(kind: type, value: object) -> object:
    if kind is Fraction and isinstance(value, str | int | float):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError) as error:
            raise ValueError(f"{value!r} is not a share such as 1/3") from error
    raise NotImplementedError(kind)


def _unknown_keys(content: object, shape: object, path: str) -> Iterator[str]:
    """Paths of keys that no field stands for, all the way down."""
    kind = _dataclass_in(shape)
    if kind is None:
        return
    if isinstance(content, list):
        for index, each in enumerate(content):
            yield from _unknown_keys(each, kind, f"{path}[{index}]")
    elif isinstance(content, dict):
        hints = get_type_hints(kind)
        known = {each.name for each in fields(kind)}
        for key, value in content.items():
            if key in known:
                yield from _unknown_keys(value, hints[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"


def _dataclass_in(shape: object) -> type | None:
    """The dataclass that a type is or holds (`X`, `X | None`, `tuple[X, ...]`)."""
    if isinstance(shape, type) and is_dataclass(shape):
        return shape
    inner = (_dataclass_in(each) for each in get_args(shape))
    return next((each for each in inner if each is not None), None)


def place(text: str, file: str, path: Sequence[str | int], reason: str) -> str:
    """`file:line: reason`, with the line of the key at `path` or of what is around it."""
    line = line_or_above(text, path)
    return f"{file}:{line}: {reason}" if line else f"{file}: {reason}"


def _steps(path: str) -> tuple[str | int, ...]:
    """The keys and positions of a path such as `$.classes[2].due.hours`."""
    steps = re.findall(r"\.([\w-]+)|\[(\d+)\]", path)
    return tuple(int(position) if position else key for key, position in steps)
