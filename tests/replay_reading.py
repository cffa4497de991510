"""Reads the binary chunks of a replay by their description alone, as a stranger would."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """One fix of a chunk."""

    slot: int
    at_s: float
    lon: float
    lat: float
    marks: int


def read_chunk(body: bytes) -> list[Shown]:
    """Take a chunk apart by its description alone."""
    magic, runs, count, _recorded, start, _length, _zero = struct.unpack_from("<IIIIdII", body)
    assert magic == 0x47420101
    assert len(body) == 32 + 16 * runs + 7 * count
    slots, counts, lons, lats = (
        struct.unpack_from(f"<{runs}{kind}", body, 32 + index * 4 * runs)
        for index, kind in enumerate("IIii")
    )
    base = 32 + 16 * runs
    ats = struct.unpack_from(f"<{count}H", body, base)
    dlons = struct.unpack_from(f"<{count}h", body, base + 2 * count)
    dlats = struct.unpack_from(f"<{count}h", body, base + 4 * count)
    marks = body[base + 6 * count :]
    shown, row = [], 0
    for slot, length, lon, lat in zip(slots, counts, lons, lats, strict=True):
        tenths = 0
        for each in range(row, row + length):
            tenths, lon, lat = tenths + ats[each], lon + dlons[each], lat + dlats[each]  # noqa: PLW2901
            shown.append(Shown(slot, start + tenths / 10, lon / 1e6, lat / 1e6, marks[each]))
        row += length
    return shown
