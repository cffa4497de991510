"""Owns the import files of a small district: three subdistricts of two grids, and workers."""

import csv
import json
from pathlib import Path
from typing import Any, Final

DISTRICT: Final = "320111"
SUBDISTRICTS: Final = tuple(f"{DISTRICT}{number:03d}" for number in (1, 2, 3))
GRID_SIDE_DEG: Final = 0.01
WEST_DEG, SOUTH_DEG = 118.6, 32.0
COLUMNS: Final = ("工号", "姓名", "类别", "电话", "网格", "职能组")


def write_small_district(folder: Path, workers: int) -> None:
    """Write `areas.geojson` and `workers.csv`; workers are shared out evenly over the grids."""
    folder.mkdir(parents=True, exist_ok=True)
    collection = {"type": "FeatureCollection", "features": list(_features())}
    (folder / "areas.geojson").write_text(json.dumps(collection), encoding="utf-8")
    grids = grid_middles()
    codes = sorted(grids)
    with (folder / "workers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(workers):
            grid = codes[number % len(codes)]
            rows.writerow((f"F{number:04d}", f"试验{number:04d}", "专职", "", grid, ""))


def grid_middles() -> dict[str, tuple[float, float]]:
    """The middle of every grid by its code, lon lat degrees WGS-84."""
    half = GRID_SIDE_DEG / 2
    return {code: (west + half, south + half) for code, _, west, south in _grids()}


def _grids() -> list[tuple[str, str, float, float]]:
    """Code, community, west and south of every grid."""
    found = []
    for row, subdistrict in enumerate(SUBDISTRICTS):
        community = f"{subdistrict}001"
        for column in range(2):
            west = round(WEST_DEG + GRID_SIDE_DEG * column, 6)
            south = round(SOUTH_DEG + GRID_SIDE_DEG * row, 6)
            found.append((f"{community}{column + 1:03d}", community, west, south))
    return found


def _features() -> "list[dict[str, Any]]":
    features = [_feature(DISTRICT, "district", None)]
    for subdistrict in SUBDISTRICTS:
        features.append(_feature(subdistrict, "subdistrict", DISTRICT))
        features.append(_feature(f"{subdistrict}001", "community", subdistrict))
    for code, community, west, south in _grids():
        east, north = round(west + GRID_SIDE_DEG, 6), round(south + GRID_SIDE_DEG, 6)
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        border = {"type": "Polygon", "coordinates": [ring]}
        features.append(_feature(code, "grid", community, border))
    return features


def _feature(code: str, kind: str, parent: str | None, border: Any = None) -> dict[str, Any]:  # noqa: ANN401 - GeoJSON
    properties = {"code": code, "name": f"区 {code}", "kind": kind, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": border}
