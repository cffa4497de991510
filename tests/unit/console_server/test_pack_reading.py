"""Rule packs: the shipped ones, and what is said of a faulty one."""

from fractions import Fraction

import pytest

from console_server.packs.intake_rules import DURESS
from console_server.packs.pack import load_pack, parse_pack, shipped_packs
from console_server.packs.rules import WorkingTime
from console_server.packs.told import told
from console_server.packs.toml_file import PackError
from console_server.wire.packs import PackVisitList, PackVisits

XINGDIAN = load_pack("xingdian").text


def faults_of(text: str) -> str:
    with pytest.raises(PackError) as raised:
        parse_pack(text, "mine.toml")
    return str(raised.value)


@pytest.mark.parametrize("code", ["dongcheng", "gaoxin", "jingjiang", "jinshui", "xingdian"])
def test_shipped_pack_is_read_under_its_own_code(code: str) -> None:
    assert load_pack(code).code == code


def test_five_deployments_are_shipped() -> None:
    assert shipped_packs() == ("dongcheng", "gaoxin", "jingjiang", "jinshui", "xingdian")


def test_xingdian_has_eight_groups_of_which_three_are_published() -> None:
    groups = load_pack("xingdian").groups
    assert len(groups) == 8
    assert [each.name for each in groups if not each.example] == [
        "治安处突",
        "小区治理",
        "市政维护",
    ]


def test_xingdian_has_the_published_number_of_classes_sub_classes_and_items() -> None:
    pack = load_pack("xingdian")
    levels = [
        [each for each in pack.classes if len(pack.lineage(each.code)) == n] for n in (1, 2, 3)
    ]
    assert list(map(len, levels)) == [9, 22, 81]
    assert all(each.example for each in levels[1] + levels[2])
    assert not any(each.example for each in levels[0])
    names = [each.name for each in pack.classes]
    assert len(set(names)) == len(names)


def test_item_of_xingdian_is_handled_and_limited_as_its_sub_class_says() -> None:
    pack = load_pack("xingdian")
    assert pack.group_of("060301") == "huanjing"
    assert pack.due_after("030301") == WorkingTime(clock_hours=0.5)
    assert pack.severity_of("060201") == 1


def test_published_rules_are_not_marked_as_examples() -> None:
    gaoxin, jingjiang = load_pack("gaoxin"), load_pack("jingjiang")
    assert gaoxin.share is not None
    assert (gaoxin.share.min_share, gaoxin.share.example) == (Fraction(1, 3), False)
    assert jingjiang.twice_daily is not None
    assert not jingjiang.twice_daily.example


def test_demo_rules_of_xingdian_are_marked_as_examples() -> None:
    pack = load_pack("xingdian")
    assert pack.share is not None
    assert pack.twice_daily is not None
    assert pack.share.example
    assert pack.twice_daily.example


def test_standby_is_held_to_the_rules_unless_the_pack_says_otherwise() -> None:
    assert load_pack("xingdian").work.standby_counts
    assert not load_pack("jingjiang").work.standby_counts


def test_sub_class_inherits_limit_group_and_severity() -> None:
    pack = load_pack("xingdian")
    assert pack.due_after("0101") == WorkingTime(days=3)
    assert pack.group_of("0302") == "xiaoqu"
    assert pack.severity_of("0501") == 3


def test_unknown_class_gets_the_default_limit_and_the_fallback_group() -> None:
    pack = load_pack("xingdian")
    assert pack.due_after("nope") == pack.dispatch.default_due
    assert pack.group_of("nope") == "minsheng"


def test_misspelt_key_is_named_with_file_and_line() -> None:
    faults = faults_of(XINGDIAN.replace("min_share", "min_shar"))
    line = XINGDIAN.splitlines().index('min_share = "1/3"') + 1
    assert faults == f"mine.toml:{line}: key $.share.min_shar is not known"


def test_wrong_type_is_named_with_file_line_and_key() -> None:
    faults = faults_of(XINGDIAN.replace("per_day = 1", 'per_day = "one"'))
    line = XINGDIAN.splitlines().index("per_day = 1") + 1
    assert faults.startswith(f"mine.toml:{line}: Expected `int`")
    assert "$.patrol.per_day" in faults


def test_every_dangling_code_is_named_at_once() -> None:
    text = XINGDIAN.replace('parent = "03"', 'parent = "77"').replace('code = "anquan"', 'code="x"')
    faults = faults_of(text).splitlines()
    lines = text.splitlines()
    first_parent = lines.index('parent = "77"') + 1
    group = lines.index('group = "anquan"') + 1
    assert f"mine.toml:{first_parent}: classes 0301: parent 77 does not exist" in faults
    assert f"mine.toml:{group}: classes 03: group anquan does not exist" in faults


def test_classes_that_are_their_own_ancestors_are_refused() -> None:
    text = XINGDIAN.replace('code = "01"\n', 'code = "01"\nparent = "0101"\n', 1)
    assert "classes 01: its parents lead back to itself" in faults_of(text)


def test_share_above_one_is_refused() -> None:
    assert "share.min_share: 2 is not" in faults_of(XINGDIAN.replace('"1/3"', '"2"'))


