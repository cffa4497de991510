"""OwnTracks payloads as its Android and iOS apps publish them.

Owns the decoding structs only; not what becomes of them. Units differ from the native protocol:
`vel` is km/h and `batt` percent. An absent value is unknown, not 0. Locations are published
retained, so an old one comes again after each subscribe.
Source: https://owntracks.org/booklet/tech/json/
"""

import msgspec


class OwnTracksLocation(msgspec.Struct, frozen=True):
    """`_type: location`. `tst` and `created_at` Unix s, `acc` m, `vel` km/h, `cog` degrees."""

    lat: float
    lon: float
    tst: float
    acc: float | None = None
    vel: float | None = None
    cog: float | None = None
    batt: float | None = None
    bs: int | None = None
    conn: str | None = None
    t: str | None = None
    m: int | None = None
    created_at: float | None = None


class OwnTracksLwt(msgspec.Struct, frozen=True):
    """`_type: lwt`: the broker lost the phone; `tst` is when the app had connected, if known."""

    tst: float | None = None


class OwnTracksStatus(msgspec.Struct, frozen=True):
    """`_type: status`: the app's permissions, platform by platform; read leniently."""

    android: dict[str, msgspec.Raw] | None = None
    ios: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict, name="iOS")


class OwnTracksKind(msgspec.Struct, frozen=True):
    """The one key every OwnTracks payload has."""

    kind: str = msgspec.field(name="_type")
