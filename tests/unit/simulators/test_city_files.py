"""The district's folder: same seed, same bytes; what is written reads back equal."""

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from simulators.__main__ import main
from simulators.city import City, generate
from simulators.district_files import (
    WORKER_COLUMNS,
    read_city,
    read_shifts,
    read_workers,
    write_district,
    write_roster,
)
from simulators.people.staff import employ
from simulators.town.network import Network

NOW = datetime.fromisoformat("2026-03-04T10:20+08:00")
LAYERS = {"land", "river", "water", "park", "block", "building", "street", "bridge", "place"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("district")


@pytest.fixture(scope="module", autouse=True)
def made(folder: Path) -> City:
    return write_district(folder, workers=295, seed=2, now=NOW)


def _same(one: Network, other: Network) -> bool:
    return one.grid_codes == other.grid_codes and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("lonlat", "grid", "kind", "floors", "ends", "rank", "length_m")
    )


def test_a_town_read_back_is_the_town_written(folder: Path, made: City) -> None:
    read = read_city(folder)

    assert read.areas == made.areas
    assert read.checkpoints == made.checkpoints
    assert read.basemap == made.basemap
    assert _same(read.network, made.network)


def test_the_staff_reads_back(folder: Path) -> None:
    city = read_city(folder)

    assert read_workers(folder) == employ(city.grids, 295, 2)
    assert len(WORKER_COLUMNS) == 7


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_district(tmp_path, workers=295, seed=2, now=NOW)

    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_another_seed_gives_another_town(made: City) -> None:
    assert generate(3).grids[0].shape != made.grids[0].shape


def test_the_map_has_every_layer_and_stays_below_4_mb(folder: Path) -> None:
    path = folder / "basemap.geojson"
    features = json.loads(path.read_text("utf-8"))["features"]

    assert {f["properties"]["layer"] for f in features} == LAYERS
    assert all("floors" in f["properties"] for f in features if _layer(f) == "building")
    assert path.stat().st_size < 4_000_000


def _layer(feature: dict[str, dict[str, str]]) -> str:
    return feature["properties"]["layer"]


def test_areas_have_seven_decimals_and_counter_clockwise_rings(folder: Path) -> None:
    features = json.loads((folder / "areas.geojson").read_text("utf-8"))["features"]

    for feature in features:
        for ring in feature["geometry"]["coordinates"]:
            turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
            assert turn > 0
            assert all(round(c, 7) == c for place in ring for c in place)


def test_a_roster_is_planned_anew_for_another_moment(folder: Path, tmp_path: Path) -> None:
    later = datetime.fromisoformat("2026-03-05T03:00+08:00")
    out = tmp_path / "shifts.csv"

    number = write_roster(out, folder, later)

    shifts = read_shifts(out)
    assert len(shifts) == number > 1000
    assert sum(s.start_at <= later < s.end_at for s in shifts) >= 0.84 * 295


def test_the_command_line_makes_a_district_and_a_roster(tmp_path: Path) -> None:
    run = CliRunner()
    out = str(tmp_path / "d")
    seeded = run.invoke(
        main, ["seed", "--out", out, "--workers", "30", "--seed", "4", "--now", NOW.isoformat()]
    )
    again = str(tmp_path / "r.csv")
    planned = run.invoke(
        main, ["roster", "--out", again, "--district", out, "--now", NOW.isoformat()]
    )

    assert (seeded.exit_code, planned.exit_code) == (0, 0)
    assert (tmp_path / "r.csv").read_bytes() == (tmp_path / "d" / "shifts.csv").read_bytes()


def test_an_instant_without_time_zone_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["seed", "--out", str(tmp_path), "--now", "2026-03-04T10:20"])

    assert result.exit_code == 2
    assert "+08:00" in result.output
