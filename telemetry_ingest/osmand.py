"""OsmAnd reports as native fixes: units and times converted, absent stays unknown.

Owns the mapping only. Query string and form look alike; JSON begins with a brace.
Source: https://www.traccar.org/osmand/
"""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs

import msgspec

from telemetry_ingest.wire.handset import Fix
from telemetry_ingest.wire.osmand import OsmAndLocation, OsmAndMessage

MPS_PER_KNOT: Final = 1852 / 3600
SECONDS_BELOW: Final = 2**31  # a larger number of "seconds" is milliseconds, as Traccar reads it
FIELDS_MAX: Final = 100
_json = msgspec.json.Decoder(OsmAndMessage)
_number: Final = msgspec.json.Decoder(float)
_TRUE: Final = ("true", "1")


def read_osmand(payload: bytes, received_at: float) -> list[Fix]:
    """The fixes of one report; none when the app itself says that it has no valid place.

    Raises:
        msgspec.DecodeError: it cannot be read.
        UnicodeDecodeError: it is no UTF-8.
    """
    if payload.lstrip()[:1] == b"{":
        said = _json.decode(payload)
        places = said.location if isinstance(said.location, list) else [said.location]
        return [_from_json(place, received_at) for place in places]
    form = _form(payload)
    if form.get("valid", "true").lower() not in _TRUE:
        return []
    return [_from_form(form, received_at)]


def device_of(payload: bytes) -> str | None:
    """The device that the report names; None when it names none or cannot be read."""
    try:
        if payload.lstrip()[:1] == b"{":
            named = _json.decode(payload).device_id
        else:
            form = _form(payload)
            named = form.get("id") or form.get("deviceid")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if named is None else str(named)


def _from_json(said: OsmAndLocation, received_at: float) -> Fix:
    coords = said.coords
    level = said.battery.level if said.battery else None
    return Fix(
        at=received_at if said.timestamp is None else _instant(said.timestamp),
        lon=coords.longitude,
        lat=coords.latitude,
        acc=coords.accuracy,
        spd=coords.speed,
        cog=coords.heading,
        bat=None if level is None else level * 100,
        mock=said.mock,
    )


def _from_form(form: dict[str, str], received_at: float) -> Fix:
    lat, _, lon = form.get("location", "").partition(",")
    speed_kn = _measured(form, "speed")
    return Fix(
        at=_instant(form["timestamp"]) if form.get("timestamp") else received_at,
        lon=_float(form.get("lon", lon)),
        lat=_float(form.get("lat", lat)),
        acc=_measured(form, "accuracy"),
        spd=None if speed_kn is None else speed_kn * MPS_PER_KNOT,
        cog=_measured(form, "bearing", "heading"),
        bat=_measured(form, "batt"),
        mock=form.get("mock", "").lower() in _TRUE,
    )


def _form(payload: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(payload.decode(), errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError):
            raise
        raise msgspec.DecodeError("too many fields") from error
    return {name: values[0] for name, values in fields.items()}


def _measured(form: dict[str, str], *names: str) -> float | None:
    given = next((form[name] for name in names if name in form), None)
    return None if given is None else _float(given)


def _float(text: str) -> float:
    """A number as JSON has it, but an infinity or NaN is one too: rules judge it."""
    try:
        return float(text)
    except ValueError as error:
        raise msgspec.ValidationError("a place or a measured value is missing or no number") from (
            error
        )


def _instant(said: str | float) -> float:
    """Unix s of a number of s or ms, or of ISO 8601; without an offset it is UTC."""
    try:
        number = float(said)
    except ValueError:
        return _iso(str(said))
    return number if number < SECONDS_BELOW else number / 1000


def _iso(text: str) -> float:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise msgspec.ValidationError("the timestamp is no time") from error
