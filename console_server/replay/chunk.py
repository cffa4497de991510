"""The binary chunk of a replay: fixes in, bytes out.

Owns the layout; not which fixes are in it (`fixes.py`). Little-endian, each column aligned:
a header of 32 bytes `u32 magic, u32 runs, u32 fixes, u32 recorded, f64 start, u32 length_s,
u32 0`; then of each run `u32 slot[] u32 count[] i32 lon_e6[] i32 lat_e6[]`; then of each fix
`u16 at[] i16 dlon_e6[] i16 dlat_e6[] u8 marks[]`.

A run is a stretch of one worker in which no step is longer than its column holds. Its first fix
stands at the run's place, `at` tenths of a second after the chunk's start; each further one is
told as the difference from the one before, in tenths of a second and millionths of a degree
(11 cm). `recorded` counts the fixes before thinning.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from console_server.replay.fixes import Bools, FixColumns, Ints

CHUNK_MAGIC: Final = 0x47420101  # "GB", replay, version 1
CHUNK_S: Final = 600  # longer than a mark stays on the map without a fix, and below 2**16 tenths
PLACES: Final = 1e6
TENTH_US: Final = 100_000
_HEADER: Final = struct.Struct("<IIIIdII")
_STEP_MAX: Final = 32_767


@dataclass(frozen=True, slots=True)
class Span:
    """Which chunk: its start in Unix seconds, its length, and how many fixes were recorded."""

    start_s: int
    length_s: int
    recorded: int


def encode_chunk(fixes: FixColumns, span: Span) -> bytes:
    """Fixes in order of worker and time, all within the span, as one chunk."""
    at = (fixes.at_us - span.start_s * 1_000_000) // TENTH_US
    lon = np.round(fixes.lon * PLACES).astype(np.int64)
    lat = np.round(fixes.lat * PLACES).astype(np.int64)
    heads = _heads(fixes.slot, lon, lat)
    first = np.flatnonzero(heads)
    counts = np.diff(first, append=len(fixes))
    columns = [
        fixes.slot[first].astype("<u4"),
        counts.astype("<u4"),
        lon[first].astype("<i4"),
        lat[first].astype("<i4"),
        np.where(heads, at, _steps(at)).astype("<u2"),
        np.where(heads, 0, _steps(lon)).astype("<i2"),
        np.where(heads, 0, _steps(lat)).astype("<i2"),
        fixes.marks,
    ]
    header = _HEADER.pack(
        CHUNK_MAGIC, len(first), len(fixes), span.recorded, span.start_s, span.length_s, 0
    )
    return b"".join([header, *(column.tobytes() for column in columns)])


def _heads(slot: Ints, lon: Ints, lat: Ints) -> Bools:
    """Where a run begins: with a worker, or after a step that is too long for a difference."""
    long = (np.abs(_steps(lon)) > _STEP_MAX) | (np.abs(_steps(lat)) > _STEP_MAX)
    heads: Bools = long | (_steps(slot) != 0)
    heads[:1] = True
    return heads


def _steps(column: Ints) -> Ints:
    """Difference from the row before; 0 in the first."""
    return np.diff(column, prepend=column[:1])
