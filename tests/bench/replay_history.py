"""A shift of the past, written straight into the store: walkers with gaps, cases with orders.

Owns made-up history for measuring and looking at replays; nothing of it passes through ingest.
"""

import argparse
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import shapely

EVERY_S = 10
STRIDE_M = 12.0
M_PER_DEG = 111_320.0
PG_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
COPY_HEADER, COPY_END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
COLUMNS = (
    ("worker_id", ">i4"),
    ("fixed_at", ">i8"),
    ("handset_id", ">i4"),
    ("received_at", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("accuracy_m", ">f4"),
    ("battery", ">f4"),
    ("grid_id", ">i4"),
    ("flags", ">i4"),
)
COPY = (
    "COPY positions (worker_id, fixed_at, handset_id, received_at, lon, lat, accuracy_m, battery,"
    " grid_id, flags) FROM STDIN (FORMAT BINARY)"
)
ROW = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))]
)
DEPOT_SHARE = 0.04  # fixes that never came, in stretches
TITLES = ("占道经营", "井盖破损", "垃圾堆积", "路灯不亮", "电动车违停", "消防通道堵塞", "噪声扰民")


@dataclass(frozen=True)
class Shift:
    """`workers` walk from `start_at` for `hours`, a fix every `every_s`."""

    workers: Sequence[tuple[int, Any]]  # worker id and the border to stay in
    start_at: datetime
    hours: float
    every_s: int = EVERY_S


def write_shift(connection: "psycopg.Connection[Any]", shift: Shift, seed: int = 5) -> int:
    """Positions and nothing else; how many. In binary: a whole district's shift takes seconds."""
    rng = np.random.default_rng(seed)
    count = int(shift.hours * 3600 / shift.every_s)
    written = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(COPY_HEADER)
        for worker_id, border in shift.workers:
            rows = _rows(rng, shift, worker_id, border, count)
            copy.write(rows.tobytes())
            written += len(rows)
        copy.write(COPY_END)
    connection.execute("ANALYZE positions")
    return written


def _rows(
    rng: np.random.Generator, shift: Shift, worker_id: int, border: "Border", count: int
) -> np.ndarray:
    """One worker's fixes as they go into a binary COPY."""
    lon, lat = walk(rng, border, count)
    jitter_s = rng.uniform(0, shift.every_s)
    came = np.flatnonzero(heard(rng, count))
    start_us = round((shift.start_at - PG_EPOCH).total_seconds() * 1e6)
    rows = np.zeros(len(came), ROW)
    rows["fields"] = len(COLUMNS)
    for name, kind in COLUMNS:
        rows[f"{name}_bytes"] = np.dtype(kind).itemsize
    rows["worker_id"] = rows["handset_id"] = worker_id
    rows["fixed_at"] = rows["received_at"] = start_us + np.round(
        (came * shift.every_s + jitter_s) * 1e6
    ).astype(np.int64)
    rows["lon"], rows["lat"], rows["accuracy_m"] = lon[came], lat[came], 6
    rows["battery"] = np.round(1 - 0.9 * came / count, 2)
    rows["grid_id"] = border.grid_id
    return rows


def write_plan(connection: "psycopg.Connection[Any]", shift: Shift) -> None:
    """The same hours as planned shifts."""
    ends_at = shift.start_at + timedelta(hours=shift.hours)
    for worker_id, _ in shift.workers:
        connection.execute(
            "INSERT INTO shifts (worker_id, starts_at, ends_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (worker_id, shift.start_at, ends_at),
        )


@dataclass(frozen=True)
class Border:
    """A grid to walk in."""

    grid_id: int
    polygon: shapely.Geometry


