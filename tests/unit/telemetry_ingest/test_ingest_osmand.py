import json

import msgspec
import pytest
from ingest_builders import NOW_S

from telemetry_ingest.osmand import device_of, read_osmand
from telemetry_ingest.wire.handset import Fix

LACAK = {  # as Traccar's own tests have it
    "location": {
        "event": "motionchange", "is_moving": False, "uuid": "0e9a2473",
        "timestamp": "2021-07-21T08:06:34.444Z", "odometer": 0,
        "coords": {
            "latitude": -6.1148096, "longitude": 106.6837015, "accuracy": 3.8, "speed": 18.67,
            "speed_accuracy": 0.26, "heading": 63, "heading_accuracy": 0.28, "altitude": 35.7,
        },
        "activity": {"type": "still", "confidence": 100},
        "battery": {"is_charging": False, "level": 0.79}, "extras": {},
    },
    "device_id": "8737767034",
}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        (
            "id=902064&lat=42.06288&lon=-88.23412&timestamp=2016-01-27T18%3A55%3A47Z&speed=0.0",
            Fix(at=1453920947, lon=-88.23412, lat=42.06288, spd=0.0),
        ),
        (
            "id=902064&lat=42.06288&lon=-88.23412&timestamp=1442068686579&hdop=6.0&speed=0.0",
            Fix(at=1442068686.579, lon=-88.23412, lat=42.06288, spd=0.0),
        ),
        (
            "lat=49.60688&lon=6.15788&timestamp=2014-06-04+09%3A10%3A11&speed=3.6&id=353861",
            Fix(at=1401873011, lon=6.15788, lat=49.60688, spd=1.852),
        ),
        (
            "lat=60.0&lon=30.0&speed=0.0&heading=0.0&vacc=0&hacc=0&altitude=0&deviceid=123456",
            Fix(at=NOW_S, lon=30.0, lat=60.0, spd=0.0, cog=0.0),
        ),
        (
            "id=861001&lat=41.666667&lon=-0.883333&altitude=350.059479&batt=87&accuracy=9&mock=true",
            Fix(at=NOW_S, lon=-0.883333, lat=41.666667, acc=9, bat=87, mock=True),
        ),
        ("id=1&timestamp=1377177267&location=60.0,30.0", Fix(at=1377177267, lon=30, lat=60)),
    ],
)
def test_queries_of_the_apps_become_fixes(query: str, fix: Fix) -> None:
    (found,) = read_osmand(query.encode(), NOW_S)
    assert found == msgspec.structs.replace(fix, spd=pytest.approx(fix.spd))


def test_json_of_the_app_becomes_a_fix() -> None:
    payload = json.dumps(LACAK).encode()
    assert read_osmand(payload, NOW_S) == [
        Fix(at=1626854794.444, lon=106.6837015, lat=-6.1148096, acc=3.8, spd=18.67, cog=63, bat=79)
    ]
    assert device_of(payload) == "8737767034"


def test_an_offline_time_comes_as_a_list() -> None:
    said = LACAK | {"location": [LACAK["location"], LACAK["location"] | {"timestamp": 5}]}
    assert [fix.at for fix in read_osmand(json.dumps(said).encode(), NOW_S)] == [1626854794.444, 5]


def test_a_place_that_the_app_does_not_believe_is_none() -> None:
    assert read_osmand(b"id=1&lat=60&lon=30&valid=0", NOW_S) == []


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"id=1", b"id=1&timestamp=1377177267&cell=257,02,16,2224", b"lat=60", b"lat=x&lon=30",
        b"lat=60&lon=30&timestamp=soon", b"location=60", b"lat=%ff%fe&lon=30", b"\xff", b"{",
        b'{"location":{}}', b'{"location":[{"coords":1}]}', b'{"device_id":"1"}', b"&" * 500 + b"=",
        b"lat=60&lon=30&timestamp=99999-01-01T00:00:00", b"a=1&" * 200,
    ],
)  # fmt: skip
def test_whatever_else_comes_is_refused_in_one_way(payload: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        read_osmand(payload, NOW_S)
    assert device_of(payload) in (None, "1")
