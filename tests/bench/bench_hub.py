"""The console fan-out: what one tick of the hub costs with 10,000 workers and 200 consoles.

Owns one figure, as ticks a second of one core; four are due. Writing to sockets is not in it.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from bench_figures import Figure

from console_server.live.hub import Hub
from console_server.live.interest import Sight
from console_server.live.roster import Roster

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "console_server"))
from hub_builders import (  # builders stand beside the tests of the hub
    AREAS,
    GRID_N,
    GRID_S,
    NORTH,
    NOW_S,
    SOUTH,
    TOWN,
    live_state,
    position,
    roster_row,
)

WORKERS: Final = 10_000
CONSOLES: Final = 200
FIXES_A_TICK: Final = 500
TICKS: Final = 20
TICK_S: Final = 0.25


def hub(rounds: int) -> Iterator[Figure]:
    """Apply the fixes of a tick, then make every console's frame."""
    rng = np.random.default_rng(1)
    rows = tuple(roster_row(i, grid_ids=[GRID_N if i % 2 else GRID_S]) for i in range(WORKERS))
    spots = zip(rng.uniform(118.4, 118.6, WORKERS), rng.uniform(31.9, 32.1, WORKERS), strict=True)
    positions = [position(i, lon=lon, lat=lat) for i, (lon, lat) in enumerate(spots)]
    measured = Hub()
    measured.reset(live_state(*positions, roster=Roster(rows, AREAS)), NOW_S)
    consoles = [
        measured.subscribe(Sight((None, TOWN, NORTH, SOUTH)[number % 4]))
        for number in range(CONSOLES)
    ]
    for console in consoles:
        console.begin("5-0")
    values = []
    for number in range(rounds):
        spent_s = 0.0
        for tick in range(TICKS):
            moved = [position(int(i), lon=118.5) for i in rng.integers(0, WORKERS, FIXES_A_TICK)]
            began = time.perf_counter()
            measured.apply_positions(moved)
            measured.tick(NOW_S + (number * TICKS + tick) * TICK_S)
            spent_s += time.perf_counter() - began
            for console in consoles:
                console.frame = None
        values.append(TICKS / spent_s)
    yield Figure(
        f"hub, {WORKERS:,} workers, {CONSOLES} consoles",
        "ticks/s",
        values,
        "≥ 80 ticks/s (4 Hz within 5 % of a core)",
    )
