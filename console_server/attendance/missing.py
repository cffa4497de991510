"""What a worker still lacks today, and the shortest way to mend it.

Owns the arithmetic and the words of the notice to the handset; not when it is sent (`notices.py`).
Only what is certain counts as done, so nobody is told to be safe who is not. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from console_server.attendance.day import DayInput
from console_server.attendance.other_rules import Rule
from console_server.attendance.outcome import Outcome
from console_server.attendance.spans import SECOND_US, clip, from_us, length, whole
from console_server.attendance.twice_daily import windows_on
from console_server.attendance.verdict import DayVerdict, asked_of
from console_server.packs.pack import RulePack

EARLY_ENOUGH: Final = timedelta(hours=2)  # a shift this old at noon is told at noon
NOON_H: Final = 12
A_VISIT_S: Final = 300.0  # how long it takes to get to a further checkpoint
MissingRule = Literal["in_grid", "patrols", "twice_daily", "checkpoints", "night_watch"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One rule that is not met yet. `needed_s`: presence in the own grid, at least.

    `patrols`: how many more, of checkpoints where the rule is about those. `until`: when it must be
    done. `possible`: whether time is left.
    """

    rule: MissingRule
    needed_s: float
    patrols: int
    until: datetime
    possible: bool


def tell_at(pack: RulePack, given: DayInput) -> datetime | None:
    """When to tell: at noon, or in the middle of a shift that is over before or begins late."""
    edges = whole(given.planned)
    if edges is None:
        return None
    start, end = from_us(edges[0]), from_us(edges[1])
    local = start.astimezone(pack.zone)
    noon = local.replace(hour=NOON_H, minute=0, second=0, microsecond=0)
    middle = start + (end - start) / 2
    return min(noon, middle) if noon >= start + EARLY_ENOUGH else middle


def what_is_missing(pack: RulePack, given: DayInput, verdict: DayVerdict) -> list[Missing]:
    """The rules of a running day that are not met so far, with what would meet them."""
    edges = whole(given.outstanding)
    if edges is None:
        return []
    asked = (given, verdict, asked_of(pack, given))
    return [
        *_share(*asked),
        *_patrols(*asked),
        *_windows(*asked),
        *_checkpoints(given, verdict),
        *_nights(*asked),
    ]


def _share(given: DayInput, verdict: DayVerdict, pack: RulePack) -> Iterator[Missing]:
    """Presence that makes the share hold at the end of the planned time."""
    if pack.share is None or given.tour or not any(ground.grid_ids for ground in given.grounds):
        return
    ahead_us = length(given.outstanding)
    part, of = pack.share.min_share.numerator, pack.share.min_share.denominator
    needed_us = -(-(verdict.time.work_us + ahead_us) * part // of) - verdict.time.inside_us
    if needed_us > 0:
        end = from_us(given.outstanding[-1][1])
        yield Missing("in_grid", needed_us / SECOND_US, 0, end, needed_us <= ahead_us)


def _patrols(given: DayInput, verdict: DayVerdict, pack: RulePack) -> Iterator[Missing]:
    if pack.patrol is None or verdict.patrols.outcome in {None, Outcome.MET}:
        return
    more = pack.patrol.per_day - verdict.patrols.count
    needed_s = more * pack.patrol.min_duration_s
    possible = needed_s * SECOND_US <= length(given.outstanding)
    yield Missing("patrols", needed_s, more, from_us(given.outstanding[-1][1]), possible)


def _windows(given: DayInput, verdict: DayVerdict, pack: RulePack) -> Iterator[Missing]:
    """Windows that are not over and hold no certain patrol."""
    if pack.patrol is None or pack.twice_daily is None or verdict.twice_daily.outcome is None:
        return
    windows = windows_on(given.day, pack.twice_daily.windows, pack.zone)
    for window, done in zip(windows, verdict.twice_daily.windows, strict=False):
        left = clip(given.outstanding, *window)
        if left and not done:
            possible = length(left) >= pack.patrol.min_duration_s * SECOND_US
            yield Missing(
                "twice_daily", pack.patrol.min_duration_s, 1, from_us(left[-1][1]), possible
            )


def _checkpoints(given: DayInput, verdict: DayVerdict) -> Iterator[Missing]:
    """Different checkpoints that are still to be touched; a scan of the label is enough."""
    for each in verdict.others:
        if each.rule is Rule.CHECKPOINTS and each.count < each.required:
            more = each.required - each.count
            possible = length(given.outstanding) >= more * A_VISIT_S * SECOND_US
            until = from_us(given.outstanding[-1][1])
            yield Missing("checkpoints", more * A_VISIT_S, more, until, possible)


def _nights(given: DayInput, verdict: DayVerdict, pack: RulePack) -> Iterator[Missing]:
    """Shifts of the night that are not over and hold no certain patrol."""
    for each in verdict.others:
        left = clip(given.outstanding, each.from_us, each.to_us)
        if pack.patrol and each.rule is Rule.NIGHT_WATCH and left and not each.count:
            needed_s = pack.patrol.min_duration_s
            possible = length(left) >= needed_s * SECOND_US
            yield Missing("night_watch", needed_s, 1, from_us(left[-1][1]), possible)


def in_words(pack: RulePack, missing: list[Missing]) -> str:
    """The notice as the worker reads it."""
    parts = [_in_words(pack, each) for each in missing]
    return "今日还需:" + ";".join(parts) + "。任务、请假和系统故障时间不计入。"


def _in_words(pack: RulePack, each: Missing) -> str:
    until = f"{each.until.astimezone(pack.zone):%H:%M}"
    minutes = -(-round(each.needed_s) // 60)
    if each.rule == "in_grid":
        words = f"{until} 前在本网格内再停留 {minutes} 分钟"
    elif each.rule == "patrols":
        words = f"{until} 前再巡查 {each.patrols} 次(共至少 {minutes} 分钟)"
    elif each.rule == "checkpoints":
        words = f"{until} 前再到 {each.patrols} 处巡更点（到点或扫码均可）"
    else:
        words = f"{until} 前完成本时段巡查(至少 {minutes} 分钟)"
    return words if each.possible else f"{words}(剩余时间已不足)"
