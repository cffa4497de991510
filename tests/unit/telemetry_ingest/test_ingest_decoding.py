import json
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_builders import NOW_S, NOW_US, message

from telemetry_ingest.decoding import (
    KEPT_PAYLOAD_BYTES,
    PAYLOAD_MAX_BYTES,
    Decoded,
    blotted,
    decode,
)
from telemetry_ingest.fix import FOREVER_US, NEVER_US, Reason
from telemetry_ingest.inbox import read_inbox
from telemetry_ingest.message import Handling, InboxEntry, Reject, Route
from telemetry_ingest.wire.handset import Fix, FixMessage, StatusMessage
from telemetry_ingest.wire.topics import Uplink

ROUTES = {
    "fix": Route(Handling.FIX, 7),
    "status": Route(Handling.STATUS, 7),
    "owntracks": Route(Handling.OWNTRACKS, 7),
    "strange": Route(Handling.REFUSE, reason=Reason.UNKNOWN_HANDSET),
    "part": Route(Handling.IGNORE),
    "elsewhere": Route(Handling.ELSEWHERE, 8),
}
FIX = {"at": NOW_S, "lon": 118.6, "lat": 32.0}
LOCATION = {"_type": "location", "tst": NOW_S, "lon": 118.6, "lat": 32.0}

json_value = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
fix_like = st.fixed_dictionaries(
    {},
    optional={
        key: json_value | st.floats(-400, 400)
        for key in ("at", "lon", "lat", "acc", "spd", "cog", "bat", "mock", "src")
    },
)
payload_like = st.fixed_dictionaries(
    {},
    optional={
        "fixes": st.lists(fix_like | json_value, max_size=6) | json_value,
        "datum": st.sampled_from(["wgs84", "gcj02", "bd09", "x"]) | json_value,
        "sent": json_value,
        "_type": st.sampled_from(["location", "lwt", "status", "waypoint"]) | json_value,
        "android": json_value | st.dictionaries(st.sampled_from(["loc", "bo"]), json_value),
        "iOS": json_value,
        **dict.fromkeys(
            ("lat", "lon", "tst", "at", "duty", "online", "id", "text", "dispatch"), json_value
        ),
    },
).map(lambda value: json.dumps(value).encode())
mutated = st.tuples(payload_like, st.binary(max_size=4), st.integers(0, 200)).map(
    lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
)
payloads = st.binary(max_size=200) | payload_like | mutated


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def read(topic: str, *said: bytes) -> Decoded:
    return decode([message(payload, topic) for payload in said], ROUTES.__getitem__)


def reasons(decoded: Decoded) -> list[Reason]:
    return [reject.reason for reject in decoded.rejects]


@given(st.lists(st.tuples(st.sampled_from(sorted(ROUTES)), payloads), max_size=12))
def test_whatever_comes_is_decoded_or_refused(arrived: list[tuple[str, bytes]]) -> None:
    decoded = decode([message(p, topic) for topic, p in arrived], ROUTES.__getitem__)
    columns = decoded.fixes()
    assert len(columns) == len(decoded.reports) == len(decoded.origin_of_rows())
    assert all(len(reject.payload) <= KEPT_PAYLOAD_BYTES for reject in decoded.rejects)


@given(st.sampled_from([Uplink.REPORT, Uplink.PROGRESS, Uplink.DURESS]), payloads)
def test_an_inbox_message_is_an_entry_or_a_dead_letter(kind: Uplink, payload: bytes) -> None:
    read_one = read_inbox(message(payload), Route(Handling.INBOX, 7, kind=kind), FOREVER_US)
    assert isinstance(read_one, InboxEntry | Reject)


