"""Owns the cases that a seeded district has behind it, as an earlier system would export them.

Ten weeks of reports by class, place and source, each dealt with like people do: mostly in time,
some late, a few sent back or not accepted. In the last week one community has clearly more of one
class, mostly by the hotline, so that a comparison of weeks has something to find. The file is for
`gridbeat import incidents`; nothing here knows how it is taken in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import numpy as np

from console_server.wire.cases import Pack
from simulators.city import City
from simulators.noise import random_of
from simulators.people.staff import Worker
from simulators.reports import Desk
from simulators.town.areas import Area

COLUMNS: Final = (
    "工单号", "来源", "类别", "标题", "情况", "经度", "纬度", "状态", "原因", "处置人",
    "上报时间", "受理时间", "派单时间", "接单时间", "到场时间", "首次处置时间", "返工时间",
    "处置时间", "结案时间",
)  # fmt: skip
WEEKS: Final = 10
A_DAY: Final = 11.0  # reports on a working day; weekends have two thirds
ENDS_BEFORE: Final = timedelta(minutes=40)
SOURCES: Final = {"网格员": 62, "12345": 22, "居民": 8, "坐席": 5, "信访": 3}  # in a hundred
HANDLING_MIN: Final = {1: 14.0, 2: 50.0, 3: 95.0, 4: 240.0}  # median by severity, 1 the gravest
RISE_WORDS: Final = ("垃圾", "占道", "意见")  # the first class that a pack has of these rises
RISE_CASES: Final = 14
REJECTED, VOID, REWORKED = 0.03, 0.012, 0.05
REASONS: Final = ("重复反映，已有工单在办", "不属于本辖区，已转相关街道", "经核实情况不存在")
BY_HOUR: Final = (1, 1, 0, 0, 0, 1, 3, 7, 12, 13, 11, 8, 6, 8, 11, 11, 9, 8, 7, 6, 5, 4, 3, 2)
LOCAL: Final = timedelta(hours=8)

Line = tuple[str, ...]


@dataclass(slots=True)
class Past:
    """Draws the past of one district."""

    city: City
    staff: Sequence[Worker]
    desk: Desk
    draw: Random
    now: datetime

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
        status, times = self._life(at, HANDLING_MIN[about.severity])
        if times[-1] is None or times[-1] > ends:
            return None
        return (
            *(f"LS{number:06d}", source, about.class_code, about.title, about.text),
            *(f"{lon:.7f}", f"{lat:.7f}", status),
            "" if status == "已结案" else self.draw.choice(REASONS),
            worker.number if status == "已结案" else "",
            *("" if each is None else each.isoformat(timespec="seconds") for each in (at, *times)),
        )

    def _life(self, at: datetime, usual_min: float) -> tuple[str, list[datetime | None]]:
        """The status, and the times of all steps after the report; None: it did not happen."""
        fate = self.draw.random()
        if fate < REJECTED + VOID:
            status = "不予受理" if fate < REJECTED else "作废"
            return status, [*[None] * 7, self._after(at, 12)]
        accepted = self._after(at, 2.5)
        ordered = self._after(accepted, 1.2)
        acknowledged = self._after(ordered, 1.1)
        on_scene = self._after(acknowledged, 9)
        handled = done = self._after(on_scene, usual_min)
        first = back = None
        if self.draw.random() < REWORKED:
            first, back = handled, self._after(handled, 60)
            done = self._after(back, usual_min)
        closed = self._after(done, 35)
        return "已结案", [accepted, ordered, acknowledged, on_scene, first, back, done, closed]

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
    return Past(city, staff, Desk(pack, draw), draw, now.astimezone(UTC)).lines()


def _local_midnight(at: datetime) -> datetime:
    local = at + LOCAL
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - LOCAL
