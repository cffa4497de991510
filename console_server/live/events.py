"""Events on their way through the Valkey stream `gb:events`.

Owns how an entry is written and read and how the positions in the stream compare; not who puts
entries there (`relay.py`) nor who reads them (`feed.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

STREAM_START: Final = "0-0"
STREAM_LENGTH: Final = 10_000  # some minutes of a busy city; a console further behind starts anew


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. `seq` is its id in the stream; `body` the value as JSON."""

    seq: str
    kind: str
    area_id: int | None
    body: bytes


class _GivenTo(msgspec.Struct, frozen=True, rename="camel"):
    group_code: str


class _Given(msgspec.Struct, frozen=True, rename="camel"):
    group_orders: list[_GivenTo] = []


_given = msgspec.json.Decoder(_Given)


def groups_of(event: Event) -> frozenset[str]:
    """The functional groups that the case of an event was ever given to; an alert's are none."""
    if event.kind != "incident":
        return frozenset()
    return frozenset(order.group_code for order in _given.decode(event.body).group_orders)


def entry_fields(kind: str, area_id: int | None, body: bytes) -> dict[Any, Any]:
    """The fields of a stream entry."""
    area = b"" if area_id is None else str(area_id).encode()
    return {"kind": kind.encode(), "area": area, "body": body}


def read_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Event:
    """A stream entry as an event."""
    area = fields[b"area"]
    return Event(
        entry_id.decode(),
        fields[b"kind"].decode(),
        int(area) if area else None,
        fields[b"body"],
    )


def seq_key(seq: str) -> tuple[int, int]:
    """An id of the stream as something that compares by age."""
    milliseconds, _, number = seq.partition("-")
    return int(milliseconds), int(number or 0)
