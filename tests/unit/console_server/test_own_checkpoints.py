"""Which checkpoints were a worker's, and from when to when."""

from attendance_days import MIDDLE, checkpoint

from console_server.attendance.day import EVER_US, FOREVER_US
from console_server.attendance.own_grounds import GridCheckpoint, Holding, own_checkpoints

DAY = (1_000, 2_000)
HERE, THERE = 7, 8


def version(number: int, from_us: int, to_us: int, lon: float = MIDDLE[0]) -> GridCheckpoint:
    return GridCheckpoint(HERE, from_us, to_us, checkpoint(number, lon, MIDDLE[1]))


def held(from_us: int = 0, to_us: int = 9_000, grid: int = HERE) -> Holding:
    return Holding(1, grid, from_us, to_us)


def edges(versions: list[GridCheckpoint], *holdings: Holding) -> list[tuple[int, int, int]]:
    found = own_checkpoints({HERE: versions}, holdings, DAY)
    return [(each.checkpoint_id, each.from_us, each.to_us) for each in found]


def test_what_was_there_all_day_has_no_ends_whatever_comes_later() -> None:
    assert edges([version(1, 0, 9_000)], held()) == [(1, EVER_US, FOREVER_US)]
    assert edges([version(1, 1_000, 2_001)], held()) == [(1, EVER_US, FOREVER_US)]


def test_what_ended_before_or_began_after_is_not_there() -> None:
    assert edges([version(1, 0, 1_000), version(2, 2_001, 9_000)], held()) == []


def test_a_moved_checkpoint_is_there_twice_each_for_its_time() -> None:
    versions = [version(1, 0, 1_500), version(1, 1_500, 9_000, lon=118.7)]
    assert edges(versions, held()) == [(1, EVER_US, 1_500), (1, 1_500, FOREVER_US)]


def test_a_grid_that_was_handed_over_takes_its_checkpoints_along() -> None:
    assert edges([version(1, 0, 9_000)], held(to_us=1_400)) == [(1, EVER_US, 1_400)]
    assert edges([version(1, 0, 9_000)], held(grid=THERE)) == []


def test_a_grid_that_was_handed_back_at_once_was_never_away() -> None:
    again = (held(to_us=1_400), held(from_us=1_400))
    assert edges([version(1, 0, 9_000)], *again) == [(1, EVER_US, FOREVER_US)]
    later = (held(to_us=1_400), held(from_us=1_600))
    assert edges([version(1, 0, 9_000)], *later) == [(1, EVER_US, 1_400), (1, 1_600, FOREVER_US)]
