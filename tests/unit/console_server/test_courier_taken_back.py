import msgspec

from console_server.live.courier import Waiting, taken_back
from telemetry_ingest.wire.handset import NoticeMessage, OrderMessage
from telemetry_ingest.wire.topics import Downlink


def order(number: int, dispatch: str, action: str, prefix: str = "gb/1/a/h1") -> Waiting:
    body = OrderMessage(dispatch, number, action, "i", "c", "t", 0.0)  # type: ignore[arg-type]
    return Waiting(number, Downlink.ORDER, prefix, msgspec.json.encode(body))


def test_an_order_whose_withdrawal_waits_behind_it_is_not_sent() -> None:
    waiting = [order(1, "a", "go"), order(2, "b", "go"), order(3, "a", "withdraw")]
    assert taken_back(waiting) == {1}


def test_each_handset_is_told_by_itself() -> None:
    other = "gb/1/a/h2"
    waiting = [order(1, "a", "go"), order(2, "a", "go", other), order(3, "a", "withdraw", other)]
    assert taken_back(waiting) == {2}


def test_notices_are_never_held_back() -> None:
    text = msgspec.json.encode(NoticeMessage("n", 0.0, "reminder", "请确认"))
    assert taken_back([Waiting(1, Downlink.NOTICE, "gb/1/a/h1", text)]) == frozenset()
