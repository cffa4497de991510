"""A city's working day in a store of its own: grids, workers, shifts, and every worker's fixes.

Owns what is judged and read by the attendance figures; not how that is measured. Workers walk
about their own grid, stray across its border now and then, and every 17th fix is a coarse one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from console_server.packs.pack import RulePack, load_pack
from telemetry_ingest.fix import US_PER_S, Fixes, Positions
from telemetry_ingest.packing import COPIED_COLUMNS, packed

DAY: Final = date(2026, 11, 18)
PACK: Final[RulePack] = load_pack("xingdian")
GRID_DEG: Final = 0.01  # how wide and high a grid is
APART_DEG: Final = 0.02
ACROSS: Final = 100  # grids in a row of the city
SOUTH_WEST: Final = (118.0, 31.0)
WRITTEN_AT_ONCE: Final = 200  # workers

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CityDay:
    """How many workers, how often each reports, and for how long."""

    workers: int
    every_s: int = 10
    hours: float = 8.0

    @property
    def fixes_each(self) -> int:
        """Fixes of one worker."""
        return int(self.hours * 3600 / self.every_s)

    @property
    def fixes(self) -> int:
        """Fixes of the whole day."""
        return self.fixes_each * self.workers

    @property
    def starts_at(self) -> datetime:
        """When everybody's shift begins."""
        return datetime(DAY.year, DAY.month, DAY.day, 8, tzinfo=PACK.zone)


def write_city_day(owner_url: str, city: CityDay) -> None:
    """Fill a migrated, empty store: the roster by SQL, the fixes by COPY."""
    with psycopg.connect(owner_url, autocommit=True) as store:
        _write_roster(store, city)
        rng = np.random.default_rng(7)
        for first in range(1, city.workers + 1, WRITTEN_AT_ONCE):
            workers = np.arange(first, min(first + WRITTEN_AT_ONCE, city.workers + 1))
            with (
                store.cursor() as cursor,
                cursor.copy(
                    f"COPY positions ({COPIED_COLUMNS}) FROM STDIN (FORMAT BINARY)"
                ) as copy,
            ):
                copy.write(packed(_positions(rng, workers, city)))
        store.execute("ANALYZE")


def _write_roster(store: "psycopg.Connection[tuple[object, ...]]", city: CityDay) -> None:
    everybody = np.arange(1, city.workers + 1)
    west, south = (edge - GRID_DEG / 2 for edge in _middles(everybody))
    outlines = shapely.to_wkb(shapely.box(west, south, west + GRID_DEG, south + GRID_DEG))
    given = {
        "workers": city.workers,
        "from_at": city.starts_at,
        "to_at": city.starts_at + timedelta(hours=city.hours),
        "outlines": [bytes(each) for each in outlines],
    }
    for statement in _ROSTER:
        store.execute(statement, given)


def _positions(rng: np.random.Generator, workers: NDArray[np.int64], city: CityDay) -> Positions:
    each, count = city.fixes_each, len(workers) * city.fixes_each
    bends = _walks(rng, len(workers), each, city.every_s)
    middle = _middles(workers)
    lon = (middle[0][:, None] + bends[0] * GRID_DEG).ravel()
    lat = (middle[1][:, None] + bends[1] * GRID_DEG).ravel()
    inside = (np.abs(bends[0]) < 0.5) & (np.abs(bends[1]) < 0.5)
    worker = np.repeat(workers, each)
    turn = np.tile(np.arange(each), len(workers))
    at_us = int(city.starts_at.timestamp()) * US_PER_S + turn * city.every_s * US_PER_S
    nothing = np.full(count, np.nan)
    fixes = Fixes(
        row=np.arange(count),
        handset=worker,
        at_us=at_us,
        received_us=at_us + US_PER_S,
        sent_us=at_us,
        lon=lon,
        lat=lat,
        accuracy_m=5.0 + 30.0 * (turn % 17 == 0),
        speed_mps=nothing,
        course_deg=nothing,
        battery=nothing,
        mock=np.zeros(count, dtype=bool),
        datum=np.zeros(count, dtype=np.int64),
    )
    grid = np.where(inside.ravel(), worker + 1, 0)  # area 1 is the subdistrict
    return Positions(fixes, worker, grid, np.zeros(count, dtype=np.int64))


def _walks(rng: np.random.Generator, workers: int, count: int, every_s: int) -> Floats:
    """Two axes, in widths of a grid from its middle; folded back a little beyond the border."""
    steps = rng.normal(0, 1.0 * every_s / 111_000, (2, workers, count)).cumsum(axis=2)
    folded: Floats = np.abs((steps / GRID_DEG * 1.05 + 0.5) % 2 - 1) - 0.5
    folded[0] *= 1.02
    return folded


def _middles(workers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    return (
        SOUTH_WEST[0] + workers % ACROSS * APART_DEG,
        SOUTH_WEST[1] + workers // ACROSS * APART_DEG,
    )


_ROSTER: Final = (
    """
    INSERT INTO areas (code, name, kind, lineage)
    VALUES ('320111', '街道', 'subdistrict', '{1}')
    """,
    """
    INSERT INTO areas (code, name, kind, parent_id, lineage)
    SELECT '320111' || lpad(n::text, 9, '0'), '网格', 'grid', 1, ARRAY[1, n + 1]
    FROM generate_series(1, %(workers)s) AS n
    """,
    """
    INSERT INTO area_boundaries (area_id, valid_from, wkb)
    SELECT n + 1, '-infinity', wkb
    FROM unnest(%(outlines)s::bytea[]) WITH ORDINALITY AS given (wkb, n)
    """,
    """
    INSERT INTO workers (code, name, kind, area_id)
    SELECT 'W' || lpad(n::text, 6, '0'), '网格员', 'full_time', 1
    FROM generate_series(1, %(workers)s) AS n
    """,
    """
    INSERT INTO worker_grids (worker_id, area_id)
    SELECT n, n + 1 FROM generate_series(1, %(workers)s) AS n
    """,
    """
    INSERT INTO shifts (worker_id, starts_at, ends_at, kind)
    SELECT n, %(from_at)s, %(to_at)s, 'patrol' FROM generate_series(1, %(workers)s) AS n
    """,
)
