"""Owns the folder of a seeded district: what the import commands read, and what the fleet needs.

    areas.geojson basemap.geojson streets.geojson workers.xlsx shifts.csv checkpoints.csv
    incidents.csv                  for the importers; the last one only with a rule pack
    network.npz district.json      for the fleet alone

A town read back from its folder is equal to the town that was written there.
"""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import xlsxwriter
from python_calamine import CalamineWorkbook

from console_server.wire.packs import Pack
from simulators import past_cases
from simulators.city import City, generate
from simulators.past_cases import past_of
from simulators.people.roster import Shift, plan
from simulators.people.staff import USUAL_GROUPS, Worker, employ
from simulators.town.checkpoints import Checkpoint
from simulators.town.geojson import (
    read_areas,
    read_basemap,
    write_areas,
    write_basemap,
    write_streets,
)
from simulators.town.network import Network

WORKER_COLUMNS = ("工号", "姓名", "类别", "电话", "网格", "职能组", "技能")
SHIFT_COLUMNS = ("工号", "开始", "结束", "类型")
CHECKPOINT_COLUMNS = ("编号", "名称", "网格", "经度", "纬度", "半径")
NETWORK_ARRAYS = ("lonlat", "grid", "kind", "floors", "ends", "rank", "length_m")


def write_district(
    out_dir: Path, workers: int, seed: int, now: datetime, pack: Pack | None = None
) -> City:
    """Make a district and write all its files; returns the town. With a pack it has a past."""
    out_dir.mkdir(parents=True, exist_ok=True)
    city = generate(seed)
    groups = [each.code for each in pack.groups] if pack else USUAL_GROUPS
    staff = employ(city.grids, workers, seed, groups)
    write_areas(out_dir / "areas.geojson", city.areas)
    write_basemap(out_dir / "basemap.geojson", city.basemap)
    write_streets(out_dir / "streets.geojson", city.network)
    write_workers(out_dir / "workers.xlsx", staff)
    write_shifts(out_dir / "shifts.csv", plan(staff, seed, now))
    _write_checkpoints(out_dir / "checkpoints.csv", city.checkpoints)
    _write_network(out_dir / "network.npz", city.network)
    if pack is not None:
        past = past_of(city, staff, pack, seed, now)
        _write_csv(out_dir / "incidents.csv", past_cases.COLUMNS, past)
    (out_dir / "district.json").write_bytes(msgspec.json.encode({"seed": seed}))
    return city


def read_pack(path: Path) -> Pack:
    """The rule pack in force, as the server tells it."""
    return msgspec.json.decode(path.read_bytes(), type=Pack)


def write_roster(out: Path, district_dir: Path, now: datetime) -> int:
    """Plan a seeded district's shifts round those in its roster; returns how many there are."""
    before = read_shifts(district_dir / "shifts.csv")
    shifts = plan(read_workers(district_dir), read_seed(district_dir), now, before)
    write_shifts(out, shifts)
    return len(shifts)


def read_city(district_dir: Path) -> City:
    """Read a town back, without making it anew."""
    return City(
        seed=read_seed(district_dir),
        areas=read_areas(district_dir / "areas.geojson"),
        checkpoints=_read_checkpoints(district_dir / "checkpoints.csv"),
        network=_read_network(district_dir / "network.npz"),
        basemap=read_basemap(district_dir / "basemap.geojson"),
    )


def read_seed(district_dir: Path) -> int:
    """The number the district was made from."""
    seed: int = msgspec.json.decode((district_dir / "district.json").read_bytes())["seed"]
    return seed


def write_workers(path: Path, workers: tuple[Worker, ...]) -> None:
    """Write the staff list as the worker import expects it."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})  # same bytes each time
        sheet = book.add_worksheet("网格员")
        sheet.set_column(0, len(WORKER_COLUMNS) - 1, 16)
        for row, cells in enumerate((WORKER_COLUMNS, *map(_worker_cells, workers))):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)


def read_workers(district_dir: Path) -> tuple[Worker, ...]:
    """Read the staff list of a district's folder."""
    book = CalamineWorkbook.from_path(district_dir / "workers.xlsx")
    rows = book.get_sheet_by_index(0).to_python()[1:]
    return tuple(_worker([str(cell) for cell in row]) for row in rows)


def write_shifts(path: Path, shifts: tuple[Shift, ...]) -> None:
    """Write a roster as the shift import expects it."""
    rows = [(s.worker_number, s.start_at.isoformat(), s.end_at.isoformat(), s.kind) for s in shifts]
    _write_csv(path, SHIFT_COLUMNS, rows)


def read_shifts(path: Path) -> tuple[Shift, ...]:
    """Read a roster."""
    return tuple(
        Shift(number, datetime.fromisoformat(start), datetime.fromisoformat(end), kind)
        for number, start, end, kind in _read_csv(path)
    )


def _worker_cells(worker: Worker) -> tuple[str, ...]:
    grids, skills = ";".join(worker.grid_codes), ";".join(worker.skills)
    return (
        *(worker.number, worker.name, worker.category, worker.phone),
        *(grids, worker.group, skills),
    )


def _worker(cells: list[str]) -> Worker:
    number, name, category, phone, grids, group, skills = cells
    return Worker(number, name, category, phone, _words(grids), group, _words(skills))


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word for word in cell.split(";") if word)


def _write_checkpoints(path: Path, checkpoints: tuple[Checkpoint, ...]) -> None:
    rows = [
        (c.code, c.name, c.grid_code, f"{c.lon:.7f}", f"{c.lat:.7f}", str(c.radius_m))
        for c in checkpoints
    ]
    _write_csv(path, CHECKPOINT_COLUMNS, rows)


def _read_checkpoints(path: Path) -> tuple[Checkpoint, ...]:
    return tuple(
        Checkpoint(code, name, grid, float(lon), float(lat), int(radius))
        for code, name, grid, lon, lat, radius in _read_csv(path)
    )


def _write_network(path: Path, network: Network) -> None:
    arrays = {name: getattr(network, name) for name in NETWORK_ARRAYS}
    np.savez_compressed(path, grid_codes=np.array(network.grid_codes), **arrays)


def _read_network(path: Path) -> Network:
    with np.load(path) as arrays:
        codes = tuple(arrays["grid_codes"].tolist())
        return Network(codes, **{name: arrays[name] for name in NETWORK_ARRAYS})


def _write_csv(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def _read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))[1:]
