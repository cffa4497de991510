"""Owns carrying a plan of faults out on an installation, and counting what was done."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from simulators.faults.carrier import HOUR_S, Carrier
from simulators.faults.children import send
from simulators.faults.installation import Installation
from simulators.faults.plan import Fault, Part, Strike

VICTIM_WITHIN_S: Final = 180.0  # a part that is not up by then does not come back at all
LOOK_EVERY_S: Final = 0.05
WRONG_CLOCKS_SHARE: Final = 0.25

log = structlog.get_logger()


class NotBackError(Exception):
    """A part did not come back after its death."""


@dataclass(slots=True)
class Striker:
    """Does what the plan says. Counts kills by part, and the other faults."""

    installation: Installation
    carriers: Sequence[Carrier]
    draw: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    async def strike(self, strike: Strike) -> None:
        """Wait for the time of a strike, and do it; back when it is over.

        Raises:
            NotBackError: a part that is to be killed is not there, and does not come.
        """
        await asyncio.sleep(strike.after_s)
        log.info("strike", fault=strike.fault, parts=strike.parts, link=strike.link)
        if strike.fault is Fault.KILL:
            for part in strike.parts:
                await self._kill(part)
            return
        await self._other(strike)

    async def _kill(self, part: Part) -> None:
        ends_at = time.monotonic() + VICTIM_WITHIN_S
        while (pid := self._victim(part)) is None or not send(pid, signal.SIGKILL):
            if time.monotonic() > ends_at:
                raise NotBackError(f"{part} is not back after {VICTIM_WITHIN_S:.0f} s")
            await asyncio.sleep(LOOK_EVERY_S)
        self.kills[part.value] += 1

    def _victim(self, part: Part) -> int | None:
        if part is Part.BACKEND:
            backends = self.installation.backends()
            return self.draw.choice(backends) if backends else None
        if part is Part.INGEST:
            return self.installation.pid_of_any_ingest(self.draw)
        return self.installation.pid(part)

    async def _other(self, strike: Strike) -> None:
        installation = self.installation
        if strike.fault is Fault.FULL_STORE and not installation.has_volume:
            self.left_out[strike.fault.value] += 1
            return
        self.others[strike.fault.value] += 1
        link = installation.links.get(strike.link)
        strangers = self.draw.sample(
            list(self.carriers), max(1, round(WRONG_CLOCKS_SHARE * len(self.carriers)))
        )
        match strike.fault:
            case Fault.FREEZE_STORE:
                installation.freeze_store()
            case Fault.FULL_STORE:
                installation.fill_store()
            case Fault.CUT if link:
                link.cut()
            case Fault.REFUSE if link:
                link.refuse()
            case Fault.HOLD if link:
                link.hold()
            case Fault.DELAY if link:
                link.delay_s = strike.delay_s
            case Fault.CLOCK_AHEAD:
                _set_clocks(strangers, HOUR_S)
            case Fault.CLOCK_BEHIND:
                _set_clocks(strangers, -HOUR_S)
        await asyncio.sleep(strike.lasts_s)
        self.heal()

    def heal(self) -> None:
        """End every fault that lasts."""
        self.installation.thaw_store()
        if self.installation.has_volume:
            self.installation.empty_store()
        for link in self.installation.links.values():
            link.heal()
        _set_clocks(self.carriers, 0.0)


def _set_clocks(carriers: Sequence[Carrier], off_s: float) -> None:
    for carrier in carriers:
        carrier.clock_off_s = off_s
