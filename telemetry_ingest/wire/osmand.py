"""OsmAnd's HTTP dialects as Traccar Client and OsmAnd send them.

Owns names, decoding structs and the address; not what becomes of a report. The older dialect is a
query string or a form, the newer one JSON. Units differ: the form's `speed` is in knots and `batt`
in percent, the JSON's `speed` is in m/s and `battery.level` a share; -1 stands for "not known".
Source: https://www.traccar.org/osmand/
"""

import hashlib
from typing import Final

import msgspec

OSMAND_PATH: Final = "/osmand"
OSMAND_PREFIX: Final = "osmand"  # of the topics under which HTTP reports go through ingest


class OsmAndCoords(msgspec.Struct, frozen=True):
    """`coords`: degrees WGS-84, `accuracy` m, `speed` m/s, `heading` degrees."""

    latitude: float
    longitude: float
    accuracy: float | None = None
    speed: float | None = None
    heading: float | None = None


class OsmAndBattery(msgspec.Struct, frozen=True):
    """`battery`: `level` is a share 0-1."""

    level: float | None = None


class OsmAndLocation(msgspec.Struct, frozen=True):
    """One place; `timestamp` is ISO 8601, or a number of s or ms as in the form."""

    coords: OsmAndCoords
    timestamp: str | float | None = None
    battery: OsmAndBattery | None = None
    mock: bool = False


class OsmAndMessage(msgspec.Struct, frozen=True):
    """The JSON body: one place, or those of some time offline."""

    location: OsmAndLocation | list[OsmAndLocation]
    device_id: str | int | None = None


def token_digest(token: str) -> bytes:
    """The form in which the store keeps a handset's token, which has 128 random bits."""
    return hashlib.sha256(token.encode()).digest()


def osmand_topic(username: str) -> str:
    """Where reports of this handset are filed inside of ingest; no broker carries it."""
    return f"{OSMAND_PREFIX}/{username}"
