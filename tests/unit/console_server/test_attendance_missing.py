"""What a worker is told at noon: what still lacks, and the shortest way to mend it."""

from datetime import time

from attendance_days import PACK, ZONE, Row, at, day, span, standing, walking

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
