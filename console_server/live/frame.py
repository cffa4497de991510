"""The binary position frame: columns in, bytes out.

Owns the byte layout of DESIGN §7 on the server's side; not which rows go to whom (`interest.py`).
Layout, little-endian: u32 magic, u32 count, f64 server time in Unix seconds; then the columns
`u32 slot[] i32 lon_e7[] i32 lat_e7[] u32 fixed_at[] u8 state[] u8 course_2deg[]`.
"""

import struct
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from telemetry_ingest.wire.live import COURSE_UNKNOWN, FRAME_MAGIC

HEADER = struct.Struct("<IId")
Bools = NDArray[np.bool_]
Slots = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Columns:
    """What consoles are shown of all workers, by slot. `fixed_at` whole Unix seconds, 0: none."""

    lon_e7: NDArray[np.int32]
    lat_e7: NDArray[np.int32]
    fixed_at: NDArray[np.uint32]
    state: NDArray[np.uint8]
    course_2deg: NDArray[np.uint8]

    def differs_from(self, other: "Columns") -> Bools:
        """Which slots show something else than in `other`; slots that it lacks do."""
        shared = len(other.state)
        changed = np.ones(len(self.state), dtype=np.bool_)
        changed[:shared] = False
        for name in COLUMN_NAMES:
            changed[:shared] |= getattr(self, name)[:shared] != getattr(other, name)
        return changed


COLUMN_NAMES = tuple(field.name for field in fields(Columns))
_DTYPES = {
    "lon_e7": "<i4",
    "lat_e7": "<i4",
    "fixed_at": "<u4",
    "state": "u1",
    "course_2deg": "u1",
}


def no_columns(count: int = 0) -> Columns:
    """Columns of workers of whom nothing is shown: off duty, place zeroed."""
    values: dict[str, Any] = {
        name: np.zeros(count, dtype=np.dtype(_DTYPES[name])) for name in COLUMN_NAMES
    }
    values["course_2deg"] += COURSE_UNKNOWN
    return Columns(**values)


def encode_frame(columns: Columns, slots: Slots, server_time_s: float) -> bytes:
    """The rows of these slots as one frame; no slots make a heartbeat."""
    parts = [HEADER.pack(FRAME_MAGIC, len(slots), server_time_s), slots.astype("<u4").tobytes()]
    parts += [
        getattr(columns, name)[slots].astype(_DTYPES[name], copy=False).tobytes()
        for name in COLUMN_NAMES
    ]
    return b"".join(parts)
