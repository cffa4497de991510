"""Owns what goes wrong and when: a seeded plan of faults. Pure; `strikes` carries it out."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GAP_S: Final = (0.5, 5.0)  # between two strikes: from "just started" to "serving for a while"
LASTS_S: Final = (1.0, 5.0)
OTHER_SHARE: Final = 0.3  # of strikes that kill nothing
AT_ONCE: Final = (1, 1, 1, 2, 2, 3)  # how many parts one strike kills
SLOW_S: Final = (0.05, 0.6)


class Part(StrEnum):
    """What can be killed."""

    BROKER = "broker"
    INGEST = "ingest"
    STORE = "store"  # PostgreSQL's first process
    BACKEND = "backend"  # one of its others
    CACHE = "cache"
    SERVER = "server"


class Fault(StrEnum):
    """What can go wrong."""

    KILL = "kill"
    FREEZE_STORE = "freeze_store"  # every process of PostgreSQL stands still
    FULL_STORE = "full_store"  # its file system has no room
    CUT = "cut"  # connections break
    REFUSE = "refuse"  # and none is let in for a while
    HOLD = "hold"  # connections stay, nothing gets through
    DELAY = "delay"
    CLOCK_AHEAD = "clock_ahead"  # some handsets' clocks jump by an hour
    CLOCK_BEHIND = "clock_behind"


LINK_FAULTS: Final = (Fault.CUT, Fault.REFUSE, Fault.HOLD, Fault.DELAY)
OTHERS: Final = tuple(fault for fault in Fault if fault is not Fault.KILL)
LINKS: Final = ("handsets-broker", "ingest-broker", "ingest-store")


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault, `after_s` seconds after the last one; `lasts_s` where it has a length."""

    fault: Fault
    after_s: float
    parts: tuple[Part, ...] = ()
    link: str = ""
    lasts_s: float = 0.0
    delay_s: float = 0.0


def plan(kills: int, seed: int) -> Iterator[Strike]:
    """Strikes until so many processes have been killed; every other fault comes early once."""
    draw = random.Random(seed)
    waiting = list(OTHERS)
    draw.shuffle(waiting)
    left = kills
    while left > 0:
        if draw.random() < OTHER_SHARE:
            yield _other(waiting.pop() if waiting else draw.choice(OTHERS), draw)
        else:
            parts = tuple(draw.sample(list(Part), min(draw.choice(AT_ONCE), left)))
            left -= len(parts)
            yield Strike(Fault.KILL, draw.uniform(*GAP_S), parts)


def _other(fault: Fault, draw: random.Random) -> Strike:
    link = draw.choice(LINKS) if fault in LINK_FAULTS else ""
    slow_s = draw.uniform(*SLOW_S) if fault is Fault.DELAY else 0.0
    return Strike(fault, draw.uniform(*GAP_S), (), link, draw.uniform(*LASTS_S), slow_s)
