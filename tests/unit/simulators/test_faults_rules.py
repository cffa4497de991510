"""The fault runs' own rules: what the words mean, when memory is flat, what a plan holds."""

from pathlib import Path

import pytest

from simulators.faults.command import chosen, read_words
from simulators.faults.memory import MemoryRecord
from simulators.faults.plan import LINK_FAULTS, LINKS, Fault, plan
from simulators.faults.runs import RunOptions
from simulators.process import StartError

USUAL = RunOptions(Path("folder"), Path("report"))


def test_the_words_choose_a_run_and_its_numbers() -> None:
    name, options = chosen(read_words("kills=12,handsets=16"), USUAL)
    assert (name, options.kills, options.handsets) == ("kills", 12, 16)
    name, options = chosen(read_words("flood=10, seconds=900"), USUAL)
    assert (name, options.factor, options.seconds) == ("flood", 10.0, 900.0)
    name, options = chosen(read_words("outage=1800"), USUAL)
    assert (name, options.seconds) == ("outage", 1800.0)


@pytest.mark.parametrize(
    "words", ["", "kills", "kills=x", "kills=1,flood=2", "cats=3", "seconds=5"]
)
def test_words_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(StartError, match="--faults"):
        read_words(words)


def test_memory_that_grows_all_the_time_is_not_flat() -> None:
    growing = [100.0 + second for second in range(120)]
    record = MemoryRecord({"ingest": growing, "broker": [100.0] * 120})
    assert record.grew() == ["ingest"]


def test_memory_that_fills_up_at_first_is_flat() -> None:
    warming = [50.0 + 5 * min(second, 20) for second in range(120)]
    assert MemoryRecord({"server": warming}).grew() == []


def test_a_long_plan_has_every_fault_and_only_links_that_exist() -> None:
    strikes = list(plan(100, seed=1))
    assert {strike.fault for strike in strikes} == set(Fault)
    for strike in strikes:
        assert (strike.link in LINKS) == (strike.fault in LINK_FAULTS)
        assert bool(strike.parts) == (strike.fault is Fault.KILL)