def walk(rng: np.random.Generator, border: Border, count: int) -> tuple[np.ndarray, np.ndarray]:
    """From corner to corner along straight streets of the grid, with pauses; degrees."""
    west, south, east, north = shapely.bounds(border.polygon)
    corners = rng.uniform((west, south), (east, north), (max(4, count // 40), 2))
    inside = shapely.contains_xy(border.polygon, corners)
    corners = corners[inside] if inside.sum() > 3 else np.repeat([[west, south]], 4, axis=0)
    ways = np.empty((2 * len(corners) - 1, 2))
    ways[::2] = corners
    ways[1::2, 0], ways[1::2, 1] = corners[1:, 0], corners[:-1, 1]  # round a corner
    steps = np.hypot(*np.diff(ways, axis=0).T) * M_PER_DEG
    along = np.concatenate([[0], np.cumsum(steps)])
    pace = rng.uniform(0.7, 1.3) * STRIDE_M * (rng.random(count) > 0.2)
    at = np.cumsum(pace) % max(along[-1], 1)
    noise = rng.normal(0, 2 / M_PER_DEG, (2, count))
    return (
        np.interp(at, along, ways[:, 0]) + noise[0],
        np.interp(at, along, ways[:, 1]) + noise[1],
    )


def heard(rng: np.random.Generator, count: int) -> np.ndarray:
    """Which fixes came: now and then a handset is silent for some minutes."""
    kept = np.ones(count, np.bool_)
    for start in np.flatnonzero(rng.random(count) < DEPOT_SHARE / 40):
        kept[start : start + int(rng.integers(12, 90))] = False
    return kept


def write_cases(connection: "psycopg.Connection[Any]", shift: Shift, every_min: float) -> int:
    """Cases through the shift, each with its steps and an order; how many."""
    rng = np.random.default_rng(9)
    pack = connection.execute("SELECT code, version FROM packs LIMIT 1").fetchone()
    classes = connection.execute("SELECT class_code FROM incidents LIMIT 1").fetchone()
    count = int(shift.hours * 60 / every_min)
    for number in range(count):
        worker_id, border = shift.workers[int(rng.integers(len(shift.workers)))]
        lon, lat = walk(rng, border, 2)
        at = shift.start_at + timedelta(minutes=every_min * (number + rng.uniform(0, 0.9)))
        times = at + np.cumsum(rng.uniform(60, 900, 6)) * timedelta(seconds=1)
        incident, severity = uuid.uuid4(), int(rng.integers(1, 5))
        connection.execute(
            "INSERT INTO incidents (incident_id, code, version, status, class_code, severity,"
            " title, source, lon, lat, area_id, pack_code, pack_version, reported_at, due_at,"
            " closed_at) VALUES (%s, %s, 6, 'closed', %s, %s, %s, 'handset', %s, %s, %s, %s, %s,"
            " %s, %s, %s)",
            (incident, f"H{at:%y%m%d}-{number:04}", classes[0] if classes else "0601", severity,
             TITLES[number % len(TITLES)], lon[0], lat[0], border.grid_id, *(pack or ("", "")),
             at, at + timedelta(minutes=25), times[5]),
        )  # fmt: skip
        steps = [("reported", at), ("accepted", times[0]), ("dispatched", times[1]),
                 ("handling", times[2]), ("handled", times[4]), ("closed", times[5])]  # fmt: skip
        for version, (status, when) in enumerate(steps, start=1):
            kind = "opened" if version == 1 else "status"
            connection.execute(
                "INSERT INTO incident_events (incident_id, version, at, kind, actor_kind, actor,"
                " body) VALUES (%s, %s, %s, %s, 'system', 'system', %s)",
                (incident, version, when, kind, json.dumps({} if version == 1 else {"to": status})),
            )
        connection.execute(
            "INSERT INTO dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,"
            " acknowledged_at, en_route_at, on_scene_at, cleared_at, ended_at) VALUES"
            " (%s, %s, %s, 'cleared', %s, %s, %s, %s, %s, %s)",
            (uuid.uuid4(), incident, worker_id, times[1], times[2], times[2], times[3], times[4],
             times[4]),
        )  # fmt: skip
    return count


def workers_of(connection: "psycopg.Connection[Any]") -> list[tuple[int, Border]]:
    """Every worker who has a grid, with its border."""
    rows = connection.execute(
        "SELECT DISTINCT ON (g.worker_id) g.worker_id, g.area_id, b.wkb FROM worker_grids g"
        " JOIN area_boundaries b USING (area_id) WHERE g.valid_to IS NULL AND b.valid_to IS NULL"
        " ORDER BY g.worker_id, g.area_id"
    ).fetchall()
    return [(worker, Border(area, shapely.from_wkb(bytes(wkb)))) for worker, area, wkb in rows]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("database_url")
    asked.add_argument("start_at", type=datetime.fromisoformat)
    asked.add_argument("--hours", type=float, default=8.0)
    asked.add_argument("--every-s", type=int, default=EVERY_S)
    given = asked.parse_args()
    with psycopg.connect(given.database_url) as connection:
        shift = Shift(workers_of(connection), given.start_at, given.hours, given.every_s)
        fixes, cases = write_shift(connection, shift), write_cases(connection, shift, 12)
        write_plan(connection, shift)
    print(f"{fixes} fixes of {len(shift.workers)} workers, {cases} cases")  # noqa: T201


if __name__ == "__main__":
    main()
