"""One defined outcome for everything hostile or late: a table of payloads as handsets send them.

The handset is 1 of worker 11, on duty for a day; the grid is a box around 118.605 / 32.005.
"""

import json
from typing import Any

import pytest
import shapely
from ingest_builders import NOW_S, border, message, world

from telemetry_ingest.coordinates import wgs84_to_bd09, wgs84_to_gcj02
from telemetry_ingest.decoding import decode
from telemetry_ingest.fix import Reason, floats
from telemetry_ingest.geofencing import BorderHistory
from telemetry_ingest.message import Handling, Route
from telemetry_ingest.movement import LastFixes
from telemetry_ingest.pipeline import judge
from telemetry_ingest.planning import dead_letters
from telemetry_ingest.wire.live import Flag

TOWN = BorderHistory([border(4, shapely.box(118.6, 32.0, 118.61, 32.01))])
LON, LAT = 118.605, 32.005
GCJ = [float(v[0]) for v in wgs84_to_gcj02(floats([LON]), floats([LAT]))]
BD = [float(v[0]) for v in wgs84_to_bd09(floats([LON]), floats([LAT]))]
FINE = {"at": NOW_S - 10, "lon": LON, "lat": LAT, "acc": 5}
STORED, IGNORED, REPEATED = "stored", "ignored", "repeated"
DAY = 86_400


def fix(**changes: Any) -> bytes:
    return json.dumps({"fixes": [FINE | changes]}).encode()


def in_datum(name: str, lonlat: list[float]) -> bytes:
    lon, lat = lonlat
    return json.dumps({"fixes": [FINE | {"lon": lon, "lat": lat}], "datum": name}).encode()


def outcomes(handling: Handling, *payloads: bytes, last: LastFixes | None = None) -> list[str]:
    """What became of every fix or message, dead letters by reason, marks by name, in order."""
    more = {"last": last} if last else {}
    decoded = decode([message(p, "t") for p in payloads], lambda _: Route(handling, 1))
    judged = judge(decoded.fixes(), world(borders=TOWN, **more))
    letters = decoded.rejects + dead_letters(decoded, judged)
    said = [letter.reason.value for letter in letters]
    said += [IGNORED] * decoded.ignored[Handling.IGNORE] + [REPEATED] * judged.repeats
    for flags, grid in zip(judged.positions.flags, judged.positions.grid, strict=True):
        said.append(
            " ".join([STORED, *(f.name for f in Flag if f & flags), *(["4"] if grid == 4 else [])])
        )
    return said


def raw(number: str) -> bytes:
    return b'{"fixes":[{"at":%d,"lon":%s,"lat":32.005,"acc":5}]}' % (NOW_S - 10, number.encode())


CASES = [
    ("as it should be", fix(), "stored 4"),
    ("GCJ-02, said so", in_datum("gcj02", GCJ), "stored 4"),
    ("BD-09, said so", in_datum("bd09", BD), "stored 4"),
    ("a datum of no planet", in_datum("mars", [LON, LAT]), "invalid"),
    ("swapped axes", fix(lon=LAT, lat=LON), "swapped_axes"),
    ("no satellite yet", fix(lon=0, lat=0), "null_island"),
    ("latitude beyond the pole", fix(lat=90.5), "out_of_range"),
    ("longitude twice round", fix(lon=478.605), "out_of_range"),
    ("NaN as a word", raw("NaN"), "malformed"),
    ("Infinity as a word", raw("-Infinity"), "malformed"),
    ("infinite by its exponent", raw("1e999"), "invalid"),
    ("large as can be", raw("1.7e308"), "out_of_range"),
    ("a giant message", b'{"fixes":[],"x":"' + b"x" * 300_000 + b'"}', "too_large"),
    ("501 fixes", json.dumps({"fixes": [FINE] * 501}).encode(), "too_many_fixes"),
    ("a deep hole", b'{"fixes":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid"),
    ("a deep hole elsewhere", b'{"x":' + b"[" * 9000 + b"]" * 9000 + b"}", "malformed"),
    ("not UTF-8", fix(src="x").replace(b'"x"', b'"\xff\xfe"'), "malformed"),
    ("half a character", fix(src="x").replace(b'"x"', b'"\xe8\xb7"'), "malformed"),
    ("a text for a number", fix(lon="118.605"), "invalid"),
    ("a truth for a number", fix(lat=True), "invalid"),
    ("a number for a list", b'{"fixes":7}', "invalid"),
    ("no place", b'{"fixes":[{"at":%d}]}' % NOW_S, "invalid"),
    ("nothing", b"", "malformed"),
    ("a clock an hour ahead", fix(at=NOW_S + 3600), "future"),
    ("a clock a minute ahead", fix(at=NOW_S + 60), "stored 4"),
    ("a clock before duty began", fix(at=NOW_S - DAY - 60), "off_duty"),
    ("milliseconds for seconds", fix(at=NOW_S * 1000), "future"),
    ("before 1970", fix(at=-5), "off_duty"),
    ("a clock of no year", fix(at=1e300), "future"),
    ("simulated", fix(mock=True), "stored MOCK 4"),
    ("accurate to a district", fix(acc=3000), "stored COARSE 4"),
    ("accuracy -1, as phones say unknown", fix(acc=-1), "stored COARSE 4"),
    ("speed and course -1", fix(spd=-1, cog=-1), "stored 4"),
    ("battery of 250 %", fix(bat=250), "stored 4"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "outcome"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_has_its_one_outcome(payload: bytes, outcome: str) -> None:
    assert outcomes(Handling.FIX, payload) == [outcome]


def test_retained_repeats_of_owntracks_count_once() -> None:
    said = {"_type": "location", "tst": NOW_S - 50, "lat": LAT, "lon": LON, "acc": 5, "t": "u"}
    again = json.dumps(said).encode()
    assert outcomes(Handling.OWNTRACKS, again, again, again) == [REPEATED, REPEATED, "stored 4"]


def test_days_of_backlog_between_new_fixes_are_stored_late_and_in_place() -> None:
    last = LastFixes()
    last.set_newest(11, (NOW_S - 100) * 1_000_000, LON, LAT, 5.0)
    old = [fix(at=NOW_S - DAY + 600 + n) for n in range(3)]
    new = [fix(at=NOW_S - 90 + n) for n in range(3)]
    interleaved = [said for pair in zip(new, old, strict=True) for said in pair]
    assert outcomes(Handling.FIX, *interleaved, last=last) == ["stored 4", "stored LATE 4"] * 3


def test_a_jump_is_marked_and_the_way_back_is_too() -> None:
    there = {"lon": LON + 0.5}
    assert outcomes(
        Handling.FIX, fix(at=NOW_S - 30), fix(at=NOW_S - 20, **there), fix(at=NOW_S - 10)
    ) == ["stored 4", "stored IMPLAUSIBLE_SPEED", "stored IMPLAUSIBLE_SPEED 4"]


def test_of_a_message_with_every_fault_the_good_fix_is_kept() -> None:
    faults = [FINE | {"lon": "x"}, FINE | {"lat": 99, "at": NOW_S - 11}, FINE]
    payload = json.dumps({"fixes": faults}).encode()
    assert outcomes(Handling.FIX, payload) == [Reason.INVALID, Reason.OUT_OF_RANGE, "stored 4"]
