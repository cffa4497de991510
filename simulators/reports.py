"""Owns which incidents come up: their classes, words and places, and when.

Words fit the classes of the pack in force, found by their names; an unknown pack gets its own class
names as titles. Reports from the field go by the reporter's handset, hotline calls by the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final
from uuid import uuid4

from console_server.wire.cases import NewIncident
from console_server.wire.packs import Pack, PackClass
from simulators.scenario import ReportPlan
from telemetry_ingest.wire.handset import ReportMessage

# A word of the class's name, then title and text as a worker would type them.
CATALOGUE: Final = (
    ("占道", "流动摊贩占道经营", "三辆三轮车占用人行道卖水果,行人绕行机动车道,劝离后又返回。"),
    ("占道", "店外经营占用盲道", "五金店把货架摆到盲道上,已口头提醒,店主称马上收,未动。"),
    ("井盖", "窨井盖缺失", "非机动车道雨水井盖不见了,已用树枝和雪糕筒临时围挡,请尽快补装。"),
    ("井盖", "井盖松动异响", "车辆经过时井盖翘起,夜间声音很大,居民反映多次。"),
    ("垃圾", "建筑垃圾乱堆放", "小区围墙外堆了十几袋装修垃圾,挡住消防通道口。"),
    ("垃圾", "垃圾桶满溢", "四个垃圾桶全满,周边散落,有异味,请安排清运。"),
    ("道路", "人行道地砖破损", "约两平方米地砖塌陷,老人差点绊倒,已拉警示带。"),
    ("道路", "渣土车抛洒路面", "路面有约三十米渣土带,扬尘明显,疑似早间工地车辆抛洒。"),
    ("消防通道", "私家车堵塞消防通道", "东门消防通道停了两辆车,未留电话,联系物业挪车未果。"),
    ("充电", "电动车飞线充电", "三楼窗口拉线下来给电动车充电,插座裸露在外。"),
    ("燃气", "楼道有燃气异味", "二单元楼道能闻到燃气味,已开窗通风并通知住户不要动火。"),
    ("可疑", "陌生人员逐户敲门", "两名自称检测水质的人员逐户敲门推销,无证件。"),
    ("打架", "棋牌室门口争执推搡", "两人因停车发生争执并推搡,已劝开,情绪仍激动。"),
    ("技防", "监控探头歪斜", "路口探头被货车刮歪,镜头朝下,看不到路面。"),
    ("技防", "路灯不亮", "从路口往东连续三盏路灯不亮,夜间通行昏暗。"),
    ("邻里", "楼上漏水引发争吵", "住户反映楼上卫生间漏水,双方争吵,请社区派人一起上门。"),
    ("物业", "电梯停运业主聚集", "二号楼电梯停运两天,十余名业主在物业办公室讨说法。"),
    ("门牌", "楼栋门牌脱落", "七号楼门牌脱落,快递和救护车找不到单元。"),
    ("意见", "居民建议增设座椅", "多位老人建议在公交站旁增设两条长椅。"),
    ("房屋", "出租房信息需更新", "六号楼新租住三户,房东未报备,已告知登记办法。"),
    ("走访", "高龄独居老人需上门走访", "邻居反映老人几天没下楼,请上门看望。"),
    ("政策咨询", "咨询医保参保政策", "居民询问新生儿参保办理时限和所需材料。"),
    ("法律咨询", "咨询租房押金纠纷", "租客退租后房东不退押金,询问如何处理。"),
    ("证照", "代办老年优待证", "老人行动不便,请网格员上门收材料代办。"),
    ("物资", "代领慰问物资", "住户腿伤不能下楼,请代领并送上门。"),
)
DURESS_WORD: Final = "求助"  # comes by the SOS key, never by a report
HOTLINE_TITLE: Final = "12345转办:{title}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one incident is about."""

    class_code: str
    title: str
    text: str
    severity: int = 3


class Desk:
    """Draws incidents that fit a pack."""

    def __init__(self, pack: Pack, draw: Random) -> None:
        self._draw = draw
        parents = {each.parent_code for each in pack.classes}
        leaves = [
            each
            for each in pack.classes
            if each.code not in parents and DURESS_WORD not in each.name
        ]
        self._subjects = _subjects(leaves) or [
            Subject(each.code, each.name, each.name, each.severity) for each in leaves
        ]

    def subject(self, *words: str) -> Subject:
        """What an incident is about; of the first word that any title has, if words are given."""
        found = ([s for s in self._subjects if word in s.title] for word in words)
        return self._draw.choice(next(filter(None, found), self._subjects))

    def report(self, at_s: float, lon: float, lat: float) -> ReportMessage:
        """A worker's report of something seen here."""
        about = self.subject()
        return ReportMessage(
            id=str(uuid4()),
            at=round(at_s, 3),
            lon=round(lon, 7),
            lat=round(lat, 7),
            text=about.text,
            cls=about.class_code,
            title=about.title,
        )

    def hotline(self, lon: float, lat: float) -> NewIncident:
        """A resident's call about something there."""
        about = self.subject()
        return NewIncident(
            class_code=about.class_code,
            title=HOTLINE_TITLE.format(title=about.title),
            description=f"来电人反映:{about.text}",
            lon=round(lon, 7),
            lat=round(lat, 7),
            client_id=str(uuid4()),
        )


@dataclass(slots=True)
class Pace:
    """When the next incident comes up, Unix seconds."""

    plan: ReportPlan
    draw: Random
    began_s: float
    next_s: float = 0.0

    def __post_init__(self) -> None:
        self.next_s = self.began_s + self.plan.first_after_s

    def is_due(self, now_s: float, open_count: int) -> bool:
        """Whether one is due now and the queue takes more; then the next one is set."""
        if now_s < self.next_s or open_count >= self.plan.open_limit:
            return False
        early = now_s - self.began_s < self.plan.early_for_s
        every_s = self.plan.early_every_s if early else self.plan.every_s
        self.next_s = now_s + every_s * self.draw.uniform(0.75, 1.25)
        return True

    def by_hotline(self) -> bool:
        """Whether the next one comes from outside."""
        return self.draw.random() < self.plan.hotline_share


def _subjects(leaves: Sequence[PackClass]) -> list[Subject]:
    found = []
    for word, title, text in CATALOGUE:
        match = next((each for each in leaves if word in each.name), None)
        if match is not None:
            found.append(Subject(match.code, title, text, match.severity))
    return found
