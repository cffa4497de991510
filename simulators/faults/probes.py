"""Owns how long what matters takes while fixes pour in: orders to handsets, and calls for help.

An order: from one click (the first recommended worker) until the handset has it. A call for help:
from the handset's send until the control plane has dealt with it, as the store shows.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import psycopg

from console_server.wire.cases import NewIncident
from simulators.centre import Centre
from simulators.faults.carrier import Carrier
from telemetry_ingest.wire.handset import OrderMessage, ProgressMessage, ProgressStep
from telemetry_ingest.wire.topics import Uplink

WITHIN_S: Final = 30.0
LOOK_EVERY_S: Final = 0.005
DEALT_WITH: Final = """
    SELECT 1 FROM handset_inbox
    WHERE body->>'id' = %(key)s AND handled_at IS NOT NULL
"""
STEPS: Final = (
    ProgressStep.ACKNOWLEDGED,
    ProgressStep.EN_ROUTE,
    ProgressStep.ON_SCENE,
    ProgressStep.CLEARED,
)


@dataclass(slots=True)
class Probes:
    """Measures one of each at a time. The first carrier makes the calls and must else be silent."""

    centre: Centre
    carriers: Sequence[Carrier]
    store: psycopg.AsyncConnection[tuple[int]]
    class_code: str
    orders_s: list[float] = field(default_factory=list)
    calls_s: list[float] = field(default_factory=list)
    missed: int = 0
    _arrived: dict[str, float] = field(default_factory=dict)

    def listen(self) -> None:
        """Have every handset note the orders it gets, and carry them out at once."""
        for carrier in self.carriers:
            carrier.handset.inbox.order = self._taker(carrier)

    async def run(self, every_s: float) -> None:
        """Probe until cancelled."""
        while True:
            began_at = time.monotonic()
            await self._one_order()
            await self._one_call()
            await asyncio.sleep(max(0.0, every_s - (time.monotonic() - began_at)))

    def take_figures(self) -> dict[str, object]:
        """What was measured since the last time."""
        figures = {"orders": _quantiles(self.orders_s), "calls_for_help": _quantiles(self.calls_s)}
        figures["not_in_time"] = {"count": self.missed}
        self.orders_s, self.calls_s, self.missed = [], [], 0
        return dict(figures)

    async def _one_order(self) -> None:
        lon, lat = self.carriers[0].spot
        made = await self.centre.open_incident(
            NewIncident(class_code=self.class_code, title="压测", lon=lon, lat=lat)
        )
        began_at = time.monotonic()
        await self.centre.dispatch_first(made.id)
        if await self._seen(lambda: made.id in self._arrived):
            self.orders_s.append(self._arrived.pop(made.id) - began_at)

    async def _one_call(self) -> None:
        began_at = time.monotonic()
        key = self.carriers[0].call(Uplink.DURESS)
        ends_at = began_at + WITHIN_S
        while time.monotonic() < ends_at:
            found = await self.store.execute(DEALT_WITH, {"key": key})
            if await found.fetchone() is not None:
                self.calls_s.append(time.monotonic() - began_at)
                return
            await asyncio.sleep(LOOK_EVERY_S)
        self.missed += 1

    async def _seen(self, look: Callable[[], bool]) -> bool:
        ends_at = time.monotonic() + WITHIN_S
        while not look():
            if time.monotonic() > ends_at:
                self.missed += 1
                return False
            await asyncio.sleep(LOOK_EVERY_S)
        return True

    def _taker(self, carrier: Carrier) -> Callable[[OrderMessage], None]:
        def take(order: OrderMessage) -> None:
            if order.action == "go" and order.incident not in self._arrived:
                self._arrived[order.incident] = time.monotonic()
                for step in STEPS:
                    done = ProgressMessage(order.dispatch, step, at=round(time.time(), 3))
                    carrier.handset.send(done)

        return take


def _quantiles(values_s: Sequence[float]) -> dict[str, float]:
    if not values_s:
        return {"count": 0}
    ms = 1000 * np.asarray(values_s)
    named = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    found = {name: round(float(np.quantile(ms, q)), 1) for name, q in named.items()}
    return {"count": len(values_s)} | found
