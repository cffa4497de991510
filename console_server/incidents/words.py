"""Chinese words for what a printed case file holds; consoles have catalogues of their own.

Owns this wording alone. A code without a word here is printed as it is.
"""

from typing import Final

from console_server.packs.pack import RulePack

STATUSES: Final = {
    "reported": "待受理",
    "accepted": "已受理",
    "rejected": "不予受理",
    "merged": "已并案",
    "dispatched": "已派遣",
    "handling": "处置中",
    "handled": "已处置",
    "verified": "已核查",
    "closed": "已结案",
    "evaluated": "已评价",
    "suspended": "挂账",
    "extended": "延期",
    "sent_back": "回退",
    "rework": "返工",
    "void": "作废",
}
STEPS: Final = {
    "ordered": "下达任务",
    "acknowledged": "接单",
    "en_route": "出发",
    "on_scene": "到场",
    "cleared": "处置完毕",
    "declined": "拒单",
    "cancelled": "撤回",
    "lapsed": "逾期未接单",
}
GROUP_STEPS: Final = {"accepted": "职能组接收", "done": "职能组办结", "withdrawn": "撤回职能组任务"}
RATINGS: Final = {"satisfied": "满意", "fair": "基本满意", "dissatisfied": "不满意"}
EVENTS: Final = {
    "opened": "案卷建立",
    "status": "状态",
    "dispatch": "派遣",
    "absorbed": "并入",
    "warned": "临期提醒",
    "overdue": "超时",
    "escalated": "升级",
    "reminded": "催办接单",
    "group": "交职能组",
    "asked": "申请",
    "ruled": "审批",
    "extended": "延长时限",
    "answered": "答复上报人",
    "photo": "添加照片",
    "rated": "群众评价",
    "help_answered": "接警",
    "group_step": "职能组进度",
    "supervised": "督办",
    "unsupervised": "解除督办",
    "upward": "上报上级",
}
SOURCES: Final = {
    "handset": "网格员手机终端",
    "dispatcher": "坐席录入",
    "hotline": "12345",
    "resident": "居民",
    "duress": "一键求助",
    "alert": "系统告警",
    "petition": "信访",
}
SEVERITIES: Final = {1: "特急", 2: "紧急", 3: "一般", 4: "轻微"}
CLASSES: Final = {"duress": "一键求助", "unclassified": "未分类(待定)"}  # those of no pack
ROLES: Final = {"dispatcher": "调度员", "duty_leader": "值班长", "administrator": "系统管理员"}


def class_in_words(code: str, pack: RulePack) -> str:
    """What the pack calls a class; a call for help and what is not sorted yet are in no pack."""
    found = pack.find_class(code)
    return found.name if found else CLASSES.get(code, code)
