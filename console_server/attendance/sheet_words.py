"""What the sheets of attendance say, in Chinese and in English.

Owns the words alone: the columns' order is `sheet_lines.py`'s, the look `export.py`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from console_server.attendance.outcomes import Rule
from console_server.languages import Language, listed
from console_server.wire.attendance import Outcome


@dataclass(frozen=True, slots=True)
class SheetWords:
    """The words of one language."""

    outcomes: Mapping[Outcome | None, str]
    so_far: Mapping[Outcome, str]
    rules: Mapping[Rule, str]
    final: str
    running: str
    open: str
    day_heads: tuple[str, ...]
    person_heads: tuple[str, ...]
    month_heads: tuple[str, ...]
    calendar_heads: tuple[str, ...]
    sheets: Mapping[str, str]
    titles: Mapping[str, str]
    count_width: float  # of a column that is headed by an outcome, in digits
    total: str
    tour: str
    pack: Callable[[str, str], str]  # its name and version
    made: Callable[[str], str]  # when
    summary_note: str
    calendar_note: str
    running_days: Callable[[int], str]
    nothing: Mapping[str, str]
    none_final: Callable[[int], str]
    page: str
    example: str
    share: Callable[[str], str]
    patrols: Callable[[int], str]
    twice_daily: str
    checkpoints: Callable[[int], str]
    night_watch: str
    visits: Callable[[int, bool], str]
    only: Callable[[Sequence[str]], str]  # whom alone a rule asks
    between: str
    file_title: str


ZH: Final = SheetWords(
    outcomes={"met": "达标", "not_met": "未达标", "undecided": "待定", None: "—"},
    so_far={"met": "暂达标", "undecided": "进行中"},
    rules={
        "in_grid": "在格",
        "patrols": "巡查",
        "twice_daily": "双巡",
        "checkpoints": "巡更点",
        "night_watch": "巡夜",
    },
    final="最终",
    running="当日未结束",
    open="未结",
    day_heads=(
        "日期", "工号", "姓名", "网格", "应勤时数", "任务外出时数", "系统故障时数", "申诉免计时数",
        "计入时数", "在格时数", "不明时数", "在格率下限", "在格率上限", "在格判定", "巡查次数",
        "可能次数", "巡查判定", "双巡判定", "巡更点判定", "巡夜判定", "未达标项", "状态",
    ),
    person_heads=(
        "工号", "姓名", "网格", "天数", "计入时数", "在格时数", "在格率下限", "在格率上限",
    ),
    month_heads=(
        "工号", "姓名", "规则", "应完成", "已完成", "最多可能", "判定", "未完成的网格或场所",
        "状态",
    ),
    calendar_heads=("工号", "姓名"),
    sheets={"summary": "汇总", "calendar": "月历", "daily": "每日明细", "monthly": "月度规则"},
    titles={
        "summary": "考勤汇总",
        "calendar": "考勤月历",
        "daily": "每日考勤",
        "monthly": "按月判定的规则",
    },
    count_width=7,
    total="合计",
    tour="网格指导员月度巡查",
    pack=lambda name, version: f"规则包 {name} {version}",
    made=lambda at: f"导出于 {at}",
    summary_note="汇总只计已最终判定的日期，待定不作未达标",
    calendar_note=(
        "每格取当日各项规则中最差的一项：✓ 达标　✕ 未达标　? 待定　○ 暂达标　… 进行中；"
        "合计只计已最终判定的日期"
    ),
    running_days=lambda days: f"另有 {days} 人天尚未最终判定，未计入",
    nothing={
        "summary": "本月没有考勤记录。",
        "calendar": "本月没有考勤记录。",
        "daily": "本月没有考勤记录。",
    },
    none_final=lambda days: (
        f"本月尚无最终判定的日期（{days} 人天进行中或未结），最终判定后计入汇总；"
        "已有判定见“每日明细”。"
    ),
    page="第 &P 页，共 &N 页",
    example="（示例）",
    share=lambda least: f"在格率 ≥ {least}",
    patrols=lambda count: f"每日巡查 ≥ {count} 次",
    twice_daily="一日双巡",
    checkpoints=lambda count: f"巡更点每日 ≥ {count} 处",
    night_watch="上下半夜各巡一次",
    visits=lambda days, shared: (
        f"走访清单各点每月 ≥ {days} 天，"
        + ("同网格任一人到访即可" if shared else "每人均须到访")
    ),
    only=lambda posts: f"（{listed(posts, 'zh')}）",
    between="；",
    file_title="考勤",
)  # fmt: skip

EN: Final = SheetWords(
    outcomes={"met": "met", "not_met": "not met", "undecided": "undecided", None: "—"},
    so_far={"met": "met so far", "undecided": "in progress"},
    rules={
        "in_grid": "In grid",
        "patrols": "Patrols",
        "twice_daily": "Twice daily",
        "checkpoints": "Checkpoints",
        "night_watch": "Night watch",
    },
    final="final",
    running="day running",
    open="open",
    day_heads=(
        "Date", "Code", "Name", "Grids", "Planned (h)", "On orders (h)", "Outage (h)",
        "Excused (h)", "Work time (h)", "In grid (h)", "Unknown (h)", "Share at least",
        "Share at most", "Share in grid", "Patrols", "Possible patrols", "Patrol rule",
        "Twice daily", "Check-points", "Night watch", "Not met", "State",
    ),
    person_heads=(
        "Code", "Name", "Grids", "Days", "Work time (h)", "In grid (h)", "Share at least",
        "Share at most",
    ),
    month_heads=(
        "Code", "Name", "Rule", "Required", "Done", "At most", "Outcome",
        "Grids or places not done", "State",
    ),
    calendar_heads=("Code", "Name"),
    sheets={
        "summary": "Summary", "calendar": "Calendar", "daily": "Days", "monthly": "Monthly rules",
    },
    titles={
        "summary": "attendance summary",
        "calendar": "attendance calendar",
        "daily": "attendance day by day",
        "monthly": "rules judged by the month",
    },
    count_width=10,
    total="Total",
    tour="Guide's monthly tour",
    pack=lambda name, version: f"rule pack {name} {version}",
    made=lambda at: f"Exported {at}",
    summary_note="Only days with a final verdict are counted; undecided is no failure",
    calendar_note=(
        "Each cell is the worst of that day's rules: ✓ met   ✕ not met   ? undecided   "
        "○ met so far   … in progress. Totals count days with a final verdict only"
    ),
    running_days=lambda days: f"{days} worker-days without a final verdict are left out",
    nothing={
        "summary": "Nothing is on record for this month.",
        "calendar": "Nothing is on record for this month.",
        "daily": "Nothing is on record for this month.",
    },
    none_final=lambda days: (
        f"No day of this month has a final verdict yet ({days} worker-days are running or open). "
        "Days are added up once they are final; what is known of them is on the sheet Days."
    ),
    page="Page &P of &N",
    example=" (example)",
    share=lambda least: f"share in grid ≥ {least}",
    patrols=lambda count: f"patrols a day ≥ {count}",
    twice_daily="two patrols a day, one in each half",
    checkpoints=lambda count: f"checkpoints a day ≥ {count}",
    night_watch="one patrol in each half of the night",
    visits=lambda days, shared: (
        f"every place of a must-visit list on ≥ {days} days a month, "
        + ("by anybody of the grid" if shared else "by everybody")
    ),
    only=lambda posts: f" ({listed(posts, 'en')})",
    between="; ",
    file_title="Attendance",
)  # fmt: skip

WORDS: Final[Mapping[Language, SheetWords]] = {"zh": ZH, "en": EN}
