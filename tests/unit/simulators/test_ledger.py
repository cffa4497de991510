from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ledger import Ledger


def test_every_acknowledged_fix_is_in_the_book_once(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.open_page("h1", 7)
    for number in range(3):
        ledger.sent("h1", 100.0 + number, 100.0 + number)
    ledger.acknowledged("h1", (100.0, 101.0), 101.5)
    ledger.acknowledged("h1", (101.0,), 102.0)
    ledger.write(tmp_path / "book.csv")
    assert (tmp_path / "book.csv").read_text().splitlines() == [
        "worker_id,handset_id,number,fixed_at",
        "7,h1,0,100.000",
        "7,h1,1,101.000",
    ]
    assert (ledger.sent_count, ledger.acked_count, ledger.repeated_acks) == (3, 2, 1)


def test_times_run_from_when_a_fix_was_due() -> None:
    ledger = Ledger()
    ledger.open_page("h1", 7)
    ledger.sent("h1", 100.0, 100.0)
    ledger.acknowledged("h1", (100.0,), 103.0)
    assert ledger.latencies()["p50_s"] == pytest.approx(3.0)


def test_without_an_acknowledgement_there_is_no_latency() -> None:
    assert Ledger().latencies() == {"p50_s": None, "p90_s": None, "p99_s": None, "max_s": None}


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_sent_and_acknowledged_are_counted_apart(sent: set[int], acked: set[int]) -> None:
    ledger = Ledger()
    ledger.open_page("h", 1)
    for number in sorted(sent):
        ledger.sent("h", float(number), float(number))
    ledger.acknowledged("h", tuple(float(n) for n in sorted(acked & sent)), 99.0)
    assert ledger.acked_count == len(acked & sent)
    assert ledger.sent_count == len(sent)
