import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_ingest.duty import (
    REAFFIRMED_WITHIN_US,
    DutyEvent,
    Period,
    Periods,
    Timelines,
    merged,
    newly_off,
    with_events,
)
from telemetry_ingest.fix import FOREVER_US

STEP = REAFFIRMED_WITHIN_US  # nearer repeats of "on" are left out on purpose

events = st.lists(st.builds(DutyEvent, st.integers(1, 30).map(lambda n: n * STEP), st.booleans()))
periods = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: Period(min(p), max(p))),
    max_size=8,
).map(merged)


def on(n: int) -> DutyEvent:
    return DutyEvent(n * STEP, on=True)


def off(n: int) -> DutyEvent:
    return DutyEvent(n * STEP, on=False)


def covered(rows: Periods, at_us: int) -> bool:
    return any(row.started_us <= at_us < row.ended_us for row in rows)


def stated(all_events: list[DutyEvent], at_us: int) -> bool:
    """Whether the last event up to an instant says on; at one instant, off wins."""
    past = [event for event in all_events if event.at_us <= at_us]
    return bool(past) and max(past, key=lambda e: (e.at_us, not e.on)).on


@given(events, st.randoms(), st.integers(0, 5))
def test_order_and_repeats_of_events_do_not_matter(
    said: list[DutyEvent], random: Random, cut: int
) -> None:
    shuffled = [*said, *said[:3]]
    random.shuffle(shuffled)
    in_parts = with_events(with_events((), shuffled[:cut]), shuffled[cut:])
    assert in_parts == with_events((), said)


@given(events)
def test_on_duty_is_what_the_last_event_said(said: list[DutyEvent]) -> None:
    rows = with_events((), said)
    for n in range(32):
        for at_us in (n * STEP, n * STEP + 1):
            assert covered(rows, at_us) == stated(said, at_us)


@given(events)
def test_rows_have_distinct_starts_and_do_not_overlap(said: list[DutyEvent]) -> None:
    rows = with_events((), said)
    assert len({row.started_us for row in rows}) == len(rows)
    for first, second in itertools.pairwise(rows):
        assert first.ended_us <= second.started_us


@given(events, events)
def test_newly_off_is_exactly_what_was_on_and_is_not(
    before: list[DutyEvent], more: list[DutyEvent]
) -> None:
    old, new = with_events((), before), with_events((), [*before, *more])
    gaps = newly_off(old, new)
    for n in range(32):
        at_us = n * STEP + 1
        assert covered(gaps, at_us) == (covered(old, at_us) and not covered(new, at_us))


def test_an_off_that_comes_before_its_on_ends_it() -> None:
    rows = with_events(with_events((), [off(5)]), [on(2)])
    assert [row for row in rows if row.ended_us > row.started_us] == [Period(2 * STEP, 5 * STEP)]


def test_an_off_that_comes_after_the_next_on_leaves_the_next_on_alone() -> None:
    rows = with_events((), [on(8), on(13)])
    assert covered(rows, 12 * STEP)
    late = with_events(rows, [off(12)])
    assert newly_off(rows, late) == (Period(12 * STEP, 13 * STEP),)
    assert late == (Period(8 * STEP, 12 * STEP), Period(13 * STEP, FOREVER_US))


def test_saying_on_again_and_again_makes_few_rows() -> None:
    rows = ()
    for minute in range(480):
        rows = with_events(rows, [DutyEvent(minute * 60_000_000, on=True)])
    assert len(rows) == 48
    assert merged(rows) == (Period(0, FOREVER_US),)


@given(
    st.dictionaries(st.integers(1, 6), periods, max_size=5),
    st.lists(st.tuples(st.integers(0, 8), st.integers(-1, 42)), max_size=60),
)
def test_timelines_cover_what_their_periods_cover(
    by_handset: dict[int, Periods], asked: list[tuple[int, int]]
) -> None:
    handset = np.array([h for h, _ in asked], dtype=np.int64)
    at_us = np.array([t for _, t in asked], dtype=np.int64)
    expected = [covered(by_handset.get(h, ()), t) for h, t in asked]
    assert Timelines.of(by_handset).covers(handset, at_us).tolist() == expected


@pytest.mark.parametrize("rows", [(), (Period(5, 5),)])
def test_a_period_of_no_length_covers_nothing(rows: Periods) -> None:
    found = Timelines.of({1: rows}).covers(np.array([1, 1]), np.array([5, 4]))
    assert not found.any()
