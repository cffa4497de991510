"""Owns the cases that a seeded district has behind it, as an earlier system would export them.

Ten weeks of reports by class, place and source, each dealt with like people do: mostly in time,
some late, a few reworked or not accepted. As in any centre not all of it is over: some cases wait
to be verified, some for somebody to be sent, a few of them for too long, and a few are suspended.
In the last week one community has clearly more of one
class, mostly by the hotline, so that a comparison of weeks has something to find. The file is for
`gridbeat import incidents`; nothing here knows how it is taken in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import numpy as np

from console_server.wire.packs import Pack
from simulators.city import City
from simulators.noise import random_of
from simulators.people.staff import Worker
from simulators.reports import Desk
from simulators.town.areas import Area

COLUMNS: Final = (
    "工单号", "来源", "类别", "标题", "情况", "经度", "纬度", "状态", "原因", "处置人",
    "上报时间", "受理时间", "挂账时间", "派单时间", "接单时间", "到场时间", "首次处置时间",
    "返工时间", "处置时间", "结案时间",
)  # fmt: skip
WEEKS: Final = 10
A_DAY: Final = 11.0  # reports on a working day; weekends have two thirds
ENDS_BEFORE: Final = timedelta(minutes=40)
SOURCES: Final = {"网格员": 62, "12345": 22, "居民": 8, "坐席": 5, "信访": 3}  # in a hundred
HANDLING_MIN: Final = {1: 14.0, 2: 50.0, 3: 95.0, 4: 240.0}  # median by severity, 1 the gravest
RISE_WORDS: Final = ("垃圾", "占道", "意见")  # the first class that a pack has of these rises
RISE_CASES: Final = 14
REJECTED, VOID, REWORKED = 0.03, 0.012, 0.05
WAITS, WAITS_WITHIN = 0.05, timedelta(days=8)  # accepted, and nobody was sent yet
UNVERIFIED, UNVERIFIED_WITHIN = 0.14, timedelta(days=2)
SUSPENDED, SUSPENDED_WITHIN = 0.012, timedelta(weeks=4)
REASONS: Final = ("重复反映，已有工单在办", "不属于本辖区，已转相关街道", "经核实情况不存在")
WAITING_FOR: Final = ("需产权单位更换部件，已函告，待到货", "属雨季不宜施工，待天气转好后实施")
BY_HOUR: Final = (1, 1, 0, 0, 0, 1, 3, 7, 12, 13, 11, 8, 6, 8, 11, 11, 9, 8, 7, 6, 5, 4, 3, 2)
LOCAL: Final = timedelta(hours=8)

Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a report, and when; None: it did not happen."""

    status: str
    accepted: datetime | None = None
    suspended: datetime | None = None
    ordered: datetime | None = None
    acknowledged: datetime | None = None
    on_scene: datetime | None = None
    first_handled: datetime | None = None
    reworked: datetime | None = None
    handled: datetime | None = None
    closed: datetime | None = None

    def steps(self) -> tuple[datetime | None, ...]:
        """The times in the order of the columns."""
        return (
            *(self.accepted, self.suspended, self.ordered, self.acknowledged, self.on_scene),
            *(self.first_handled, self.reworked, self.handled, self.closed),
        )


