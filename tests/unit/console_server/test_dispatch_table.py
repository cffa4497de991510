from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console_server.dispatches.dispatch import (
    ENDED,
    RUNNING,
    TABLE,
    WAY,
    Advanced,
    Ignored,
    Progress,
    Status,
    advance,
)

ORDERED_AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([each for each in Status if each is not Status.ORDERED]),
        st.integers(-600, 600),  # the handset's clock, off by up to ten minutes
        st.integers(0, 120),  # seconds since the last message
    )
)


def minutes(count: float) -> datetime:
    return ORDERED_AT + timedelta(minutes=count)


def test_a_worker_acknowledges_goes_arrives_and_clears() -> None:
    progress = Progress(Status.ORDERED, ORDERED_AT)
    for minute, step in enumerate(WAY[1:], start=1):
        ruling = advance(progress, step, minutes(minute), minutes(minute))
        assert isinstance(ruling, Advanced)
        progress = ruling.after
    assert progress == Progress(
        Status.CLEARED, ORDERED_AT, minutes(1), minutes(2), minutes(3), minutes(4), minutes(4)
    )


def test_a_skipped_step_is_filled_in_with_the_time_of_the_later_one() -> None:
    ruling = advance(Progress(Status.ORDERED, ORDERED_AT), Status.ON_SCENE, minutes(5), minutes(6))
    assert ruling == Advanced(
        Progress(Status.ON_SCENE, ORDERED_AT, minutes(5), minutes(5), minutes(5)),
        (Status.ACKNOWLEDGED, Status.EN_ROUTE),
    )


def test_a_repeated_step_is_ignored() -> None:
    acknowledged = Progress(Status.ACKNOWLEDGED, ORDERED_AT, minutes(1))
    assert advance(acknowledged, Status.ACKNOWLEDGED, minutes(2), minutes(2)) == Ignored("repeated")


def test_a_step_that_was_overtaken_is_ignored() -> None:
    on_scene = Progress(Status.ON_SCENE, ORDERED_AT, minutes(1), minutes(1), minutes(2))
    assert advance(on_scene, Status.EN_ROUTE, minutes(1), minutes(3)) == Ignored("passed:on_scene")


def test_a_step_after_the_withdrawal_comes_too_late() -> None:
    cancelled = Progress(Status.CANCELLED, ORDERED_AT, ended_at=minutes(1))
    assert advance(cancelled, Status.ON_SCENE, minutes(2), minutes(2)) == Ignored(
        "too_late:cancelled"
    )


def test_an_order_lapses_only_while_nobody_acknowledged_it() -> None:
    assert [status for status in Status if Status.LAPSED in TABLE[status]] == [Status.ORDERED]


def test_a_clock_that_runs_ahead_cannot_put_a_step_into_the_future() -> None:
    ruling = advance(
        Progress(Status.ORDERED, ORDERED_AT), Status.ACKNOWLEDGED, minutes(60), minutes(1)
    )
    assert isinstance(ruling, Advanced)
    assert ruling.after.acknowledged_at == minutes(1)


@given(STEPS)
def test_no_walk_leaves_the_table_and_times_never_run_backwards(
    steps: list[tuple[Status, int, int]],
) -> None:
    progress, now = Progress(Status.ORDERED, ORDERED_AT), ORDERED_AT
    for to, clock_off_s, pause_s in steps:
        now += timedelta(seconds=pause_s)
        ruling = advance(progress, to, now + timedelta(seconds=clock_off_s), now)
        if isinstance(ruling, Ignored):
            assert to not in TABLE[progress.status]
            continue
        assert to in TABLE[progress.status]
        assert progress.status in RUNNING
        progress = ruling.after
        assert (progress.ended_at is not None) == (progress.status in ENDED)
        stamps = [
            progress.ordered_at,
            progress.acknowledged_at,
            progress.en_route_at,
            progress.on_scene_at,
            progress.cleared_at,
        ]
        known = [at for at in stamps if at is not None]
        assert known == sorted(known)
        assert known[-1] <= now
        if progress.status in WAY:
            assert all(stamps[: WAY.index(progress.status) + 1])
