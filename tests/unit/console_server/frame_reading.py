"""A reader of position frames that shares nothing with the writer."""

import struct
from typing import Any

COLUMNS = (
    ("slot", "I"),
    ("lon_e7", "i"),
    ("lat_e7", "i"),
    ("fixed_at", "I"),
    ("state", "B"),
    ("course_2deg", "B"),
)


def read_frame(frame: bytes) -> dict[str, Any]:
    magic, count, server_time_s = struct.unpack_from("<IId", frame)
    at, columns = 16, {}
    for name, code in COLUMNS:
        layout = struct.Struct(f"<{count}{code}")
        columns[name] = list(layout.unpack_from(frame, at))
        at += layout.size
    assert at == len(frame)
    return {"magic": magic, "count": count, "server_time_s": server_time_s} | columns


def rows_of(frame: bytes) -> dict[int, dict[str, int]]:
    read = read_frame(frame)
    names = [name for name, _ in COLUMNS]
    rows = zip(*(read[name] for name in names), strict=True)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
