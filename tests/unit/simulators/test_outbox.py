import msgspec
from fleet_builders import NOON_S
from hypothesis import given
from hypothesis import strategies as st

from simulators.phone.outbox import Outbox, Parcel
from telemetry_ingest.wire.handset import Fix, FixMessage, StatusMessage
from telemetry_ingest.wire.topics import Uplink


def fix(number: int) -> Fix:
    return Fix(at=NOON_S + number, lon=118.5, lat=32.1)


def emptied(outbox: Outbox) -> list[Parcel]:
    parcels = []
    while (parcel := outbox.take(NOON_S)) is not None:
        parcels.append(parcel)
    return parcels


def test_a_backlog_leaves_oldest_first_in_messages_of_at_most_500() -> None:
    outbox = Outbox()
    for number in range(1201):
        outbox.put(fix(number))
    parcels = emptied(outbox)
    assert [parcel.fix_count for parcel in parcels] == [500, 500, 201]
    sent = [f.at for p in parcels for f in msgspec.json.decode(p.payload, type=FixMessage).fixes]
    assert sent == [NOON_S + number for number in range(1201)]


def test_a_duty_off_does_not_overtake_the_fixes_before_it() -> None:
    outbox = Outbox()
    for item in (fix(0), fix(1), StatusMessage(at=NOON_S + 2, duty=False), fix(3)):
        outbox.put(item)
    assert [p.kind for p in emptied(outbox)] == [Uplink.FIX, Uplink.STATUS, Uplink.FIX]


@given(st.lists(st.booleans(), max_size=40))
def test_nothing_is_lost_doubled_or_reordered(kinds: list[bool]) -> None:
    outbox = Outbox()
    for number, is_fix in enumerate(kinds):
        outbox.put(fix(number) if is_fix else StatusMessage(at=NOON_S + number))
    order: list[float | None] = []
    for parcel in emptied(outbox):
        if parcel.kind is Uplink.FIX:
            order += [f.at for f in msgspec.json.decode(parcel.payload, type=FixMessage).fixes]
        else:
            order.append(msgspec.json.decode(parcel.payload, type=StatusMessage).at)
    assert order == [NOON_S + number for number in range(len(kinds))]
