import json
from pathlib import Path

import numpy as np
from frame_reading import read_frame
from hypothesis import given
from hypothesis import strategies as st

from console_server.live.frame import Columns, encode_frame, no_columns

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "contracts" / "position_frame.json").read_text("utf-8")
)


def columns(rows: list[tuple[int, int, int, int, int]]) -> Columns:
    values = list(zip(*rows, strict=True)) if rows else [[]] * 5
    return Columns(
        np.array(values[0], dtype=np.int32),
        np.array(values[1], dtype=np.int32),
        np.array(values[2], dtype=np.uint32),
        np.array(values[3], dtype=np.uint8),
        np.array(values[4], dtype=np.uint8),
    )


def test_frames_are_the_golden_bytes() -> None:
    for case in GOLDEN["frames"]:
        wanted = case["columns"]
        names = ["lon_e7", "lat_e7", "fixed_at", "state", "course_2deg"]
        slots = np.array(wanted["slot"], dtype=np.uint32)
        rows = [(0, 0, 0, 0, 255)] * (int(slots.max()) + 1 if len(slots) else 0)
        for index, slot in enumerate(wanted["slot"]):
            rows[slot] = tuple(wanted[name][index] for name in names)
        frame = encode_frame(columns(rows), slots, case["server_time_s"])
        assert frame.hex() == case["hex"], case["name"]


def test_the_golden_bytes_say_what_their_columns_say() -> None:
    for case in GOLDEN["frames"]:
        read = read_frame(bytes.fromhex(case["hex"]))
        assert (
            read
            == {
                "magic": GOLDEN["magic"],
                "count": len(case["columns"]["slot"]),
                "server_time_s": case["server_time_s"],
            }
            | case["columns"]
        )


def test_a_frame_without_slots_is_a_heartbeat_of_sixteen_bytes() -> None:
    frame = encode_frame(no_columns(3), np.array([], dtype=np.uint32), 1.5)
    assert (len(frame), read_frame(frame)["count"]) == (16, 0)


byte = st.integers(0, 255)
row = st.tuples(
    st.integers(-1_800_000_000, 1_800_000_000),
    st.integers(-900_000_000, 900_000_000),
    st.integers(0, 2**32 - 1),
    byte,
    byte,
)


@given(st.lists(row, max_size=40), st.data())
def test_any_columns_survive_the_frame(
    rows: list[tuple[int, int, int, int, int]], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.integers(0, max(len(rows) - 1, 0)))) if rows else set()
    slots = sorted(chosen)
    read = read_frame(encode_frame(columns(rows), np.array(slots, dtype=np.uint32), 2.25))
    assert read["slot"] == slots
    names = ["lon_e7", "lat_e7", "fixed_at", "state", "course_2deg"]
    assert [tuple(read[name][i] for name in names) for i in range(len(slots))] == [
        rows[slot] for slot in slots
    ]


def test_a_new_slot_differs_and_an_equal_one_does_not() -> None:
    one = columns([(1, 2, 3, 4, 5), (6, 7, 8, 9, 10)])
    other = columns([(1, 2, 3, 4, 5), (6, 7, 8, 0, 10), (0, 0, 0, 0, 0)])
    assert other.differs_from(one).tolist() == [False, True, True]
