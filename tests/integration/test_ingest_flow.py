"""One handset message after another, from the broker to row, dead letter, inbox and live frame."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from ingest_rig import AREA, CENTRE, District, Handset, eventually, found

from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from telemetry_ingest.wire.live import (
    INBOX_CHANNEL,
    POSITIONS_CHANNEL,
    REFERENCE_CHANNEL,
    Flag,
    LivePosition,
)
from telemetry_ingest.wire.loopback import LOOPBACK_CHANNEL, PROBE_AREA, PROBE_HANDSET
from telemetry_ingest.wire.presence import SilentCause

Enrol = Callable[..., Handset]
PACK_ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def district(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """Ingest runs before any handset is enrolled."""
    made = found(database, Path(tmp_path_factory.mktemp("ingest")))
    with made.ingest():
        yield made


@pytest.fixture
def enrol(district: District) -> Iterator[Enrol]:
    connected: list[Handset] = []

    def one(kind: str = "native", on_duty_since: float | None = None) -> Handset:
        handset = district.enrol(kind).connect()
        connected.append(handset)
        if on_duty_since is not None:
            handset.duty(on=True, at=on_duty_since)
        return handset

    yield one
    for handset in connected:
        handset.close()


def stored(district: District, handset: Handset) -> list[tuple[Any, ...]]:
    return district.rows(
        "SELECT extract(epoch FROM fixed_at)::float8, grid_id, flags FROM positions"
        " WHERE handset_id = %(h)s ORDER BY fixed_at",
        h=handset.number,
    )


def reasons(district: District, handset: Handset) -> list[str]:
    rows = district.rows(
        "SELECT reason FROM rejected_fixes WHERE handset_id = %(h)s ORDER BY 1", h=handset.number
    )
    return [row[0] for row in rows]


def test_a_handset_enrolled_a_moment_ago_is_stored_located_and_shown(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    handset.fix(now - 20, bat=50)
    handset.fix(now - 5, place=(118.6105, 32.005))
    handset.fix(now - 4, place=(118.61, 32.005))  # on the border of both grids
    assert eventually(lambda: len(stored(district, handset)) == 3)
    assert stored(district, handset) == [
        (now - 20, 2, 0),
        (now - 5, 3, 0),
        (now - 4, 2, 0),
    ]
    shown = eventually(
        lambda: (p := district.latest(handset.number)) and p.fixed_at == now - 4 and p
    )
    assert shown == LivePosition(
        handset.number, True, now - 4, 118.61, 32.005, accuracy_m=5.0, grid_id=2
    )
    days = district.rows("SELECT day FROM dirty_days WHERE worker_id = %(w)s", w=handset.number)
    times = [datetime.fromtimestamp(now - ago, PACK_ZONE) for ago in (100, 20, 5, 4)]
    assert (times[-1].date(),) in days
    assert set(days) <= {(at.date(),) for at in times}


def test_a_fix_that_came_with_qos_0_is_stored_and_harms_no_session(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    handset.send_to(
        f"gb/1/{AREA}/{handset.name}/fix",
        {"fixes": [{"at": now - 9, "lon": CENTRE[0], "lat": CENTRE[1]}]},
        qos=0,
    )
    eventually(lambda: len(stored(district, handset)) == 1)
    handset.fix(now - 5)
    eventually(lambda: len(stored(district, handset)) == 2)


def test_the_same_message_twice_is_stored_once_and_counted(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    before = eventually(district.heartbeat).duplicate
    for _ in range(3):
        handset.fix(now - 20, now - 10)
    eventually(lambda: (h := district.heartbeat()) and h.duplicate == before + 4)
    assert len(stored(district, handset)) == 2


def test_bad_fixes_become_dead_letters_and_the_good_ones_of_the_message_are_stored(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    good = {"at": now - 9, "lon": CENTRE[0], "lat": CENTRE[1]}
    bad = [{"lat": 91}, {"lon": 0, "lat": 0}, {"lon": "x"}, {"at": now + 1000}, {"at": None}]
    handset.send("fix", {"fixes": [good, *({**good, **fault} for fault in bad)]})
    for payload in (b"\xff\x00\xfe", b"[" * 5000, b"{" * 300_000, b'{"fixes":[{"at":NaN}]}', b""):
        handset.send("fix", payload)
    eventually(lambda: len(reasons(district, handset)) == 10)
    expected = {"malformed": 3, "invalid": 3, "too_large": 1}
    expected |= {"out_of_range": 1, "null_island": 1, "future": 1}
    assert Counter(reasons(district, handset)) == expected
    assert len(stored(district, handset)) == 1
    kept = district.rows(
        "SELECT max(length(payload)), bool_and(payload IS NOT NULL) FROM rejected_fixes"
        " WHERE handset_id = %(h)s",
        h=handset.number,
    )
    assert kept == [(4096, True)]


def has_said_its_duty(district: District, handset: Handset) -> bool:
    """Whether its word is in force: a broker may deliver two topics in another order."""
    query = "SELECT 1 FROM duty_periods WHERE handset_id = %(h)s"
    return bool(district.rows(query, h=handset.number))


def test_off_duty_only_the_fact_is_kept(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol()
    handset.duty(on=False, at=now - 20)
    eventually(lambda: has_said_its_duty(district, handset))
    handset.fix(now - 10)
    eventually(lambda: reasons(district, handset) == ["off_duty"])
    assert district.rows(
        "SELECT payload, detail FROM rejected_fixes WHERE handset_id = %(h)s", h=handset.number
    ) == [(None, None)]
    assert stored(district, handset) == []
    assert district.latest(handset.number) is None


def test_a_handset_that_never_said_its_duty_is_on_trial_the_day_it_is_enrolled(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol()
    handset.fix(now)
    eventually(lambda: len(stored(district, handset)) == 1)
    handset.duty(on=False, at=now + 1)
    eventually(lambda: has_said_its_duty(district, handset))
    handset.fix(now + 2)
    eventually(lambda: reasons(district, handset) == ["off_duty"])
    assert len(stored(district, handset)) == 1


def test_a_fix_that_overtakes_its_duty_on_is_stored(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol()
    handset.duty(on=False, at=now - 30)
    eventually(lambda: has_said_its_duty(district, handset))
    handset.fix(now - 10)
    handset.duty(on=True, at=now - 20)
    eventually(lambda: len(stored(district, handset)) == 1)
    assert reasons(district, handset) == []


def test_a_late_duty_off_deletes_what_was_stored_after_it(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 1000)
    handset.fix(now - 900, now - 600, now - 300)
    handset.duty(on=True, at=now - 200)
    handset.fix(now - 100)
    eventually(lambda: len(stored(district, handset)) == 4)
    handset.duty(on=False, at=now - 700)
    eventually(lambda: len(stored(district, handset)) == 2)
    assert [row[0] for row in stored(district, handset)] == [now - 900, now - 100]
    shown = eventually(lambda: district.latest(handset.number))
    assert (shown.on_duty, shown.fixed_at) == (True, now - 100)


def test_duty_off_takes_the_place_from_the_map(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    handset.fix(now - 10)
    eventually(lambda: (p := district.latest(handset.number)) and p.lon)
    handset.duty(on=False, at=now)
    off = LivePosition(handset.number, on_duty=False)
    eventually(lambda: district.latest(handset.number) == off)
    assert district.rows(
        "SELECT extract(epoch FROM ended_at)::float8 FROM duty_periods WHERE handset_id = %(h)s",
        h=handset.number,
    ) == [(now,)]


def test_late_data_is_stored_and_flagged_and_does_not_move_the_live_place(
    district: District, enrol: Enrol
) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 20 * 86_400)
    handset.fix(now - 10)
    eventually(lambda: len(stored(district, handset)) == 1)
    handset.fix(*(now - 10 * 86_400 + n for n in range(500)))
    eventually(lambda: len(stored(district, handset)) == 501)
    flags = {flags for at, _, flags in stored(district, handset) if at < now - 10}
    assert flags == {Flag.LATE}
    shown = district.latest(handset.number)
    assert shown is not None
    assert shown.fixed_at == now - 10


def test_a_lost_connection_is_the_cause_of_silence(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    handset.fix(now - 10)
    handset.send("status", {"online": False})
    eventually(
        lambda: (
            (p := district.latest(handset.number)) and p.cause == SilentCause.NO_NETWORK and p.lon
        )
    )
    assert district.rows(
        "SELECT online, battery FROM handset_status WHERE handset_id = %(h)s", h=handset.number
    ) == [(False, pytest.approx(0.8))]


def test_reports_reach_the_inbox_once_and_ring(district: District, enrol: Enrol) -> None:
    handset = enrol()
    report = {"id": "r1", "at": time.time(), "lon": 118.6, "lat": 32.0, "text": "路灯\0不亮"}
    with district.valkey() as valkey, valkey.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(INBOX_CHANNEL)
        handset.send("report", report)
        handset.send("report", report)
        handset.send("duress", {"id": "d1", "at": time.time(), "lon": 0, "lat": 0})
        handset.send("progress", {"dispatch": "x", "step": "flying", "at": 1})
        eventually(lambda: channel.get_message(timeout=0.1))
    eventually(lambda: reasons(district, handset) == ["invalid"])
    query = (
        "SELECT kind, body->>'text', body->>'lon' FROM handset_inbox WHERE handset_id = %(h)s"
        " ORDER BY kind"
    )
    eventually(lambda: len(district.rows(query, h=handset.number)) == 2)
    rows = district.rows(query, h=handset.number)
    assert rows == [("duress", None, None), ("report", "路灯不亮", "118.6")]


def test_owntracks_is_on_duty_from_enrolment_and_its_repeats_are_duplicates(
    district: District, enrol: Enrol
) -> None:
    phone = enrol("owntracks")
    now = int(time.time()) + 1
    said = {"_type": "location", "lat": 32.005, "lon": 118.605, "tst": now, "vel": 36, "batt": 77}
    topic = f"owntracks/{phone.name}/phone"
    for _ in range(2):
        phone.send_to(topic, said, retain=True)
    phone.send_to(topic, said | {"tst": now - 86_400})
    phone.send_to(f"{topic}/event", {"_type": "transition"})
    eventually(lambda: len(stored(district, phone)) == 1)
    eventually(lambda: reasons(district, phone) == ["off_duty"])
    assert district.rows(
        "SELECT speed_mps, battery FROM positions WHERE handset_id = %(h)s", h=phone.number
    ) == [(10.0, pytest.approx(0.77))]
    phone.send_to(topic, b"", retain=True)  # nobody hears of it later


def test_owntracks_is_on_duty_during_shifts_their_last_instant_included(
    district: District, enrol: Enrol
) -> None:
    phone = enrol("owntracks")
    now = int(time.time())
    district.rows(
        "INSERT INTO shifts (worker_id, starts_at, ends_at)"
        " VALUES (%(w)s, to_timestamp(%(a)s), to_timestamp(%(b)s))",
        w=phone.number,
        a=now - 200_000,
        b=now - 190_000,
    )
    with district.valkey() as valkey:
        valkey.publish(REFERENCE_CHANNEL, b"1")
    for at in (now - 200_001, now - 195_000, now - 190_000, now - 189_999):
        said = {"_type": "location", "lat": 32.005, "lon": 118.605, "tst": at}
        phone.send_to(f"owntracks/{phone.name}/phone", said)
    eventually(lambda: reasons(district, phone) == ["off_duty"] * 2)
    assert [row[0] for row in stored(district, phone)] == [now - 195_000, now - 190_000]


def test_a_revoked_handset_is_refused(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    handset.fix(now - 50)
    eventually(lambda: len(stored(district, handset)) == 1)
    district.rows(
        "UPDATE handsets SET revoked_at = to_timestamp(%(t)s) WHERE handset_id = %(h)s",
        t=now - 20,
        h=handset.number,
    )
    with district.valkey() as valkey:
        valkey.publish(REFERENCE_CHANNEL, b"1")
    later = itertools.count((now - 15) * 10)

    def refused() -> bool:
        handset.fix(next(later) / 10)
        return "revoked" in reasons(district, handset)

    eventually(refused)
    kept = len(stored(district, handset))
    handset.fix(now - 30)  # recorded before
    eventually(lambda: len(stored(district, handset)) == kept + 1)


def test_frames_are_published_after_commit(district: District, enrol: Enrol) -> None:
    now = int(time.time())
    handset = enrol(on_duty_since=now - 100)
    seen: list[int] = []
    with district.valkey() as valkey, valkey.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(POSITIONS_CHANNEL)
        handset.fix(now - 10)

        def frame_of_this_fix() -> bool:
            message = channel.get_message(timeout=0.1)
            if message is None:
                return False
            frame = msgspec.msgpack.decode(message["data"], type=list[LivePosition])
            if any(p.worker_id == handset.number and p.fixed_at == now - 10 for p in frame):
                seen.append(len(stored(district, handset)))
            return bool(seen)

        eventually(frame_of_this_fix)
    assert seen == [1]


def test_the_control_plane_gets_its_own_fix_back(district: District) -> None:
    probe = EnrolledHandset(
        PROBE_HANDSET, PROBE_AREA, "native", "h0-probe", hash_password("secret")
    )
    stack = district.database.stack
    access = BrokerAccess(Path(stack.broker_users_file), stack.broker_admin_url)
    asyncio.run(access.publish_users([*district.handsets, probe]))
    handset = Handset(stack.mqtt_host, stack.mqtt_port, "h0-probe").connect()
    with district.valkey() as valkey, valkey.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(LOOPBACK_CHANNEL)
        topic = f"gb/1/{PROBE_AREA}/{PROBE_HANDSET}/fix"
        handset.send_to(topic, {"fixes": [{"at": 1_795_000_000, "lon": 0, "lat": 0}]})
        message = eventually(lambda: channel.get_message(timeout=0.1))
    handset.close()
    assert msgspec.msgpack.decode(message["data"]) == [1_795_000_000.0, ["*"]]
    assert district.count("loopback") == 1
