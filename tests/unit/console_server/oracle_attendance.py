"""Attendance once more, as simply as can be: one day, one rule, one second's thought at a time.

Shares nothing with the engine but the input's shape; its stays are in `oracle_stays.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle_stays import (
    SECOND,
    Fix,
    Ground,
    Span,
    fixes_of,
    in_spans,
    metres_apart,
    stays_of,
    timeline,
)

from console_server.attendance.day import DayInput
from console_server.packs.pack import RulePack
from console_server.packs.rules import PatrolRules, ShareRules


@dataclass
class Result:
    stays: list[list[Any]] = field(default_factory=list)  # [from, to, judgement, cause]
    inside: int = 0
    outside: int = 0
    unknown: int = 0
    order: int = 0
    outage: int = 0
    share: tuple[float, float] | None = None
    share_outcome: str | None = None
    patrols: tuple[int, int, str | None] = (0, 0, None)
    windows: list[bool] = field(default_factory=list)
    twice_outcome: str | None = None
    checkpoints: tuple[int, int, int, str] | None = None  # count, possible, required, outcome


def amount(
    stays: list[list[Any]],
    spans: Sequence[Span],
    judgement: str,
    *,
    with_cause: bool = False,
    cause: str | None = None,
) -> int:
    return sum(
        max(0, min(stay[1], end) - max(stay[0], start))
        for stay in stays
        for start, end in spans
        if stay[2] == judgement and (stay[3] or not with_cause)
        if cause is None or stay[3] == cause
    )


def decide(surely: bool, possibly: bool) -> str:  # noqa: FBT001 - as short as can be
    return "met" if surely else "undecided" if possibly else "not_met"


def judge_share(
    result: Result,
    stays: list[list[Any]],
    day: DayInput,
    rules: ShareRules,
    has_ground: bool,  # noqa: FBT001
) -> None:
    result.inside = amount(stays, day.work, "inside")
    result.outside = amount(stays, day.work, "outside")
    result.outage = amount(stays, day.work, "unknown", cause="outage")
    result.unknown = amount(stays, day.work, "unknown") - result.outage
    result.order = amount(stays, day.work, "on_order")
    work = result.inside + result.outside + result.unknown
    if not work or not has_ground:
        return
    maybe = amount(stays, day.work, "on_order", with_cause=True) + result.outage
    best, best_of = result.inside + result.unknown + maybe, work + maybe
    result.share = (result.inside / work, best / best_of)
    ahead = sum(end - start for start, end in day.outstanding)
    required = rules.min_share
    if "share" not in day.exempt:
        result.share_outcome = decide(
            result.inside >= required * work, best + ahead >= required * (best_of + ahead)
        )


def runs(stays: list[list[Any]], window: Span, labels: set[str], brief: float) -> list[list[int]]:
    found, away, until = [], 0, None
    clipped = [(max(s, window[0]), min(e, window[1]), j) for s, e, j, _ in stays]
    clipped = [each for each in clipped if each[0] < each[1]]
    for start, end, judgement, cause in stays:
        low, high = max(start, window[0]), min(end, window[1])
        if low >= high:
            continue
        away += low - until if until is not None else 0
        until = high
        label = judgement + ("?" if judgement == "on_order" and cause else "")
        if label in labels:
            borders = sum(
                j == "outside" and (e == low or s == high) for s, e, j in clipped
            )  # the ends at which the border was crossed
            if found and away <= brief:
                found[-1][1] = high
                found[-1][2] += high - low
                found[-1][3] += borders
            else:
                found.append([low, high, high - low, borders])
            away = 0
        elif judgement != "on_order":
            away += high - low
    return found


def places(
    fixes: list[Fix], day: DayInput, low: int, high: int, rules: PatrolRules
) -> tuple[int, int, int, int]:
    """(cells, possible cells, checkpoints, possible checkpoints) in a stretch of time."""
    good = [
        fix
        for fix in fixes
        if low <= fix["at"] <= high
        and fix["inside"]
        and not (fix["coarse"] or fix["still"] or fix["mock"] or fix["doubtful"])
    ]
    cells, proved, skipped, before = set(), set(), 0, None
    for fix in good:
        x, y = fix["ground"].rectangle.metres(fix["lon"], fix["lat"])
        cell = (math.floor(x / rules.cell_m), math.floor(y / rules.cell_m))
        cells.add(cell)
        if fix["acc"] <= rules.cell_m / 2 or not fix["stated"]:
            proved.add(cell)
        if before:
            skipped += math.floor(max(abs(x - before[0]), abs(y - before[1])) / rules.cell_m)
        before = (x, y)
    sure, maybe = set(), set()
    for fix in fixes:
        if not low <= fix["at"] <= high or fix["mock"] or fix["doubtful"]:
            continue
        for point in day.checkpoints:
            if not point.from_us <= fix["at"] < point.to_us:
                continue
            apart = metres_apart(fix, {"lon": point.lon, "lat": point.lat})
            if apart + (fix["acc"] if fix["stated"] else 0) <= point.radius_m:
                sure.add(point.checkpoint_id)
            if apart <= point.radius_m + fix["acc"]:
                maybe.add(point.checkpoint_id)
    scanned = {
        point.checkpoint_id
        for point in day.checkpoints
        if any(low <= at <= high for at in point.scanned_us)
    }
    return len(proved), len(cells) + skipped, len(sure | scanned), len(maybe | scanned)


def covers(cells: int, checkpoints: int, rules: PatrolRules) -> bool:
    if rules.min_cells is None and rules.min_checkpoints is None:
        return True
    enough = rules.min_cells is not None and cells >= rules.min_cells
    return enough or (rules.min_checkpoints is not None and checkpoints >= rules.min_checkpoints)


def patrols(
    stays: list[list[Any]], fixes: list[Fix], day: DayInput, rules: PatrolRules, window: Span
) -> list[tuple[bool, bool]]:
    """(certain, divisible) of each patrol that is possible in the window."""
    brief = rules.brief_exit_s * SECOND
    least = rules.min_duration_s * SECOND
    sure_runs = runs(stays, window, {"inside"}, brief)
    found = []
    for low, high, present, borders in runs(
        stays, window, {"inside", "unknown", "on_order?"}, brief
    ):
        inner = [run for run in sure_runs if low <= run[0] < high]
        unknown = present > sum(run[2] for run in inner)
        certain = False
        for run_low, run_high, run_present, run_borders in inner:
            cells, _, points, _ = places(fixes, day, run_low, run_high, rules)
            surely = run_present - run_borders * 15 * SECOND
            certain |= surely >= least and covers(cells, points, rules)
        _, cells, _, points = places(fixes, day, low, high, rules)
        perhaps = present + borders * 15 * SECOND
        if certain or (perhaps >= least and (unknown or covers(cells, points, rules))):
            found.append((certain, unknown))
    return found


def judge(pack: RulePack, day: DayInput, grounds: list[Ground], windows: Sequence[Span]) -> Result:
    """Everything at once. `grounds` and `windows` in the oracle's own shapes."""
    windows = () if "twice_daily" in day.exempt else windows
    result = Result(windows=[False] * len(windows))
    if not day.domain:
        return result
    has_ground = any(each.grid_ids for each in grounds)
    fixes = fixes_of(day, grounds, pack.judgement)
    result.stays = stays_of(day, timeline(day, fixes, pack.judgement))
    assert pack.share is not None
    judge_share(result, result.stays, day, pack.share, has_ground)
    if has_ground:
        judge_patrols(result, day, fixes, pack, windows)
    return result


