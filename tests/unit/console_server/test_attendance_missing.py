"""What a worker is told at noon: what still lacks, and the shortest way to mend it."""

from dataclasses import replace
from datetime import time

from attendance_days import (
    MIDDLE,
    PACK,
    ZONE,
    Row,
    at,
    checkpoint,
    day,
    span,
    standing,
    walking,
)

from console_server.attendance.day import DayInput
from console_server.attendance.missing import Missing, in_words, tell_at, what_is_missing
from console_server.attendance.spans import from_us
from console_server.attendance.verdict import judge_days

OUT = 118.62


def noon(*rows: Row, now: str = "12:00", end: str = "17:00") -> tuple[DayInput, list[Missing]]:
    given = day(*rows, planned=(span("08:00", end),), now_us=at(now))
    return given, what_is_missing(PACK, given, judge_days(PACK, [given])[0])


def test_share_says_how_long_presence_must_last_by_the_end_of_the_shift() -> None:
    _, missing = noon(*walking("08:00", "09:00"), *standing("09:02", "12:00", lon=OUT))
    share = next(each for each in missing if each.rule == "in_grid")
    assert 1.9 * 3600 < share.needed_s < 2.1 * 3600  # a third of nine hours, less one
    assert share.possible
    assert share.until == from_us(at("17:00"))


def test_nothing_is_said_of_what_is_done() -> None:
    _, missing = noon(*walking("08:00", "12:00"))
    assert [each.rule for each in missing] == ["twice_daily"]  # the window of the afternoon
    assert "17:00 前完成本时段巡查(至少 20 分钟)" in in_words(PACK, missing)


def test_checkpoints_that_lack_are_said_and_a_scan_is_enough() -> None:
    points = (checkpoint(1, *MIDDLE), checkpoint(2, MIDDLE[0] + 0.002, MIDDLE[1]))
    rows = walking("08:00", "12:00")

    def lacks(*scanned: int) -> list[Missing]:
        far = replace(points[1], scanned_us=scanned)
        given = day(
            *rows,
            planned=(span("08:00", "17:00"),),
            now_us=at("12:00"),
            checkpoints=(points[0], far),
        )
        missing = what_is_missing(PACK, given, judge_days(PACK, [given])[0])
        return [each for each in missing if each.rule == "checkpoints"]

    [missing] = lacks()
    assert (missing.patrols, missing.possible, missing.until) == (1, True, from_us(at("17:00")))
    assert "17:00 前再到 1 处巡更点" in in_words(PACK, [missing])
    assert lacks(at("11:30")) == []


def test_shift_of_the_night_that_lacks_its_patrol_is_said() -> None:
    given = day(*walking("20:00", "21:00"), planned=(span("20:00", "29:00"),), now_us=at("21:00"))
    missing = what_is_missing(PACK, given, judge_days(PACK, [given])[0])
    nights = [each for each in missing if each.rule == "night_watch"]
    assert [each.until for each in nights] == [from_us(at("29:00"))]
    assert "05:00 前完成本时段巡查" in in_words(PACK, nights)


def test_what_cannot_be_mended_any_more_is_said_so() -> None:
    _, missing = noon(*standing("08:00", "16:30", lon=OUT, every_s=60), now="16:30")
    share = next(each for each in missing if each.rule == "in_grid")
    assert not share.possible
    assert "剩余时间已不足" in in_words(PACK, missing)


def test_workers_are_told_at_noon_or_in_the_middle_of_their_shift() -> None:
    def told(start: str, end: str) -> time:
        moment = tell_at(PACK, day(planned=(span(start, end),)))
        assert moment is not None
        return moment.astimezone(ZONE).time()

    assert told("08:00", "17:30") == time(12)
    assert told("07:00", "10:00") == time(8, 30)
    assert told("13:00", "19:00") == time(16)
    assert tell_at(PACK, day(planned=())) is None