@dataclass(slots=True)
class Past:
    """Draws the past of one district."""

    city: City
    staff: Sequence[Worker]
    desk: Desk
    draw: Random
    now: datetime
    suspends: bool = True  # whether the rule pack has 挂账

    def lines(self) -> list[Line]:
        """The rows below `COLUMNS`, oldest report first."""
        moments = sorted([*self._moments(), *self._rise_moments()])
        ends = self.now - ENDS_BEFORE
        drawn = (self._line(number, at, ends, rises) for number, (at, rises) in enumerate(moments))
        return [line for line in drawn if line is not None]

    def _moments(self) -> Iterator[tuple[datetime, bool]]:
        first = self.now - timedelta(weeks=WEEKS)
        for day in range(WEEKS * 7):
            midnight = _local_midnight(first + timedelta(days=day))
            weekend = (midnight + LOCAL).weekday() >= 5
            mean = A_DAY * (2 / 3 if weekend else 1)
            for _ in range(max(0, round(self.draw.gauss(mean, mean**0.5)))):
                hour = self.draw.choices(range(24), BY_HOUR)[0]
                yield midnight + timedelta(hours=hour, seconds=self.draw.randrange(3600)), False

    def _rise_moments(self) -> Iterator[tuple[datetime, bool]]:
        for _ in range(RISE_CASES):
            yield self.now - timedelta(hours=self.draw.uniform(5, 150)), True

    def _line(self, number: int, at: datetime, ends: datetime, rises: bool) -> Line | None:  # noqa: FBT001 - drawn with the moment
        grid = self.draw.choice(self._rising_grids() if rises else self.city.grids)
        lon, lat = self._place(grid.code)
        about = self.desk.subject(*RISE_WORDS) if rises else self.desk.subject()
        source = self.draw.choices(list(SOURCES), list(SOURCES.values()))[0]
        source = "12345" if rises and self.draw.random() < 0.7 else source
        worker = self.draw.choice(
            [w for w in self.staff if grid.code in w.grid_codes] or self.staff
        )
        life = self._as_of(ends, at, self._life(at, HANDLING_MIN[about.severity]))
        if life is None:
            return None
        return (
            *(f"LS{number:06d}", source, about.class_code, about.title, about.text),
            *(f"{lon:.7f}", f"{lat:.7f}", life.status, self._reason(life.status)),
            worker.number if life.ordered else "",
            *(
                "" if each is None else each.isoformat(timespec="seconds")
                for each in (at, *life.steps())
            ),
        )

    def _reason(self, status: str) -> str:
        if status == "挂账":
            return self.draw.choice(WAITING_FOR)
        return self.draw.choice(REASONS) if status in {"不予受理", "作废"} else ""

    def _as_of(self, ends: datetime, at: datetime, life: Life) -> Life | None:
        """The life as far as it has come; None: nobody has looked at the report yet."""
        if life.closed is not None and life.closed > ends:
            life = replace(life, status="已处置", closed=None)
        if life.handled is not None and life.handled > ends:
            life = Life("已受理", life.accepted)
        if life.status in {"不予受理", "作废", "已处置"}:
            reached = life.closed or life.handled
            return life if reached is not None and reached <= ends else None
        if life.accepted is None or life.accepted > ends:
            return None
        return self._left(ends, at, life)

    def _left(self, ends: datetime, at: datetime, life: Life) -> Life:
        """Some of the younger ones are still with the centre."""
        fate, age, accepted = self.draw.random(), ends - at, life.accepted
        if accepted is not None and age < WAITS_WITHIN and fate < WAITS:
            return Life("已受理", accepted)
        suspended = self._after(accepted, 90) if accepted is not None else ends
        young = age < SUSPENDED_WITHIN and suspended < ends
        if self.suspends and young and WAITS <= fate < WAITS + SUSPENDED:
            return Life("挂账", accepted, suspended)
        if life.status == "已结案" and age < UNVERIFIED_WITHIN and fate > 1 - UNVERIFIED:
            return replace(life, status="已处置", closed=None)
        return life

    def _life(self, at: datetime, usual_min: float) -> Life:
        """How the report is dealt with, to its end."""
        fate = self.draw.random()
        if fate < REJECTED + VOID:
            status = "不予受理" if fate < REJECTED else "作废"
            return Life(status, closed=self._after(at, 12))
        accepted = self._after(at, 2.5)
        ordered = self._after(accepted, 1.2)
        acknowledged = self._after(ordered, 1.1)
        on_scene = self._after(acknowledged, 9)
        handled = done = self._after(on_scene, usual_min)
        first = back = None
        if self.draw.random() < REWORKED:
            first, back = handled, self._after(handled, 60)
            done = self._after(back, usual_min)
        return Life(
            "已结案",
            accepted=accepted,
            ordered=ordered,
            acknowledged=acknowledged,
            on_scene=on_scene,
            first_handled=first,
            reworked=back,
            handled=done,
            closed=self._after(done, 35),
        )

    def _after(self, at: datetime, median_min: float) -> datetime:
        return at + timedelta(minutes=median_min * self.draw.lognormvariate(0, 0.75))

    def _place(self, grid_code: str) -> tuple[float, float]:
        spots = self.city.network.pavements(grid_code)
        if not len(spots):
            spots = np.flatnonzero(self.city.network.grid >= 0)
        lon, lat = self.city.network.lonlat[self.draw.choice(spots)]
        return float(lon), float(lat)

    def _rising_grids(self) -> list[Area]:
        code = self.city.communities[0].code
        return [grid for grid in self.city.grids if grid.parent == code]


def past_of(
    city: City, staff: Sequence[Worker], pack: Pack, seed: int, now: datetime
) -> list[Line]:
    """The cases of the ten weeks before `now`."""
    draw = random_of(seed, "past")
    suspends = "suspended" in pack.steps
    return Past(city, staff, Desk(pack, draw), draw, now.astimezone(UTC), suspends).lines()


def _local_midnight(at: datetime) -> datetime:
    local = at + LOCAL
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - LOCAL
