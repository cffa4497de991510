"""The cache of the running day: what it holds equals what the store would give."""

import numpy as np
from attendance_days import at, fix, fixes
from hypothesis import given
from hypothesis import strategies as st

from console_server.attendance.running_fixes import with_more

ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 2)), max_size=30, unique=True).map(
    sorted
)


@given(rows=ROWS, split=st.integers(0, 30), again=st.sets(st.integers(0, 29)))
def test_late_fresh_and_repeated_fixes_join_to_the_whole(
    rows: list[tuple[int, int]], split: int, again: set[int]
) -> None:
    whole = [fix(at("09:00") + second * 1_000_000, handset=phone) for second, phone in rows]
    shuffled = whole[::2] + whole[1::2]
    first = sorted(shuffled[:split])
    more = sorted(shuffled[split:] + [each for index, each in enumerate(first) if index in again])
    joined = with_more(fixes(*first), fixes(*more))
    assert sorted(joined.tolist()) == fixes(*whole).tolist()
    assert np.all(np.diff(joined["at_us"]) >= 0)
