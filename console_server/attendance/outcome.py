"""Met, not met, undecided: the one place where bounds become an outcome. Pure."""

from enum import StrEnum


class Outcome(StrEnum):
    """What can be said of a rule. Undecided: the record proves neither."""

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"


def decide(*, surely: bool, possibly: bool) -> Outcome:
    """Met if it holds in the worst case, not met if it fails in the best, else undecided."""
    if surely:
        return Outcome.MET
    return Outcome.UNDECIDED if possibly else Outcome.NOT_MET
