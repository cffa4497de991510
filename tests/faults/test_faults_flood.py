"""Floods and outages in short. They take minutes: only by command, with GRIDBEAT_LONG_TESTS=1."""

import os
from pathlib import Path

import pytest
from fault_runs import faults

pytestmark = pytest.mark.skipif(
    not os.environ.get("GRIDBEAT_LONG_TESTS"), reason="takes minutes; GRIDBEAT_LONG_TESTS=1"
)
SLOWER_AT_MOST = 3.0  # times the median in calm: other programs share this machine
SLOWER_AT_MOST_MS = 100.0


def test_orders_and_calls_for_help_do_not_queue_behind_a_flood(tmp_path: Path) -> None:
    words = "flood=10,seconds=45,handsets=40,interval_s=1"
    found = faults(words, tmp_path / "flood.json", seed=5)
    assert found["ok"], found
    assert found["flood"]["fixes_per_s"] > 8 * found["calm"]["fixes_per_s"]
    for what in ("orders", "calls_for_help"):
        calm, flood = found["calm"][what]["p50_ms"], found["flood"][what]["p50_ms"]
        assert flood < SLOWER_AT_MOST * calm + SLOWER_AT_MOST_MS, (what, calm, flood)


def test_what_comes_while_the_store_is_away_is_kept_and_stored_after(tmp_path: Path) -> None:
    found = faults("outage=30,handsets=20,interval_s=0.1", tmp_path / "outage.json", seed=5)
    assert found["ok"], found
    assert found["held_by_broker_at_the_end"] > 1000
    assert (found["lost"], found["doubled"]) == (0, 0)
