"""Which ways may be walked, and how: read off the tags that OpenStreetMap uses.

Owns the meaning of tags; not the file (`imports/streets.py`) nor the network (`network.py`). Pure.
A way without a `highway` tag is an ordinary street: a survey office's lines often say no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

# Source: OpenStreetMap wiki, "OSM tags for routing/Access restrictions", foot, world-wide.
NOT_WALKED: Final = frozenset({
    "motorway", "motorway_link", "bus_guideway", "busway", "raceway", "escape", "construction",
    "proposed", "abandoned", "razed", "platform_edge",
})  # fmt: skip
FORBIDDEN: Final = frozenset({"no", "private", "use_sidepath"})
WELCOME: Final = frozenset({"yes", "designated", "permissive", "destination", "public", "delivery"})


class Kind(IntEnum):
    """What a way is to somebody on foot."""

    STREET = 0
    STEPS = 1
    CROSSING = 2


@dataclass(frozen=True, slots=True)
class Walkable:
    """How a way may be walked: along its line (`forward`), against it (`backward`), or both."""

    kind: Kind
    forward: bool = True
    backward: bool = True


def walkable(tags: Mapping[str, str]) -> Walkable | None:
    """How a way with these tags may be walked; None: not at all."""
    if not _open_to_feet(tags):
        return None
    highway = tags.get("highway", "")
    kind = Kind.STREET
    if highway == "steps":
        kind = Kind.STEPS
    elif tags.get("footway") == "crossing" or highway == "crossing":
        kind = Kind.CROSSING
    one_way = tags.get("oneway:foot", "no")  # `oneway` alone is for vehicles
    return Walkable(kind, one_way != "-1", one_way not in {"yes", "1", "true"})


def _open_to_feet(tags: Mapping[str, str]) -> bool:
    foot, access = tags.get("foot", ""), tags.get("access", "")
    if foot in FORBIDDEN or tags.get("area") == "yes":
        return False
    if foot in WELCOME:
        return True
    return tags.get("highway", "") not in NOT_WALKED and access not in FORBIDDEN
