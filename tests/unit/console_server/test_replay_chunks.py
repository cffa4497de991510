"""Chunks of a replay: bytes as the contract says, order, thinning, marks, and no loss at edges."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console_server.replay.chunk import CHUNK_MAGIC, CHUNK_S, Span, encode_chunk
from console_server.replay.fixes import (
    THIN_S,
    FixColumns,
    Holdings,
    ReplayMark,
    in_order,
    marks_of,
    outside_own_grid,
    thinned,
)
from telemetry_ingest.wire.live import Flag

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "contracts" / "replay_chunk.json").read_text("utf-8")
)
START_S = 1_795_287_600
US = 1_000_000


def fixes(
    *rows: tuple[int, float, float, float] | tuple[int, float, float, float, int],
) -> FixColumns:
    """`(slot, seconds after the start, lon, lat[, marks])` as columns."""
    full = [(*row, 0) if len(row) == 4 else row for row in rows]
    slot, at, lon, lat, marks = (list(column) for column in zip(*full, strict=True))
    return FixColumns(
        np.array(slot, np.int64),
        np.array([round((START_S + each) * US) for each in at], np.int64),
        np.array(lon, np.float64),
        np.array(lat, np.float64),
        np.array(marks, np.uint8),
    )


@pytest.mark.parametrize("chunk", CONTRACT["chunks"], ids=lambda chunk: chunk["name"])
def test_a_chunk_has_the_bytes_of_the_contract(chunk: dict[str, Any]) -> None:
    given = [tuple(row) for row in chunk["fixes"]]
    columns = fixes(*given) if given else fixes((0, 0, 0, 0)).take(np.arange(0))
    span = Span(chunk["start_s"], chunk["length_s"], chunk["recorded"])
    assert encode_chunk(columns, span).hex() == chunk["hex"]


def test_the_contract_names_the_layout() -> None:
    assert CONTRACT["magic"] == CHUNK_MAGIC
    assert CONTRACT["thin_s"] == THIN_S
    assert CONTRACT["doubtful"] == ReplayMark.DOUBTFUL


def test_the_last_instant_of_a_chunk_stays_in_it() -> None:
    chunk = encode_chunk(fixes((0, CHUNK_S - 0.000_001, 118, 32)), Span(START_S, CHUNK_S, 1))
    (at,) = struct.unpack_from("<H", chunk, 32 + 16)
    assert at == CHUNK_S * 10 - 1


def test_a_step_too_long_for_a_difference_begins_a_run() -> None:
    far = fixes((0, 0, 118, 32), (0, 10, 118.04, 32), (0, 20, 118.0401, 32))
    chunk = encode_chunk(far, Span(START_S, CHUNK_S, 3))
    assert struct.unpack_from("<III", chunk) == (CHUNK_MAGIC, 2, 3)
    assert struct.unpack_from("<2I2I2i", chunk, 32) == (0, 0, 1, 2, 118_000_000, 118_040_000)


def test_fixes_come_in_order_and_none_twice() -> None:
    late = fixes((1, 5, 118, 32), (0, 20, 118, 32), (0, 10, 118, 32), (0, 20, 118.5, 32))
    ordered = in_order(late)
    assert ordered.slot.tolist() == [0, 0, 1]
    assert (ordered.at_us // US - START_S).tolist() == [10, 20, 5]
    assert ordered.lon.tolist() == [118, 118, 118]


def test_one_fix_in_five_seconds_is_kept_and_always_the_last() -> None:
    often = fixes(*((0, second, 118 + second / 1e5, 32) for second in range(13)))
    assert ((thinned(often).at_us // US) - START_S).tolist() == [0, 5, 10, 12]


def test_whoever_reports_seldom_loses_nothing() -> None:
    seldom = fixes(*((worker, second, 118, 32) for worker in (0, 1) for second in range(0, 60, 10)))
    assert len(thinned(seldom)) == 12


def test_a_change_of_marks_is_never_thinned_away() -> None:
    leaves = fixes((0, 0, 118, 32), (0, 1, 118, 32), (0, 2, 118, 32, 8), (0, 4, 118, 32, 8))
    assert (thinned(leaves).at_us // US - START_S).tolist() == [0, 2, 4]


def test_outside_is_judged_by_who_held_the_grid_at_that_time() -> None:
    noon = 12 * 3600 * US
    holdings = Holdings(
        slot=np.array([0, 0, 0]),
        area_id=np.array([7, 8, 7]),
        from_us=np.array([0, noon, 2 * noon]),
        to_us=np.array([noon, 2 * noon, 3 * noon]),
    )
    at_us = np.array([1, 1, noon, noon, 2 * noon, 1])
    slot = np.array([0, 0, 0, 0, 0, 1])
    grid_id = np.array([7, 8, 7, 8, 7, 7])
    outside = outside_own_grid(slot, at_us, grid_id, holdings)
    assert outside.tolist() == [False, True, True, False, False, False]


def test_whoever_has_no_grid_is_never_outside() -> None:
    nothing = np.array([], np.int64)
    outside = outside_own_grid(
        np.array([0]), np.array([0]), np.array([0]), Holdings(nothing, nothing, nothing, nothing)
    )
    assert outside.tolist() == [False]


def test_marks_say_outside_low_battery_and_doubtful() -> None:
    flags = np.array([0, Flag.MOCK, Flag.IMPLAUSIBLE_SPEED, Flag.COARSE | Flag.LATE, 0])
    battery = np.array([0.5, np.nan, 0.1, 0.9, np.nan])
    outside = np.array([False, False, False, False, True])
    assert marks_of(flags, battery, outside).tolist() == [0, 64, 80, 0, 8]
