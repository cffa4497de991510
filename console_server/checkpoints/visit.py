"""What a scanned label says, and whether the scan counts as a visit; no I/O.

The label's secret proves that the phone saw the label, or a picture of it: whoever photographs one
can scan it elsewhere. So the phone's place is asked as well, where it has one, and a scan from far
away is kept but does not count. Indoors, where there is no place, the label alone decides.
"""

import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from console_server.errors import Invalid

INDOORS_M: Final = 100.0  # how far off a phone's place may be in and between high buildings
AHEAD_MAX: Final = timedelta(minutes=5)  # as with fixes: a clock may be this fast
EARTH_M: Final = 6_371_008.8


@dataclass(frozen=True, slots=True)
class ScannedFrom:
    """What is kept of a scan's circumstances. lon/lat degrees WGS-84; None: no place is known.

    `counted`: how the scan was judged on arrival.
    """

    counted: bool
    lon: float | None
    lat: float | None
    accuracy_m: float | None


def label_text(code: str, secret: str) -> str:
    """What a checkpoint's label holds after `/handset#scan=`."""
    return f"{code}.{secret}"


def code_on(label: str) -> str:
    """The checkpoint's code on a label.

    Raises:
        Invalid: it is no label of ours.
    """
    code, dot, secret = label.rpartition(".")
    if not (code and dot and secret):
        raise Invalid("This is no label of a checkpoint.", ["label"])
    return code


def is_genuine(label: str, code: str, secret: str) -> bool:
    """Whether the label is the checkpoint's own."""
    return hmac.compare_digest(label.encode(), label_text(code, secret).encode())


def check_time(visited_at: datetime, now: datetime, keep: timedelta) -> None:
    """Refuse a scan of the future or of a time that is no longer kept.

    Raises:
        Invalid: it lies there.
    """
    if not now - keep <= visited_at <= now + AHEAD_MAX:
        raise Invalid("The time of the scan cannot be right.", ["at"])


def counts(distance_m: float | None, accuracy_m: float | None, radius_m: float) -> bool:
    """Whether the phone's place allows for the visit; without a place it does."""
    return distance_m is None or distance_m <= radius_m + (accuracy_m or 0.0) + INDOORS_M


def counts_at(scanned: ScannedFrom, lon: float, lat: float, radius_m: float) -> bool:
    """Whether a scan counts for the checkpoint as it is now known to have been at that time.

    Without a place there is nothing to judge anew: what was found on arrival stands.
    """
    distance_m = distance_at(scanned, lon, lat)
    if distance_m is None:
        return scanned.counted
    return counts(distance_m, scanned.accuracy_m, radius_m)


def distance_at(scanned: ScannedFrom, lon: float, lat: float) -> float | None:
    """How far the phone was from a place; None: nobody knows."""
    if scanned.lon is None or scanned.lat is None:
        return None
    return apart_m(scanned.lon, scanned.lat, lon, lat)


def apart_m(from_lon: float, from_lat: float, to_lon: float, to_lat: float) -> float:
    """Straight distance on a local plane; good to 0.1 % below 20 km.

    Source: equirectangular approximation with the mean latitude.
    """
    middle = math.radians((from_lat + to_lat) / 2)
    east = math.radians(to_lon - from_lon) * math.cos(middle)
    return math.hypot(east, math.radians(to_lat - from_lat)) * EARTH_M
