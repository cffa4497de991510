"""Periods of a replay: what may be asked for, and that its chunks lose and repeat nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_reading import read_chunk

from console_server.errors import Invalid, NotFound
from console_server.replay.chunk import CHUNK_S, Span, encode_chunk
from console_server.replay.fixes import FixColumns, in_order, thinned
from console_server.replay.period import BINS_MAX, PERIOD_MAX, Period, period_asked

NOW = datetime(2026, 11, 21, 9, 0, 30, 500_000, tzinfo=UTC)
KEPT = NOW - timedelta(days=180)
HOUR = timedelta(hours=1)


def test_a_period_is_cut_at_now_and_to_whole_seconds() -> None:
    asked = period_asked(NOW - HOUR, NOW + HOUR, NOW, KEPT)
    assert asked == Period(
        datetime(2026, 11, 21, 8, 0, 30, tzinfo=UTC), datetime(2026, 11, 21, 9, 0, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW, NOW - HOUR),
        (NOW + HOUR, NOW + 2 * HOUR),
        (NOW - PERIOD_MAX - HOUR, NOW),
        (KEPT - 2 * HOUR, KEPT - HOUR),
        (NOW.replace(tzinfo=None) - HOUR, NOW),
        (datetime(1, 1, 1, tzinfo=UTC), NOW),
    ],
)
def test_what_cannot_be_replayed_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(Invalid):
        period_asked(start, end, NOW, KEPT)


def test_a_period_that_reaches_past_what_is_kept_is_allowed() -> None:
    assert period_asked(KEPT - HOUR, KEPT + HOUR, NOW, KEPT).length_s == 7200


@given(st.integers(1, int(PERIOD_MAX.total_seconds())))
def test_chunks_follow_each_other_without_a_gap(length_s: int) -> None:
    start = NOW.replace(microsecond=0)
    period = Period(start, start + timedelta(seconds=length_s))
    chunks = [period.chunk(index) for index in range(period.chunks)]
    assert chunks[0].from_at == period.from_at
    assert chunks[-1].to_at == period.to_at
    assert all(a.to_at == b.from_at for a, b in pairwise(chunks))
    assert all(0 < chunk.length_s <= CHUNK_S for chunk in chunks)
    assert length_s <= period.bin_s * BINS_MAX
    with pytest.raises(NotFound):
        period.chunk(period.chunks)


FIX = st.tuples(
    st.integers(0, 5),
    st.integers(0, CHUNK_S * 1_000_000 - 1),
    st.floats(-179.9, 179.9),
    st.floats(-89.9, 89.9),
    st.sampled_from((0, 8, 64)),
)


@given(st.lists(FIX, min_size=1, max_size=60))
def test_what_is_read_is_what_was_thinned(rows: list[tuple[int, int, float, float, int]]) -> None:
    start_s = int(NOW.timestamp())
    slot, at_us, lon, lat, marks = (np.array(column) for column in zip(*rows, strict=True))
    fixes = FixColumns(slot, start_s * 1_000_000 + at_us, lon, lat, marks.astype(np.uint8))
    kept = thinned(in_order(fixes))
    shown = read_chunk(encode_chunk(kept, Span(start_s, CHUNK_S, len(fixes))))
    assert [fix.slot for fix in shown] == kept.slot.tolist()
    assert [fix.marks for fix in shown] == kept.marks.tolist()
    assert [fix.lon for fix in shown] == pytest.approx(kept.lon.tolist(), abs=6e-7)
    assert [fix.lat for fix in shown] == pytest.approx(kept.lat.tolist(), abs=6e-7)
    late_s = kept.at_us / 1e6 - [fix.at_s for fix in shown]
    assert ((late_s > -1e-6) & (late_s < 0.1)).all()
