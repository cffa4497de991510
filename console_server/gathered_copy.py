"""Takes apart a binary COPY in which every field is an array: a column of many rows in one value.

Owns PostgreSQL's layout of such values, so that whoever reads many fixes does nothing once a fix;
not which columns there are, nor in what order.
"""

from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg.abc import Buffer

PG_EPOCH_US: Final = 946_684_800_000_000  # timestamptz counts from 2000-01-01
HEADER_BYTES: Final = 19  # signature, flags, no extension
END: Final = -1  # instead of a count of fields
ARRAY_HEADER_BYTES: Final = 20  # dimensions, nulls, type, length, first index
_FIELDS: Final = Struct(">h")
_LENGTH: Final = Struct(">i")

Elements = Mapping[str, np.dtype[Any]]
Columns = Mapping[str, NDArray[np.void]]


def elements_of(kinds: Mapping[str, str]) -> Elements:
    """The elements of each field by the kind of its values: each comes after its length."""
    return {name: np.dtype([("bytes", ">i4"), ("value", kind)]) for name, kind in kinds.items()}


def gathered_columns(copied: Buffer, elements: Elements) -> Iterator[Columns]:
    """Each row: the elements of every field in the order given, where they lie."""
    at = HEADER_BYTES
    while _FIELDS.unpack_from(copied, at)[0] != END:
        at += _FIELDS.size
        columns = {}
        for name, element in elements.items():
            begin = at + _LENGTH.size
            at = begin + _LENGTH.unpack_from(copied, at)[0]
            count = (at - begin - ARRAY_HEADER_BYTES) // element.itemsize
            columns[name] = np.frombuffer(copied, element, count, begin + ARRAY_HEADER_BYTES)
        yield columns