def test_a_fix_message_becomes_columns() -> None:
    said = FixMessage(
        [Fix(at=NOW_S, lon=118.6, lat=32.0, acc=5, bat=80), Fix(at=NOW_S + 0.5, lon=1, lat=2)],
        sent=NOW_S + 1,
    )
    decoded = read("fix", json.dumps({"fixes": []}).encode(), msgspec.json.encode(said))
    columns = decoded.fixes()
    assert columns.at_us.tolist() == [NOW_US, NOW_US + 500_000]
    assert columns.handset.tolist() == [7, 7]
    assert columns.battery[0] == 0.8
    assert np.isnan([columns.battery[1], columns.speed_mps[0]]).all()
    assert columns.sent_us.tolist() == [NOW_US + 1_000_000] * 2
    assert decoded.origin_of_rows().tolist() == [1, 1]
    assert not decoded.rejects


def test_without_sent_the_instant_is_unknown() -> None:
    assert read("fix", dumped({"fixes": [FIX]})).fixes().sent_us.tolist() == [NEVER_US]


def test_one_bad_fix_of_500_takes_only_itself() -> None:
    said = [FIX | {"at": NOW_S + n} for n in range(500)]
    said[250] = FIX | {"lon": "east"}
    decoded = read("fix", dumped({"fixes": said, "sent": "soon"}))
    assert len(decoded.reports) == 499
    assert reasons(decoded) == [Reason.INVALID]
    assert decoded.rejects[0].payload[9:] == b'{"at": ##########, "lon": "east", "lat": ##.#}'


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"\xff\xfe\x00", Reason.MALFORMED),
        (b'{"fixes":[{"at":1,"lon":1,"lat":1,"src":"\xff"}]}', Reason.MALFORMED),
        (b'{"fixes":[{"at":1,"lon":NaN,"lat":1}]}', Reason.MALFORMED),
        (b'{"fixes":[{"at":1,"lon":Infinity,"lat":1}]}', Reason.MALFORMED),
        (b'{"fixes":[{"at":1,"lon":1e999,"lat":1}]}', Reason.INVALID),
        (b'{"a":' * 9000 + b"1" + b"}" * 9000, Reason.MALFORMED),
        (b"null", Reason.INVALID),
        (b"[]", Reason.INVALID),
        (b"{}", Reason.INVALID),
        (b'{"fixes":[],"datum":"mars"}', Reason.INVALID),
        (b'{"fixes":[{"at":true,"lon":1,"lat":1}]}', Reason.INVALID),
        (dumped({"fixes": [FIX] * 501}), Reason.TOO_MANY_FIXES),
        (dumped({"fixes": [FIX] * 500 + [{}]}), Reason.TOO_MANY_FIXES),
        (b" " * (PAYLOAD_MAX_BYTES + 1), Reason.TOO_LARGE),
    ],
)
def test_each_bad_payload_has_its_reason(payload: bytes, reason: Reason) -> None:
    decoded = read("fix", payload)
    assert reasons(decoded) == [reason]
    assert decoded.rejects[0].payload[9:] in blotted(payload)
    assert not decoded.reports


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        (b'{"lat":-32.0053,"lon":"118.605"', b'{"lat":-##.####,"lon":"###.###"'),
        (b'{"mark":"h7-12","at":1795287600}', b'{"mark":"h7-12","at":##########}'),
        (b"POINT(118.605 32.005) x118.605", b"POINT(###.### ##.###) x118.###"),
    ],
)
def test_what_cannot_be_read_is_kept_without_its_numbers(payload: bytes, kept: bytes) -> None:
    assert blotted(payload)[9:] == kept
    assert len(blotted(payload * 1000)) <= KEPT_PAYLOAD_BYTES
    assert blotted(payload)[:8] != blotted(payload + b" ")[:8]


def test_an_unknown_handset_is_refused_and_other_parts_are_ignored() -> None:
    decoded = decode(
        [message(b"{}", topic) for topic in ("strange", "part", "elsewhere")], ROUTES.__getitem__
    )
    assert reasons(decoded) == [Reason.UNKNOWN_HANDSET]
    assert decoded.ignored == {Handling.IGNORE: 1, Handling.ELSEWHERE: 1}


