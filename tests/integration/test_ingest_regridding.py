"""Borders that came to hold when fixes were stored already: each gets the grid of its time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from ingest_rig import CENTRE, District, eventually, found

from telemetry_ingest.regridding import SETTLED_AFTER_S, Regridder
from telemetry_ingest.settings import Settings
from telemetry_ingest.waiting import WaitingRoom

LEFT, RIGHT = 2, 3  # the two grids; CENTRE lies in the left one
BORDER_AFTER = 118.604
PACK_ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def district(database: Any, tmp_path: Path) -> District:
    return found(database, tmp_path)


@contextmanager
def regridding(district: District, clock: Callable[[], float] = time.time) -> Iterator[Regridder]:
    settings = Settings.from_environment(district.database.stack.ingest_environment())
    regridder = Regridder(settings, WaitingRoom(threading.Event()), clock)
    yield regridder
    regridder.close()


def move_border(district: District, at: float) -> None:
    """Since an instant the border runs west of CENTRE."""
    district.rows(
        "UPDATE area_boundaries SET valid_to = to_timestamp(%(at)s) WHERE valid_to IS NULL", at=at
    )
    for grid, west, east in ((LEFT, 118.6, BORDER_AFTER), (RIGHT, BORDER_AFTER, 118.62)):
        district.rows(
            "INSERT INTO area_boundaries VALUES (%(grid)s, to_timestamp(%(at)s), NULL, %(wkb)s)",
            grid=grid,
            at=at,
            wkb=shapely.to_wkb(shapely.box(west, 32.0, east, 32.01)),
        )


def grids(district: District) -> list[int | None]:
    return [row[0] for row in district.rows("SELECT grid_id FROM positions ORDER BY fixed_at")]


def marked(district: District) -> dict[str, datetime]:
    return {str(day): at for day, at in district.rows("SELECT day, marked_at FROM dirty_days")}


def test_a_border_stated_late_gives_stored_fixes_the_grid_of_their_time(
    district: District,
) -> None:
    now = time.time()
    early, late = now - 7200, now - 3600
    with district.ingest():
        handset = district.enrol().connect()
        handset.duty(on=True, at=now - 8000)
        handset.fix(early, early + 10)
        handset.fix(late, place=(118.602, 32.005))  # in the left grid before and after
        handset.fix(late + 10, late + 20)
        eventually(lambda: grids(district) == [LEFT] * 5)
        before = marked(district)
        move_border(district, now - 5000)
        eventually(lambda: grids(district) == [LEFT] * 3 + [RIGHT] * 2)
        day = f"{datetime.fromtimestamp(late, UTC).astimezone(PACK_ZONE):%Y-%m-%d}"
        eventually(lambda: marked(district)[day] > before[day])
        handset.close()


def test_what_was_still_judged_by_the_old_border_is_found_at_the_second_look(
    district: District,
) -> None:
    now = time.time()
    with regridding(district, lambda: now) as regridder:
        regridder.look()
        now += SETTLED_AFTER_S
        regridder.look()  # the first borders of the district
        move_border(district, now - 3600)
        assert district.count("border_corrections") == 4
        regridder.look()
        write_fix(district, now - 3540, grid=LEFT)
        now += 1
        regridder.look()
        assert grids(district) == [LEFT]
        now += SETTLED_AFTER_S
        regridder.look()
        assert grids(district) == [RIGHT]
        assert district.count("border_corrections") == 0


def test_a_place_that_is_in_no_grid_any_more_has_none(district: District) -> None:
    at = time.time() - 600
    write_fix(district, at, grid=LEFT)
    district.rows("DELETE FROM area_boundaries WHERE area_id = %(left)s", left=LEFT)
    with regridding(district) as regridder:
        regridder.look()
    assert grids(district) == [None]


def write_fix(district: District, at: float, grid: int) -> None:
    """As a process wrote it that had not yet read the borders anew."""
    district.rows(
        "INSERT INTO positions (worker_id, fixed_at, handset_id, received_at, lon, lat, grid_id)"
        " VALUES (1, to_timestamp(%(at)s), 1, now(), %(lon)s, %(lat)s, %(grid)s)",
        at=at,
        lon=CENTRE[0],
        lat=CENTRE[1],
        grid=grid,
    )