def test_text_that_is_no_toml_is_named_with_its_line() -> None:
    assert faults_of('code = "a"\nname = \n').startswith("mine.toml:2: Invalid value")


def test_missing_key_is_named_at_the_table_that_lacks_it() -> None:
    faults = faults_of(XINGDIAN + '\n[[classes]]\nname = "无编码"\n')
    assert faults.startswith(f"mine.toml:{len(XINGDIAN.splitlines()) + 2}: ")
    assert "missing required field `code`" in faults


def test_fault_inside_an_array_of_inline_tables_is_named_where_the_array_begins() -> None:
    faults = faults_of(XINGDIAN.replace('by = ["duty_leader"] }', "by = [] }", 1))
    line = XINGDIAN.splitlines().index("approvals = [") + 1
    assert faults == f"mine.toml:{line}: workflow.approvals suspended: nobody may approve it"


def test_missing_file_is_named() -> None:
    with pytest.raises(PackError, match=r"nowhere\.toml: No such file"):
        load_pack("nowhere")


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("xingdian", "zhian"),
        ("gaoxin", "zongzhi"),
        ("jingjiang", "zongzhi"),
        ("jinshui", "anquan"),
        ("dongcheng", "minjing"),
    ],
)
def test_a_call_for_help_goes_to_the_group_that_the_pack_names_for_it(
    code: str, group: str
) -> None:
    pack = load_pack(code)
    assert pack.group_of(DURESS) == told(pack).duress_group == group
    silent = parse_pack(pack.text.replace(f'duress_group = "{group}"\n', ""))
    assert silent.group_of(DURESS) == pack.dispatch.fallback_group


def test_a_group_for_calls_for_help_that_does_not_exist_is_named_with_its_line() -> None:
    text = XINGDIAN.replace('duress_group = "zhian"', 'duress_group = "nobody"')
    line = text.splitlines().index('duress_group = "nobody"') + 1
    assert faults_of(text) == (
        f"mine.toml:{line}: dispatch.duress_group: group nobody does not exist"
    )


def test_a_pack_that_lists_calls_for_help_as_a_class_says_there_who_handles_them() -> None:
    text = XINGDIAN + '\n[[classes]]\ncode = "duress"\nname = "一键求助"\ngroup = "maodun"\n'
    assert parse_pack(text).group_of(DURESS) == "maodun"


def test_published_meetings_lists_and_notices_are_kept_and_examples_marked() -> None:
    gaoxin, jingjiang = load_pack("gaoxin"), load_pack("jingjiang")
    meetings = [each for each in gaoxin.arrangements if each.times is not None]
    assert [(each.who[0], each.times, each.per) for each in meetings] == [
        ("网格指导员", 1, "quarter"),
        ("社区网格长", 1, "month"),
        ("社区网格员", 2, "month"),
    ]
    assert len(gaoxin.structure.information_classes) == 8
    assert jingjiang.admitted
    assert all(each.example for each in jingjiang.admitted)
    assert "培训记录" in [each.name for each in load_pack("jinshui").arrangements]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('[[arrangements]]\ncode = "a"\nname = "例会"\ntimes = 2', "times and per come together"),
        ('[[arrangements]]\ncode = "a"\nname = "例会"\ntimes = 0\nper = "month"', "times 0 is not"),
        ('[[arrangements]]\ncode = "a"\nname = "例会"\ntimes = 1\nper = "moon"', "Invalid enum"),
        ('[[admitted]]\ncode = "a"\nname = "检查"\ngroup = "x"', "group x does not exist"),
        ('[[admitted]]\ncode = "safety"\nname = "检查"', "code safety stands more than once"),
    ],
)
def test_a_faulty_arrangement_is_named_with_its_line(written: str, reason: str) -> None:
    text = load_pack("jingjiang").text + "\n" + written + "\n"
    faults = faults_of(text)
    assert reason in faults
    assert int(faults.split(":")[1]) > len(text.splitlines()) - 6


def test_a_pack_says_whether_a_visit_counts_for_all_of_a_grid() -> None:
    text = load_pack("jinshui").text
    assert told(parse_pack(text)).visits == PackVisits(
        per_month=1,
        min_work_days=5,
        shared=False,
        lists=[
            PackVisitList("bifang", "三必访", ["老党员", "楼栋长", "志愿者"], example=False),
            PackVisitList(
                "bikan", "三必看", ["空巢老人", "困难和残疾群体", "重点对象"], example=False
            ),
            PackVisitList("bicha", "三必查", ["流动人口", "矛盾纠纷", "安全隐患"], example=False),
        ],
    )
    together = told(parse_pack(text.replace("shared = false", "shared = true"))).visits
    assert together is not None
    assert together.shared
    assert told(load_pack("gaoxin")).visits is None


def test_visits_that_no_month_can_hold_and_a_switch_that_is_none_are_named() -> None:
    text = load_pack("jinshui").text
    line = text.splitlines().index("per_month = 1") + 1
    often = faults_of(text.replace("per_month = 1", "per_month = 29"))
    assert often == f"mine.toml:{line}: visits.per_month: not between 1 and 28"
    assert "$.visits.shared" in faults_of(text.replace("shared = false", 'shared = "ja"'))