def test_owntracks_units_are_converted_and_absent_stays_unknown() -> None:
    said = LOCATION | {"vel": 36, "batt": 77, "conn": "w", "created_at": NOW_S + 2, "extra": {}}
    decoded = read("owntracks", dumped(said), dumped(LOCATION | {"vel": 0, "conn": "o"}))
    columns = decoded.fixes()
    assert columns.speed_mps.tolist() == [10.0, 0.0]
    assert columns.battery[0] == 0.77
    assert math.isnan(columns.battery[1])
    assert columns.sent_us.tolist() == [NOW_US + 2_000_000, NEVER_US]
    assert [status.said for status in decoded.statuses] == [
        StatusMessage(bat=77, net="wifi"),
        StatusMessage(),
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"_type": "lwt"}, StatusMessage(online=False)),
        ({"_type": "lwt", "tst": 1}, StatusMessage(online=False)),
        (
            {"_type": "status", "android": {"loc": 0, "bo": 1, "wifi": True}},
            StatusMessage(permission=True, optimised=True),
        ),
        ({"_type": "status", "android": {"loc": -4}}, StatusMessage(permission=False)),
        (
            {
                "_type": "status",
                "iOS": {"locationManagerAuthorizationStatus": "kCLAuthorizationStatusDenied"},
            },
            StatusMessage(permission=False),
        ),
        ({"_type": "status", "android": {"loc": "?", "bo": None}}, StatusMessage()),
    ],
)
def test_owntracks_lwt_and_status_become_statuses(
    said: dict[str, object], status: StatusMessage
) -> None:
    assert [found.said for found in read("owntracks", dumped(said)).statuses] == [status]


@pytest.mark.parametrize("kind", ["transition", "waypoint", "waypoints", "card", "encrypted", "x"])
def test_what_else_owntracks_sends_is_counted_and_ignored(kind: str) -> None:
    decoded = read("owntracks", dumped({"_type": kind, "data": "x"}))
    assert decoded.ignored == {Handling.IGNORE: 1}
    assert not decoded.rejects


def test_an_empty_owntracks_payload_only_clears_what_was_retained() -> None:
    assert read("owntracks", b"").ignored == {Handling.IGNORE: 1}


def inbox(
    kind: Uplink, said: dict[str, object], revoked_us: int = FOREVER_US
) -> InboxEntry | Reject:
    return read_inbox(message(dumped(said)), Route(Handling.INBOX, 7, kind=kind), revoked_us)


def test_a_report_is_handed_over_in_wgs84_without_nul() -> None:
    said = {"id": "r1", "at": NOW_S, "lon": 118.610193, "lat": 32.002893, "text": "灯\0坏"}
    entry = inbox(Uplink.REPORT, said | {"datum": "gcj02"})
    body = json.loads(entry.body)
    assert body["text"] == "灯坏"
    assert "datum" not in body
    assert (body["lon"], body["lat"]) == pytest.approx((118.605, 32.005), abs=5e-3)


def test_a_report_from_nowhere_is_refused_but_a_call_for_help_never_for_its_place() -> None:
    nowhere = {"id": "x", "at": NOW_S, "lon": 0, "lat": 0, "text": ""}
    assert inbox(Uplink.REPORT, nowhere).reason is Reason.OUT_OF_RANGE
    assert json.loads(inbox(Uplink.DURESS, nowhere).body) == {"id": "x", "at": NOW_S, "text": ""}


def test_messages_from_after_the_enrolment_are_refused() -> None:
    said = {"id": "x", "at": NOW_S}
    assert inbox(Uplink.DURESS, said, revoked_us=NOW_US).reason is Reason.REVOKED
    assert isinstance(inbox(Uplink.DURESS, said, revoked_us=NOW_US + 1), InboxEntry)


@pytest.mark.parametrize("identifier", ["", "x" * 101])
def test_an_identifier_must_be_usable(identifier: str) -> None:
    said = {"dispatch": identifier, "step": "cleared", "at": NOW_S}
    assert inbox(Uplink.PROGRESS, said).reason is Reason.INVALID
