"""What the sheets of an assessment say, in Chinese and in English.

Owns the words alone; the look is `export.py`'s. Names of schemes, dimensions and grades are the
pack's and stay as they were written there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from console_server.assessment.score import State
from console_server.languages import Language
from console_server.packs.assessment_rules import Source


@dataclass(frozen=True, slots=True)
class SheetWords:
    """The words of one language."""

    sheets: tuple[str, str, str]
    result_heads: tuple[str, ...]
    last_head: str
    detail_heads: tuple[str, ...]
    rule_heads: tuple[str, ...]
    states: Mapping[State, str]
    sources: Mapping[Source, str]
    note: Callable[[str], str]
    made: Callable[[str], str]
    example_note: str
    between: str
    example: str
    too_little: str
    stored: Callable[[int], str]
    not_stored: str
    changed: str
    nobody: str
    formula: str
    grades: Callable[[str], str]
    grade: Callable[[str, float], str]
    page: str
    file_title: str


ZH: Final = SheetWords(
    sheets=("考核结果", "指标明细", "口径"),
    result_heads=("编号", "姓名/部门", "社区", "总分", "等次", "已知权重"),
    last_head="状态",
    detail_heads=(
        "编号", "姓名/部门", "维度", "指标", "分子", "分母", "待定", "值", "得分", "实占权重",
        "说明",
    ),
    rule_heads=("维度", "指标", "权重", "0 分对应值", "100 分对应值", "来源", "示例"),
    states={
        "known": "计入",
        "undecided": "待定，不计",
        "missing": "未录入，不计",
        "not_asked": "不适用",
    },
    sources={
        "attendance.in_grid": "日考勤：在格时长",
        "attendance.patrols": "日考勤：巡查",
        "attendance.twice_daily": "日考勤：一日双巡",
        "attendance.checkpoints": "日考勤：巡更点",
        "attendance.night_watch": "日考勤：巡夜",
        "attendance.guide_tour": "月度规则：指导员巡查",
        "attendance.visits": "月度规则：走访清单",
        "orders.acknowledged": "任务单：按时接收",
        "cases.handled_in_time": "案件：按期处置",
        "cases.without_rework": "案件：一次办结",
        "cases.closed": "案件：办结",
        "cases.satisfied": "案件：居民评价 4 分及以上",
        "manual": "人工录入（0–100）",
    },
    note=lambda version: (
        f"规则包版本 {version}；待定不计入；未录入或不适用的指标不计，其权重由其余指标分摊"
    ),
    made=lambda at: f"导出于 {at}",
    example_note="本考核的周期与口径为示例",
    between="；",
    example="示例",
    too_little="数据不足",
    stored=lambda revision: f"已归档，第 {revision} 版",
    not_stored="未归档",
    changed="（依据已变）",
    nobody="本周期没有考核对象。",
    formula="得分在两个对应值之间按直线换算；总分为各指标得分按实占权重加总",
    grades=lambda grades: f"等次：{grades}；已知权重不足时不定等次",
    grade=lambda name, least: f"{name} {least:g} 分及以上",
    page="第 &P 页，共 &N 页",
    file_title="考核",
)  # fmt: skip

EN: Final = SheetWords(
    sheets=("Results", "Indicators", "Rules"),
    result_heads=("Code", "Name/department", "Community", "Score", "Grade", "Weight known"),
    last_head="State",
    detail_heads=(
        "Code", "Name/department", "Dimension", "Indicator", "Achieved", "Counted", "Undecided",
        "Value", "Points", "Weight in effect", "Note",
    ),
    rule_heads=(
        "Dimension", "Indicator", "Weight", "Value of 0 points", "Value of 100 points", "Source",
        "Example",
    ),
    states={
        "known": "counts",
        "undecided": "undecided, left out",
        "missing": "not entered, left out",
        "not_asked": "not applicable",
    },
    sources={
        "attendance.in_grid": "days: time in the grid",
        "attendance.patrols": "days: patrols",
        "attendance.twice_daily": "days: two patrols",
        "attendance.checkpoints": "days: checkpoints",
        "attendance.night_watch": "days: night watch",
        "attendance.guide_tour": "months: guide's tour",
        "attendance.visits": "months: must-visit lists",
        "orders.acknowledged": "orders: acknowledged in time",
        "cases.handled_in_time": "cases: handled in time",
        "cases.without_rework": "cases: without rework",
        "cases.closed": "cases: closed",
        "cases.satisfied": "cases: rated 4 or 5 by residents",
        "manual": "entered by hand (0–100)",
    },
    note=lambda version: (
        f"rule pack version {version}; undecided is left out; what was not entered or not asked is "
        "left out, and the others share its weight"
    ),
    made=lambda at: f"Exported {at}",
    example_note="the period and the figures of this scheme are an example",
    between="; ",
    example="example",
    too_little="too little known",
    stored=lambda revision: f"stored, revision {revision}",
    not_stored="not stored",
    changed=" (basis changed)",
    nobody="Nobody is assessed in this period.",
    formula=(
        "Points lie on a straight line between the two values; the score is the sum of the points "
        "by their weights in effect"
    ),
    grades=lambda grades: f"Grades: {grades}; none where too little weight is known",
    grade=lambda name, least: f"{name} {least:g} points and more",
    page="Page &P of &N",
    file_title="Assessment",
)  # fmt: skip

WORDS: Final[Mapping[Language, SheetWords]] = {"zh": ZH, "en": EN}
