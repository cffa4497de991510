"""What the store sends of many workers' fixes, taken apart: columns by slot, however gathered."""

from collections.abc import Sequence

import numpy as np

from console_server.gathered_copy import PG_EPOCH_US
from console_server.replay.fixes import Holdings, Ints, ReplayMark
from console_server.replay.reader import columns_of

NONE = np.empty(0, np.int64)
NOBODY_HOLDS = Holdings(NONE, NONE, NONE, NONE)
KINDS = (">i4", ">i8", ">f8", ">f8", ">i4", ">f4", ">i4")
AT_US = 1_795_287_600_000_000
Row = tuple[int, int, float, float, int, float, int]


def sent(*groups: Sequence[Row]) -> bytes:
    """A binary COPY of one row a group, each of its columns an array, as PostgreSQL writes it."""
    copied = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
    for rows in groups:
        copied += len(KINDS).to_bytes(2, "big")
        for kind, column in zip(KINDS, zip(*rows, strict=True), strict=True):
            copied += array_of(kind, column)
    return copied + b"\xff\xff"


def array_of(kind: str, column: Sequence[float]) -> bytes:
    elements = np.zeros(len(column), np.dtype([("bytes", ">i4"), ("value", kind)]))
    elements["bytes"], elements["value"] = np.dtype(kind).itemsize, column
    head = np.array([1, 0, 0, len(column), 1], ">i4").tobytes()
    return np.array(len(head) + elements.nbytes, ">i4").tobytes() + head + elements.tobytes()


def fix(worker_id: int, lon: float, *, flags: int = 0, battery: float = 0.9) -> Row:
    return (worker_id, AT_US - PG_EPOCH_US, lon, 32.5, 0, battery, flags)


def ids(*worker_ids: int) -> Ints:
    return np.array(worker_ids, np.int64)


def test_workers_of_several_groups_find_their_slots() -> None:
    copied = sent([fix(250, 118.2), fix(201, 118.1)], [fix(7, 118.0), fix(7, 118.05)])
    found = columns_of(copied, ids(7, 201, 250), NOBODY_HOLDS)
    assert found.slot.tolist() == [2, 1, 0, 0]
    assert found.lon.tolist() == [118.2, 118.1, 118.0, 118.05]
    assert set(found.at_us.tolist()) == {AT_US}
    assert set(found.lat.tolist()) == {32.5}


def test_an_unknown_battery_is_not_a_low_one_and_a_simulated_fix_is_doubtful() -> None:
    rows = [fix(7, 118, battery=float("nan")), fix(7, 118, battery=0.1), fix(7, 118, flags=1)]
    found = columns_of(sent(rows), ids(7), NOBODY_HOLDS)
    assert found.marks.tolist() == [0, ReplayMark.LOW_BATTERY, ReplayMark.DOUBTFUL]


def test_a_time_in_which_nobody_was_anywhere_is_empty() -> None:
    assert len(columns_of(sent(), ids(7), NOBODY_HOLDS)) == 0
