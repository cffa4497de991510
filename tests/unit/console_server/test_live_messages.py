import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hub_builders import AREAS, roster_row

from console_server.live.events import Event
from console_server.live.messages import (
    Told,
    behind,
    cause_name,
    event_delta,
    health,
    live_worker,
    worker_delta,
)
from console_server.live.roster import Roster
from console_server.wire.live import IncidentDelta, LiveMessage
from telemetry_ingest.wire.presence import SilentCause

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "contracts" / "live_messages.json").read_text("utf-8")
)
BY_NAME: dict[str, Any] = {each["name"]: each["json"] for each in GOLDEN["messages"]}
CODES = Roster((), AREAS).area_codes()


@pytest.mark.parametrize("golden", GOLDEN["messages"], ids=lambda each: str(each["name"]))
def test_a_golden_message_is_one_of_the_contract_and_comes_back_the_same(
    golden: dict[str, Any],
) -> None:
    message = msgspec.convert(golden["json"], LiveMessage)
    assert json.loads(msgspec.json.encode(message)) == golden["json"]


def test_every_kind_of_message_has_a_golden_one() -> None:
    assert {each["type"] for each in BY_NAME.values()} == {
        "snapshot",
        "incident",
        "alert",
        "worker",
        "behind",
        "health",
    }


def test_an_incident_delta_wraps_the_body_that_is_json_already() -> None:
    golden = BY_NAME["incident"]
    event = Event(golden["seq"], "incident", 31, json.dumps(golden["incident"]).encode())
    text = event_delta(event)
    assert json.loads(text) == golden
    assert isinstance(msgspec.json.decode(text, type=LiveMessage), IncidentDelta)


def test_an_alert_delta_wraps_its_body_the_same_way() -> None:
    golden = BY_NAME["alert"]
    event = Event(golden["seq"], "alert", 31, json.dumps(golden["alert"]).encode())
    assert json.loads(event_delta(event)) == golden


def test_a_worker_delta_names_grids_by_code_and_the_cause_of_silence() -> None:
    row = roster_row(14, grid_ids=[4, 999], group_code="municipal")
    worker = live_worker(row, 1, CODES, Told(SilentCause.NO_NETWORK, 0.4500000001))
    assert json.loads(worker_delta("7-1", worker)) == {
        "type": "worker",
        "seq": "7-1",
        "worker": {
            "slot": 1,
            "workerId": 14,
            "code": "W14",
            "name": "王14",
            "kind": "full_time",
            "gridCodes": ["320111001001001"],
            "groupCode": "municipal",
            "cause": "no_network",
            "battery": 0.45,
        },
    }


def test_an_unknown_battery_is_absent_not_zero() -> None:
    assert live_worker(roster_row(1), 0, CODES, Told(0, float("nan"))).battery is None


def test_behind_and_health_are_the_golden_ones() -> None:
    assert json.loads(behind(12)) == BY_NAME["behind"]
    assert json.loads(health(["cache"])) == BY_NAME["health"]


def test_every_cause_but_none_has_a_name() -> None:
    assert [cause_name(cause) for cause in SilentCause] == [
        None,
        "no_network",
        "no_permission",
        "battery_flat",
        "app_killed",
        "no_gnss",
        "unknown",
    ]
