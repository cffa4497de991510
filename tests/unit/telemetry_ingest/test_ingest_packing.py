import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from ingest_builders import fixes

from telemetry_ingest.fix import NEVER_US, Positions
from telemetry_ingest.packing import COPIED_COLUMNS, packed

KINDS = [">i", ">q", ">i", ">q", ">q", ">d", ">d", ">f", ">f", ">f", ">f", ">i", ">i"]
FORMATS = dict(zip(COPIED_COLUMNS.split(", "), KINDS, strict=True))
maybe = st.none() | st.floats(0, 1, width=32)
row = st.fixed_dictionaries(
    {
        "accuracy_m": maybe, "speed_mps": maybe, "course_deg": maybe, "battery": maybe,
        "sent_at": st.none() | st.integers(0, 2**50), "grid_id": st.integers(0, 3),
    }
)  # fmt: skip


def read_back(packed_rows: bytes) -> Iterator[dict[str, Any]]:
    """The binary format, read field by field as PostgreSQL does."""
    assert packed_rows[:19] == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    at = 19
    while (fields := struct.unpack_from(">h", packed_rows, at)[0]) != -1:
        assert fields == len(FORMATS)
        at, said = at + 2, {}
        for name, kind in FORMATS.items():
            length = struct.unpack_from(">i", packed_rows, at)[0]
            at += 4
            said[name] = None
            if length >= 0:
                assert length == struct.calcsize(kind)
                said[name] = struct.unpack_from(kind, packed_rows, at)[0]
                at += length
        yield said
    assert at + 2 == len(packed_rows)


@given(st.lists(row, min_size=1, max_size=8))
def test_known_values_are_copied_and_unknown_ones_become_null(rows: list[dict[str, Any]]) -> None:
    measured = ("accuracy_m", "speed_mps", "course_deg", "battery")
    columns = fixes(
        [{name: np.nan if r[name] is None else r[name] for name in measured} for r in rows]
    )
    sent = np.array([NEVER_US if r["sent_at"] is None else r["sent_at"] for r in rows])
    positions = Positions(
        replace(columns, sent_us=sent),
        worker=np.arange(len(rows)) + 11,
        grid=np.array([r["grid_id"] for r in rows]),
        flags=np.full(len(rows), 4),
    )
    back = list(read_back(packed(positions)))
    assert [{name: said[name] for name in measured} for said in back] == [
        {name: r[name] for name in measured} for r in rows
    ]
    assert [said["grid_id"] for said in back] == [r["grid_id"] or None for r in rows]
    assert [None if said["sent_at"] is None else said["sent_at"] + 946_684_800_000_000
            for said in back] == [r["sent_at"] for r in rows]  # fmt: skip
    assert [said["worker_id"] for said in back] == [11 + i for i in range(len(rows))]
    assert {said["flags"] for said in back} == {4}
