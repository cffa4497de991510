"""A scanned label counts as a touched checkpoint; what is on it; when a place speaks against it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from attendance_days import MIDDLE, PACK, at, checkpoint, day, span, standing

from console_server.attendance.day import input_hash
from console_server.attendance.outcome import Outcome
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.checkpoints.visit import (
    ScannedFrom,
    check_time,
    code_on,
    counts,
    counts_at,
    is_genuine,
    label_text,
)
from console_server.errors import Invalid
from console_server.packs.rules import CheckpointRules

RULED = replace(PACK, checkpoints=CheckpointRules(per_day=2))
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FLOORS = (checkpoint(1, MIDDLE[0] + 0.002), checkpoint(2, MIDDLE[0] + 0.002))


def judged(*scanned: tuple[str, ...]) -> DayVerdict:
    """A morning far from two floors of one house, with these scans of their labels."""
    points = tuple(
        replace(point, scanned_us=tuple(at(clock) for clock in clocks))
        for point, clocks in zip(FLOORS, scanned or ((), ()), strict=True)
    )
    rows = standing("09:00", "12:00", lon=MIDDLE[0] - 0.002)
    given = day(*rows, planned=(span("09:00", "12:00"),), checkpoints=points)
    return judge_days(RULED, [given])[0]


def test_scans_touch_the_checkpoints_that_no_fix_came_near() -> None:
    [without] = judged().others
    [with_scans] = judged(("09:30",), ("09:35", "11:00")).others
    assert (without.count, without.outcome) == (0, Outcome.NOT_MET)
    assert (with_scans.count, with_scans.outcome) == (2, Outcome.MET)


def test_a_scan_outside_of_the_work_time_does_not_count() -> None:
    [found] = judged(("09:30",), ("14:00",)).others
    assert (found.count, found.outcome) == (1, Outcome.NOT_MET)


def test_scans_are_part_of_what_a_verdict_rests_on_and_days_without_any_stay_as_they_were() -> None:
    plain = day(checkpoints=FLOORS)
    scanned = day(checkpoints=(replace(FLOORS[0], scanned_us=(at("09:30"),)), FLOORS[1]))
    assert input_hash(RULED, plain) != input_hash(RULED, scanned)


def test_a_label_is_read_back_even_with_a_dot_in_the_code() -> None:
    label = label_text("3.号楼", "s3cret")
    assert code_on(label) == "3.号楼"
    assert is_genuine(label, "3.号楼", "s3cret")
    assert not is_genuine(label, "3.号楼", "other")


@pytest.mark.parametrize("text", ["", "D1", ".", "D1.", ".secret", "https://example"])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        code_on(text)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "expected"),
    [(None, None, True), (0, 5, True), (130, 0, True), (131, None, False), (200, 70, True)],
)
def test_a_place_speaks_against_a_scan_only_beyond_all_doubt(
    distance_m: float | None, accuracy_m: float | None, expected: object
) -> None:
    assert counts(distance_m, accuracy_m, radius_m=30) is expected


@pytest.mark.parametrize("counted", [True, False])
def test_a_scan_is_judged_by_the_place_that_is_known_now(counted: bool) -> None:  # noqa: FBT001
    scanned = ScannedFrom(counted, *MIDDLE, 10.0)
    assert counts_at(scanned, *MIDDLE, radius_m=30)
    assert not counts_at(scanned, MIDDLE[0] + 0.005, MIDDLE[1], radius_m=30)
    assert counts_at(scanned, MIDDLE[0] + 0.005, MIDDLE[1], radius_m=500)


@pytest.mark.parametrize("counted", [True, False])
def test_a_scan_without_a_place_stays_as_it_was_found(counted: bool) -> None:  # noqa: FBT001
    assert counts_at(ScannedFrom(counted, None, None, None), *MIDDLE, radius_m=30) is counted


def test_a_scan_may_be_late_but_neither_future_nor_ancient() -> None:
    keep = timedelta(days=180)
    for good in (NOW + timedelta(minutes=5), NOW - timedelta(days=180)):
        check_time(good, NOW, keep)
    for bad in (NOW + timedelta(minutes=6), NOW - timedelta(days=181)):
        with pytest.raises(Invalid):
            check_time(bad, NOW, keep)
