"""A dozen processes killed at random under traffic, by the command that anybody can run."""

from pathlib import Path

import pytest
from fault_runs import WITHIN_S, faults

from simulators.faults.plan import Fault, Part, plan

KILLS = 12
SEED = 1389  # its plan kills every part, stops and fills the store, holds a link, turns clocks


@pytest.mark.timeout(WITHIN_S + 40)
def test_after_a_dozen_kills_every_acknowledged_fix_is_stored_once(tmp_path: Path) -> None:
    found = faults(f"kills={KILLS},handsets=16", tmp_path / "faults.json", SEED)
    assert found["kills_total"] == KILLS
    assert set(found["kills"]) == {part.value for part in Part}
    assert found["fixes_owed"] > 500
    assert found["rejects_owed"] > 10
    assert (found["lost"], found["doubled"], found["invented"]) == (0, 0, 0), found["examples"]
    assert (found["rejects_lost"], found["rejects_unexplained"]) == (0, 0), found["examples"]
    assert (found["calls_lost"], found["calls_doubled"], found["calls_waiting"]) == (0, 0, 0)
    assert found["all_acknowledged"]
    assert found["ok"]


def test_a_plan_is_the_same_for_the_same_seed_and_kills_as_many_as_asked() -> None:
    strikes = list(plan(100, seed=7))
    assert strikes == list(plan(100, seed=7)) != list(plan(100, seed=8))
    assert sum(len(strike.parts) for strike in strikes) == 100
    assert {part for strike in strikes for part in strike.parts} == set(Part)
    assert {strike.fault for strike in strikes} == set(Fault)