def judge_patrols(
    result: Result, day: DayInput, fixes: list[Fix], pack: RulePack, windows: Sequence[Span]
) -> None:
    rules = pack.patrol
    assert rules is not None
    least = rules.min_work_s * SECOND
    ahead = sum(end - start for start, end in day.outstanding)
    found = patrols(result.stays, fixes, day, rules, (day.domain[0][0], day.domain[-1][1]))
    count = sum(certain for certain, _ in found)
    hidden = any(unknown for _, unknown in found) or bool(ahead)
    exempt = "patrol" in day.exempt
    possible = max(len(found), rules.per_day if hidden and not exempt else 0)
    outcome = decide(count >= rules.per_day, possible >= rules.per_day)
    obliged = free_in(result.stays, day, (0, 1 << 62)) + ahead >= least
    asks = not exempt and (obliged or outcome == "met")
    result.patrols = (count, possible, outcome if asks else None)
    asked = []
    for index, window in enumerate(windows):
        found = patrols(result.stays, fixes, day, rules, window)
        result.windows[index] = any(certain for certain, _ in found)
        to_come = sum(max(0, min(b, window[1]) - max(a, window[0])) for a, b in day.outstanding)
        if free_in(result.stays, day, window) + to_come >= least:
            asked.append(decide(result.windows[index], bool(found) or to_come > 0))
    if day.planned and pack.checkpoints and obliged and "checkpoints" not in day.exempt:
        result.checkpoints = judge_checkpoints(result, day, fixes, pack)
    worst_first = [each for each in ("not_met", "undecided", "met") if each in asked]
    if worst_first:
        result.twice_outcome = worst_first[0]
    elif windows and all(result.windows):
        result.twice_outcome = "met"


def judge_checkpoints(
    result: Result, day: DayInput, fixes: list[Fix], pack: RulePack
) -> tuple[int, int, int, str] | None:
    assert pack.patrol is not None
    assert pack.checkpoints is not None
    everywhere = {point.checkpoint_id for point in day.checkpoints}
    lasting = {number for number in everywhere if lasts(number, day)}
    required = min(pack.checkpoints.per_day, len(lasting))
    if not required or not day.work:
        return None
    _, _, sure, maybe = places(fixes, day, day.domain[0][0], day.domain[-1][1], pack.patrol)
    ahead = sum(end - start for start, end in day.outstanding)
    if amount(result.stays, day.work, "unknown") + ahead >= 300 * SECOND:
        maybe = len(everywhere)
    return sure, maybe, required, decide(sure >= required, maybe >= required)


def lasts(number: int, day: DayInput) -> bool:
    """Whether a checkpoint was there at every instant of the planned time."""
    spans = [(p.from_us, p.to_us) for p in day.checkpoints if p.checkpoint_id == number]
    edges = {edge for span in spans for edge in span}
    return all(
        in_spans(at, spans)
        for start, end in day.planned
        for at in (start, end - 1, *(e for e in edges if start <= e < end))
    )


def free_in(stays: list[list[Any]], day: DayInput, window: Span) -> int:
    """Planned work time in a window, not on an order elsewhere, the system not broken."""
    if not day.planned:
        return 0
    work = [(max(a, window[0]), min(b, window[1])) for a, b in day.work]
    work = [(a, b) for a, b in work if a < b]
    broken = amount(stays, work, "unknown", cause="outage")
    return sum(b - a for a, b in work) - amount(stays, work, "on_order") - broken
