"""Packing: positions as one binary COPY, made by numpy without a loop over rows.

Owns the bytes; sending them is `store.py`'s. Unknown values become NULL.
Source: https://www.postgresql.org/docs/current/sql-copy.html (binary format)
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from telemetry_ingest.fix import NEVER_US, US_PER_S, Ints, Mask, Positions

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_NULL_BYTES: Final = -1
_PG_EPOCH_US: Final = 946_684_800 * US_PER_S  # timestamptz counts from 2000-01-01
# Columns of `positions` as COPY wants them: big-endian, each value after its length.
_COLUMNS: Final = (
    ("worker_id", ">i4"),
    ("fixed_at", ">i8"),
    ("handset_id", ">i4"),
    ("received_at", ">i8"),
    ("sent_at", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("accuracy_m", ">f4"),
    ("speed_mps", ">f4"),
    ("course_deg", ">f4"),
    ("battery", ">f4"),
    ("grid_id", ">i4"),
    ("flags", ">i4"),
)
COPIED_COLUMNS: Final = ", ".join(name for name, _ in _COLUMNS)
_ROW: Final = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _COLUMNS for part in ((f"{name}_bytes", ">i4"), (name, kind))]
)


def packed(positions: Positions) -> bytes:
    """The positions as the data of `COPY positions (COPIED_COLUMNS) … (FORMAT BINARY)`."""
    fixes = positions.fixes
    rows = np.empty(len(positions), dtype=_ROW)
    rows["fields"] = len(_COLUMNS)
    for name, kind in _COLUMNS:
        rows[f"{name}_bytes"] = np.dtype(kind).itemsize
    rows["worker_id"], rows["handset_id"] = positions.worker, fixes.handset
    rows["fixed_at"], rows["received_at"] = _pg_time(fixes.at_us), _pg_time(fixes.received_us)
    rows["sent_at"] = _pg_time(fixes.sent_us)
    rows["lon"], rows["lat"] = fixes.lon, fixes.lat
    unknown: dict[str, Mask] = {
        "sent_at": fixes.sent_us == NEVER_US,
        "grid_id": positions.grid == 0,
    }
    for name in ("accuracy_m", "speed_mps", "course_deg", "battery"):
        rows[name] = getattr(fixes, name)
        unknown[name] = np.isnan(getattr(fixes, name))
    rows["grid_id"], rows["flags"] = positions.grid, positions.flags
    return _HEADER + _without_values(rows, unknown).tobytes() + _END


def _without_values(rows: np.ndarray, unknown: dict[str, Mask]) -> NDArray[np.uint8]:
    """The rows' bytes less the values that are unknown, whose length says so."""
    flat = rows.view(np.uint8).reshape(len(rows), _ROW.itemsize)
    unknown = {name: where for name, where in unknown.items() if where.any()}
    if not unknown:
        return flat.ravel()
    kept = np.ones(_ROW.itemsize, dtype=bool)
    mixed = {}
    for name, where in unknown.items():
        rows[f"{name}_bytes"][where] = _NULL_BYTES
        if where.all():
            kept[_bytes_of(name)] = False  # a whole column goes without looking at each row
        else:
            mixed[name] = where
    if not mixed:
        return flat[:, kept].ravel()
    each = np.broadcast_to(kept, flat.shape).copy()
    for name, where in mixed.items():
        each[where, _bytes_of(name)] = False
    return np.asarray(flat[each], dtype=np.uint8)


def _bytes_of(name: str) -> slice:
    kind, offset = _ROW.fields[name][:2]  # type: ignore[index]  # a structured type has fields
    return slice(offset, offset + kind.itemsize)


def _pg_time(us: Ints) -> Ints:
    """Unix microseconds as timestamptz has them."""
    return np.where(us == NEVER_US, 0, us - _PG_EPOCH_US)
