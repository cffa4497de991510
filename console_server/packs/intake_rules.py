"""Rules about what comes in by itself: residents' reports, calls for help, silent handsets.

Owns shapes and defaults, as `rules.py` does for the rest; what they must fit is `checks.py`.
"""

from dataclasses import dataclass
from typing import Final

DURESS: Final = "duress"  # the class of a call for help; no pack has to list it


@dataclass(frozen=True, slots=True)
class ResidentChoice:
    """Something that residents may report, in words of theirs; it counts as the class `code`."""

    code: str
    name: str
    english: str | None = None


@dataclass(frozen=True, slots=True)
class ResidentRules:
    """What the residents' page offers. Nothing that has to be called in, such as a fire."""

    choices: tuple[ResidentChoice, ...] = ()
    example: bool = False


@dataclass(frozen=True, slots=True)
class SilenceRules:
    """When a handset on duty that says nothing becomes an alert.

    `alert_after_s`: longer than a lift or a cellar takes. Where `area_share` of a subdistrict's
    workers on duty, and no fewer than `area_min`, are silent at once, that is one alert for the
    subdistrict and none against workers: it is the network's or ours.
    """

    alert_after_s: float = 900.0
    area_share: float = 0.6
    area_min: int = 5
    example: bool = False
