"""Chinese words of the measures' workbook: why a warning is given, and what every figure counts.

Owns this wording alone; consoles have catalogues of their own.
"""

from typing import Final

from console_server.wire.measures import EarlyWarning, EarlyWarnings, SourceFamily

FAMILIES: Final[dict[SourceFamily, str]] = {
    "own": "大联勤工单",
    "hotline": "12345",
    "resident": "居民",
    "petition": "信访",
}


def nothing_rises(found: EarlyWarnings) -> str:
    """What stands where there is no warning."""
    if found.weeks < found.weeks_needed:
        return f"只有 {found.weeks} 周可比数据，不足 {found.weeks_needed} 周，不作预警。"
    return f"近7天与此前 {found.weeks} 周相比，{found.cells} 个类别×区域中没有明显上升。"


def in_words(warning: EarlyWarning) -> str:
    """Why it is flagged, in a sentence."""
    weekly = "、".join(map(str, warning.weekly))
    parts = [
        f"近7天 {warning.count} 件，此前 {len(warning.weekly)} 周平均每周 {warning.mean:.1f} 件",
        f"（逐周 {weekly}）",
    ]
    raised = [
        f"{FAMILIES[each.source]} {each.count} 件（周均 {each.mean:.1f}）"
        for each in warning.sources
        if each.count
    ]
    if raised:
        parts.append("，其中 " + "、".join(raised))
    if warning.sub_classes:
        named = "、".join(f"{each.name} {each.count} 件" for each in warning.sub_classes)
        parts.append(f"，主要为 {named}")
    return "".join(parts) + "。"


DEFINITIONS: Final = (
    ("期间", "案件按上报时间计入期间；此后何时受理、办结都算在该期间。“当前超期”不受期间限制。"),
    ("上报", "期间内上报的案件，不含作废和并案。"),
    ("受理", "上报中已受理的；不予受理、待受理另列，三者之和等于上报。"),
    ("办结率", "已结案 ÷（已结案 + 已过时限仍未结案）。时限未到、依批准停表的不计入。"),
    ("按期率", "时限内处置完毕 ÷（处置完毕 + 过时限未处置）。时限按工作时，含批准的挂账、延期。"),
    ("返工率", "至少返工一次 ÷ 处置过的案件；按人员统计时记在被返工者名下。"),
    ("响应", "上报到首次接单的钟表时间。"),
    ("到场", "下达任务到首个到场的钟表时间；未报到场、由处置完毕补记的不计。"),
    ("处置", "受理到处置完毕的钟表时间。"),
    ("中位、九成", "一半、九成的案件不超过该时长；样本为参与计算的案件数。"),
    ("人员", "每件只记一人：处置者，未处置的为当前承办人。"),
    ("预警", "近7天与此前最多8周比较，按两个总体同率的精确检验，控制误报比例不超过 5%。"),
)  # fmt: skip
