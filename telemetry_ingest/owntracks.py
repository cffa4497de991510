"""OwnTracks payloads as native ones: units converted, absent stays unknown.

Owns the mapping only. Location, lwt and status are read; whatever else the apps publish
(transitions, waypoints, cards, encrypted payloads …) is not for us.
Source: https://owntracks.org/booklet/tech/json/; of the Android status, class AddMessageStatus in
https://github.com/owntracks/android (`loc` location permission, `bo` battery optimisation: 0 good).
"""

from typing import Final

import msgspec

from telemetry_ingest.wire.handset import Fix, StatusMessage
from telemetry_ingest.wire.owntracks import (
    OwnTracksKind,
    OwnTracksLocation,
    OwnTracksLwt,
    OwnTracksStatus,
)

KMH_PER_MPS: Final = 3.6
_NETWORKS: Final = {"w": "wifi", "m": "mobile"}  # `o` is offline: nothing is known
_ANDROID_WITHOUT_LOCATION: Final = -4  # 0 to -3: background or foreground, fine or coarse
_IOS_REFUSED: Final = ("kCLAuthorizationStatusDenied", "kCLAuthorizationStatusRestricted")

_kind = msgspec.json.Decoder(OwnTracksKind)
_location = msgspec.json.Decoder(OwnTracksLocation)
_lwt = msgspec.json.Decoder(OwnTracksLwt)
_status = msgspec.json.Decoder(OwnTracksStatus)


def read_owntracks(payload: bytes) -> tuple[Fix | None, StatusMessage | None, float | None] | None:
    """Fix, status and the instant of sending of one payload; None when it is not for us.

    Raises:
        msgspec.DecodeError: it cannot be read, nor can it when UnicodeDecodeError or
            RecursionError are raised.
    """
    if not payload:
        return None  # how an app clears what it had retained
    match _kind.decode(payload).kind:
        case "location":
            return _from_location(_location.decode(payload))
        case "lwt":
            _lwt.decode(payload)
            return None, StatusMessage(online=False), None
        case "status":
            return None, _from_status(_status.decode(payload)), None
        case _:
            return None


def _from_location(said: OwnTracksLocation) -> tuple[Fix, StatusMessage, float | None]:
    fix = Fix(
        at=said.tst,
        lon=said.lon,
        lat=said.lat,
        acc=said.acc,
        spd=None if said.vel is None else said.vel / KMH_PER_MPS,
        cog=said.cog,
        bat=said.batt,
    )
    status = StatusMessage(bat=said.batt, net=_NETWORKS.get(said.conn or ""))
    return fix, status, said.created_at


def _from_status(said: OwnTracksStatus) -> StatusMessage:
    if said.android is not None:
        location, optimised = (_whole(said.android.get(key)) for key in ("loc", "bo"))
        return StatusMessage(
            permission=None if location is None else location > _ANDROID_WITHOUT_LOCATION,
            optimised=None if optimised is None else optimised > 0,
        )
    allowed = _text(said.ios.get("locationManagerAuthorizationStatus"))
    return StatusMessage(permission=None if allowed is None else allowed not in _IOS_REFUSED)


def _whole(raw: msgspec.Raw | None) -> int | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=int)
    except msgspec.DecodeError:
        return None


def _text(raw: msgspec.Raw | None) -> str | None:
    try:
        return None if raw is None else msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
