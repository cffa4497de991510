"""Whom each rule of each shipped pack asks, held to what the place itself published."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from attendance_days import DAY, GRID, OUT_LON, PACK, at, checkpoint, day, span, standing, walking
from python_calamine import CalamineWorkbook

from console_server.attendance.day import DayInput, DayRule, TourGrid, input_hash
from console_server.attendance.export import workbook
from console_server.attendance.inputs import _exempt, frame_of
from console_server.attendance.missing import what_is_missing
from console_server.attendance.month_book import MonthBook
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.attendance.wire_form import summary_of
from console_server.packs.pack import RulePack, load_pack, parse_pack
from console_server.packs.toml_file import PackError

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
EVERYBODY = None
EVERY: tuple[DayRule, ...] = ("patrol", "share", "twice_daily", "checkpoints")
# pack, rule, who is published (or, where nothing is, the example) to be asked. A night watch asks
# whose shift it is, and a must-visit list whose grid the place lies in: neither goes by post.
ASKED: Sequence[tuple[str, str, tuple[str, ...] | None]] = (
    ("xingdian", "patrol", EVERYBODY),
    ("xingdian", "share", EVERYBODY),
    ("xingdian", "twice_daily", EVERYBODY),
    ("xingdian", "checkpoints", EVERYBODY),
    ("xingdian", "night_watch", EVERYBODY),
    ("gaoxin", "patrol", ("社区网格员", "小区网格员")),
    ("gaoxin", "share", ("社区网格员", "小区网格员")),
    ("gaoxin", "guide_tour", ("网格指导员",)),
    ("jingjiang", "patrol", EVERYBODY),
    ("jingjiang", "twice_daily", EVERYBODY),
    ("jinshui", "patrol", EVERYBODY),
    ("jinshui", "visits", EVERYBODY),
    ("dongcheng", "patrol", ("网格助理员",)),
)
RULES = ("patrol", "share", "twice_daily", "checkpoints", "night_watch", "guide_tour", "visits")


@pytest.mark.parametrize(("code", "rule", "posts"), ASKED, ids=[f"{a}-{b}" for a, b, _ in ASKED])
def test_rule_asks_exactly_those_who_are_published_to_be_asked(
    code: str, rule: str, posts: tuple[str, ...] | None
) -> None:
    rules = getattr(load_pack(code), rule)
    assert rules is not None
    assert (getattr(rules, "posts", ()) or None) == posts


@pytest.mark.parametrize("code", ["xingdian", "gaoxin", "jingjiang", "jinshui", "dongcheng"])
def test_no_pack_has_a_rule_that_the_table_does_not_name(code: str) -> None:
    pack = load_pack(code)
    found = {rule for rule in RULES if getattr(pack, rule) is not None}
    assert found == {rule for name, rule, _ in ASKED if name == code}


def exempt(pack: RulePack, *posts: str) -> tuple[DayRule, ...]:
    return _exempt(frame_of(DAY, pack, NOW), posts)


def test_post_decides_who_is_asked_and_without_a_post_nothing_says_otherwise() -> None:
    dongcheng, gaoxin = load_pack("dongcheng"), load_pack("gaoxin")
    assert exempt(dongcheng, "网格助理员") == ()
    assert exempt(dongcheng, "网格民警") == ("patrol",)
    assert exempt(dongcheng) == ()
    assert exempt(gaoxin, "社区网格长") == ("patrol", "share")
    assert exempt(gaoxin, "小区网格员") == ()


def test_who_changed_posts_on_a_day_is_not_asked_for_what_only_one_of_them_is() -> None:
    assert exempt(load_pack("dongcheng"), "网格助理员", "网格管理员") == ("patrol",)
    assert exempt(load_pack("gaoxin"), "社区网格员", "小区网格员") == ()


def judged(given: DayInput) -> DayVerdict:
    return judge_days(PACK, [given])[0]


def elsewhere(**more: object) -> DayInput:
    """A day on which nothing that the rules ask for was done."""
    points = (checkpoint(1), checkpoint(2))
    return day(*standing("08:30", "17:30", lon=OUT_LON, every_s=60), checkpoints=points, **more)


def test_day_of_who_is_not_asked_has_no_outcome_and_asks_for_nothing() -> None:
    found = judged(elsewhere(exempt=EVERY))
    assert set(summary_of(found).outcomes()) == {None}
    assert (found.share.required, found.patrols.required, found.others) == (0.0, 0, ())
    assert (found.share.lower, found.patrols.count) == (0.0, 0)  # what was is still told
    assert set(summary_of(judged(elsewhere())).outcomes()) == {"not_met"}


def test_good_day_of_who_is_not_asked_has_no_outcome_either() -> None:
    rows = walking("08:30", "17:30")
    found = judged(day(*rows, exempt=EVERY))
    assert set(summary_of(found).outcomes()) == {None}
    assert found.patrols.count == judged(day(*rows)).patrols.count


def test_rules_that_do_ask_are_not_touched() -> None:
    some, whole = judged(elsewhere(exempt=("patrol",))), judged(elsewhere())
    assert some.patrols.outcome is None
    assert (some.share, some.twice_daily, some.others) == (
        whole.share,
        whole.twice_daily,
        whole.others,
    )


def test_night_watch_asks_whose_shift_it_is() -> None:
    night = day(*walking("20:00", "21:00"), planned=(span("20:00", "24:00"),), exempt=EVERY)
    assert [each.outcome for each in judged(night).others] == ["met"]


def test_nobody_is_told_to_do_what_is_not_asked() -> None:
    def missing(exempted: tuple[DayRule, ...]) -> list[str]:
        given = elsewhere(now_us=at("12:00"), exempt=exempted)
        return [each.rule for each in what_is_missing(PACK, given, judged(given))]

    assert missing(EVERY) == []
    assert missing(("patrol", "share")) == ["twice_daily", "checkpoints"]
    assert missing(()) == ["in_grid", "patrols", "twice_daily", "checkpoints"]


def test_a_guide_who_is_held_to_the_tour_is_told_nothing_of_the_share() -> None:
    guided = elsewhere(now_us=at("12:00"), tour=(TourGrid(GRID, None),))
    assert what_is_missing(PACK, guided, judged(guided)) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [("dongcheng", "≥ 1 次（网格助理员）"), ("gaoxin", "1/3（社区网格员、小区网格员）")],
)
def test_workbook_says_under_its_title_whom_a_rule_asks(code: str, said: str) -> None:
    book = workbook(MonthBook("2026-11", DAY, load_pack(code), ()))
    [_, note, *_] = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert said in str(note[0])


def test_post_is_part_of_the_input_only_where_it_decides() -> None:
    given = elsewhere()
    assert input_hash(PACK, replace(given, exempt=("patrol",))) != input_hash(PACK, given)
    assert frame_of(DAY, PACK, NOW).asks_for_posts is False
    assert frame_of(DAY, load_pack("dongcheng"), NOW).asks_for_posts is True


def test_post_that_nobody_can_hold_is_a_fault_with_its_line() -> None:
    text = load_pack("dongcheng").text
    line = text.splitlines().index('posts = ["网格助理员"]') + 1
    with pytest.raises(PackError) as raised:
        parse_pack(text.replace('posts = ["网格助理员"]', 'posts = ["网格助理"]'), "mine.toml")
    expected = f"mine.toml:{line}: patrol.posts: 网格助理 is not in structure.staffing"
    assert str(raised.value) == expected
