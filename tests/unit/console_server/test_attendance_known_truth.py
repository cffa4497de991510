"""Verdicts of simulated lives against the known truth; a month of it is `make truth`."""

from known_truth.lives import Circumstance, District59
from known_truth.report import FIRST_DAY, compare, in_words

from console_server.packs.pack import load_pack


def test_no_verdict_contradicts_the_truth() -> None:
    tallies = compare(load_pack("xingdian"), District59(1, 24).lives(FIRST_DAY, 2))
    told = in_words(tallies)
    print(told)  # noqa: T201 - the report is what a reader of the log wants
    assert not [wrong for tally in tallies.values() for wrong in tally.wrong], told
    assert tallies[Circumstance.ORDINARY].days > 0
    assert tallies[Circumstance.DRAWER].undecided("in_grid") == 1.0, told
