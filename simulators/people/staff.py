"""Owns the people of a district: who works where, full or part time, in which functional group.

Names are invented; telephone numbers start with 12, which no mobile network in China uses.
When they are on duty is `roster`'s matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from simulators.town.areas import Area
from simulators.town.names import person_namer

USUAL_WORKERS = 295  # 59 grids with 1 full-time and 4 part-time workers each
FULL_TIME, PART_TIME = "专职", "兼职"
# Codes of xingdian's functional groups, for a district that is made without a pack.
USUAL_GROUPS = (
    "zhian",
    "xiaoqu",
    "shizheng",
    "huanjing",
    "anquan",
    "maodun",
    "minsheng",
    "xuanchuan",
)
ONE_IN_GROUP = 6  # every sixth worker belongs to a functional group
SKILLS = ("急救", "调解", "电工", "消防", "水暖", "法律", "手语", "无人机", "驾驶")


@dataclass(frozen=True)
class Worker:
    """One grid worker; `group` is a functional group's code or empty."""

    number: str
    name: str
    category: str
    phone: str
    grid_codes: tuple[str, ...]
    group: str
    skills: tuple[str, ...]


def employ(
    grids: tuple[Area, ...], workers: int, seed: int, groups: Sequence[str] = USUAL_GROUPS
) -> tuple[Worker, ...]:
    """Staff the grids as evenly as the number allows; a grid's first worker is full-time."""
    rng = Random(f"{seed}/staff")
    names = person_namer(rng)
    posts = _posts(grids, workers)
    joined = rng.sample(range(workers), max(workers // ONE_IN_GROUP, 0))
    group_of = {post: groups[i % len(groups)] for i, post in enumerate(joined)} if groups else {}
    return tuple(
        Worker(
            number=f"XD{i + 1:05d}",
            name=next(names),
            category=FULL_TIME if is_first else PART_TIME,
            phone=f"12{rng.randrange(100):02d}{i + 1:07d}",
            grid_codes=(grid.code,),
            group=group_of.get(i, ""),
            skills=tuple(rng.sample(SKILLS, rng.choice((0, 0, 1, 1, 2)))),
        )
        for i, (grid, is_first) in enumerate(posts)
    )


def _posts(grids: tuple[Area, ...], workers: int) -> list[tuple[Area, bool]]:
    """One post a worker. Too few for all grids: each community gets its share of them."""
    by_serial = sorted(grids, key=lambda grid: (grid.code[-3:], grid.code))
    base, extra = divmod(workers, len(grids))
    size = {grid.code: base + (rank < extra) for rank, grid in enumerate(by_serial)}
    return [(grid, place == 0) for grid in grids for place in range(size[grid.code])]
