"""Attendance once more, as simply as can be: one day, one gap, one second's thought at a time.

Shares nothing with the engine but the input's shape. Own grids are rectangles here, so that the
geometry can be done by hand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from console_server.attendance.day import DayInput
from console_server.packs.pack import RulePack
from console_server.packs.rules import JudgementRules, PatrolRules, ShareRules

Fix = dict[str, Any]
Piece = tuple[int, int, str, str]
Span = tuple[int, int]
Point = tuple[float, float]
SECOND = 1_000_000
RADIUS = 6_371_008.8


@dataclass
class Rectangle:
    west: float
    south: float
    east: float
    north: float

    def clip(self, a: Point, b: Point) -> tuple[float, float] | None:
        """Shares (begin, end) of the line a-b inside, or None."""
        begin, end = 0.0, 1.0
        for start, step, low, high in (
            (a[0], b[0] - a[0], self.west, self.east),
            (a[1], b[1] - a[1], self.south, self.north),
        ):
            if step == 0:
                if not low <= start <= high:
                    return None
                continue
            first, second = sorted(((low - start) / step, (high - start) / step))
            begin, end = max(begin, first), min(end, second)
        return (begin, end) if begin < end else None

    def metres(self, lon: float, lat: float) -> Point:
        middle_lon, middle_lat = (self.west + self.east) / 2, (self.south + self.north) / 2
        scale = math.cos(math.radians(middle_lat))
        return (
            math.radians(lon - middle_lon) * scale * RADIUS,
            math.radians(lat - middle_lat) * RADIUS,
        )

    def distance_to_outline(self, lon: float, lat: float) -> float:
        x, y = self.metres(lon, lat)
        right, top = self.metres(self.east, self.north)
        if abs(x) <= right and abs(y) <= top:
            return min(right - abs(x), top - abs(y))
        return math.hypot(max(abs(x) - right, 0), max(abs(y) - top, 0))


@dataclass
class Ground:
    from_us: int
    to_us: int
    grid_ids: tuple[int, ...]
    rectangle: Rectangle | None


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


def metres_apart(a: Fix, b: Fix) -> float:
    middle = math.radians((a["lat"] + b["lat"]) / 2)
    east = math.radians(b["lon"] - a["lon"]) * math.cos(middle)
    return math.hypot(east, math.radians(b["lat"] - a["lat"])) * RADIUS


def in_spans(at: int, spans: Sequence[Span]) -> bool:
    return any(start <= at < end for start, end in spans)


def fixes_of(day: DayInput, grounds: list[Ground], rules: JudgementRules) -> list[Fix]:
    """Dictionaries in order of time, one for each instant, with everything judged about it."""
    rows = {tuple(row) for row in day.fixes.tolist()}
    by_time = {}
    for at, lon, lat, accuracy, grid, handset, mock in rows:
        said = accuracy if accuracy >= 0 else rules.assumed_accuracy_m
        fix = {"at": at, "lon": lon, "lat": lat, "acc": said, "grid": grid, "mock": mock}
        fix["stated"] = accuracy >= 0
        by_time.setdefault(at, []).append(((said, handset, lon, lat), fix))
    fixes = []
    for at in sorted(by_time):
        if not day.domain[0][0] <= at <= day.domain[-1][1]:
            continue
        several = [fix for _, fix in sorted(by_time[at], key=lambda each: each[0])]
        best = several[0]
        best["doubtful"] = any(
            metres_apart(best, each) > best["acc"] + each["acc"] for each in several
        )
        ground = [each for each in grounds if each.from_us <= at < each.to_us]
        best["ground"] = ground[-1] if ground else None
        best["inside"] = bool(ground) and best["grid"] in ground[-1].grid_ids
        best["coarse"] = best["still"] = False
        if ground and ground[-1].rectangle and best["acc"] > rules.border_allowance_m:
            near = ground[-1].rectangle.distance_to_outline(best["lon"], best["lat"])
            best["coarse"] = near <= best["acc"] - rules.border_allowance_m
        fixes.append(best)
    mark_still(fixes, rules)
    return fixes


def mark_still(fixes: list[Fix], rules: JudgementRules) -> None:
    """Fixes of pieces of 20 minutes in which the phone lay in one place, in a row of them."""
    long = rules.max_still_s * SECOND if rules.max_still_s is not None else math.inf
    for row in still_rows(fixes):
        lasted = row[-1][-1]["at"] - row[0][0]["at"] if row else -1
        for fix in (fix for piece in row for fix in piece):
            fix["still"] = lasted >= long


def still_rows(fixes: list[Fix]) -> list[list[list[Fix]]]:
    pieces: dict[int, list[Fix]] = {}
    for fix in fixes:
        pieces.setdefault(fix["at"] // (1200 * SECOND), []).append(fix)
    rows: list[list[list[Fix]]] = []
    for piece in pieces.values():
        if not lies_still(piece):
            rows.append([])
        elif rows and rows[-1] and same_place(rows[-1][-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def middle(piece: list[Fix]) -> Fix:
    count = len(piece)
    return {key: math.fsum(fix[key] for fix in piece) / count for key in ("lon", "lat", "acc")}


def lies_still(piece: list[Fix]) -> bool:
    centre = middle(piece)
    scatter = math.fsum(metres_apart_at(centre, fix) ** 2 for fix in piece) / len(piece)
    return math.sqrt(scatter) <= max(25.0, 1.5 * centre["acc"])


def metres_apart_at(centre: Fix, fix: Fix) -> float:
    """Metres on the plane of the centre's latitude."""
    east = math.radians(fix["lon"] - centre["lon"]) * math.cos(math.radians(centre["lat"]))
    return math.hypot(east, math.radians(fix["lat"] - centre["lat"])) * RADIUS


def same_place(before: list[Fix], after: list[Fix]) -> bool:
    a, b = middle(before), middle(after)
    return metres_apart(a, b) <= max(25.0, 2.0 * a["acc"], 2.0 * b["acc"])


def doubt_in(a: Fix, b: Fix, rules: JudgementRules) -> str:
    """Why the gap between two fixes says nothing; empty when it does say something."""
    gap_s = (b["at"] - a["at"]) / SECOND
    too_fast = metres_apart(a, b) - a["acc"] - b["acc"] > rules.max_speed_mps * gap_s
    if gap_s > rules.max_gap_s:
        return "no_signal"
    if a["mock"] or b["mock"]:
        return "mock_location"
    if too_fast or a["doubtful"] or b["doubtful"]:
        return "impossible_speed"
    if a["still"] and b["still"]:
        return "still"
    return "coarse_accuracy" if a["coarse"] or b["coarse"] else ""


def gap_pieces(a: Fix, b: Fix, rules: JudgementRules) -> list[Piece]:
    """Pieces (from, to, judgement, cause) of the gap between two fixes."""
    if doubt := doubt_in(a, b, rules):
        return [(a["at"], b["at"], "unknown", doubt)]
    if a["inside"] == b["inside"]:
        return [(a["at"], b["at"], "inside" if a["inside"] else "outside", "")]
    if a["ground"] is b["ground"]:
        return crossing_pieces(a, b)
    moved = b["ground"].from_us if b["ground"] else a["ground"].to_us
    moved = min(max(moved, a["at"]), b["at"])
    first, second = ("inside", "outside") if a["inside"] else ("outside", "inside")
    return [(a["at"], moved, first, ""), (moved, b["at"], second, "")]


def crossing_pieces(a: Fix, b: Fix) -> list[Piece]:
    clip = a["ground"].rectangle.clip((a["lon"], a["lat"]), (b["lon"], b["lat"]))
    if clip is None:
        return [(a["at"], b["at"], "outside", "")]
    begin, end = (a["at"] + round(each * (b["at"] - a["at"])) for each in clip)
    return [
        (a["at"], begin, "outside", ""),
        (begin, end, "inside", ""),
        (end, b["at"], "outside", ""),
    ]


def timeline(day: DayInput, fixes: list[Fix], rules: JudgementRules) -> list[Piece]:
    start, end = day.domain[0][0], day.domain[-1][1]
    if not fixes:
        return [(start, end, "unknown", "no_data")]
    pieces = [(start, fixes[0]["at"], "unknown", "no_data")]
    for a, b in pairwise(fixes):
        pieces += gap_pieces(a, b, rules)
    cause = "no_data" if day.now_us is None else "no_fix_yet"
    return [*pieces, (fixes[-1]["at"], end, "unknown", cause)]


def stays_of(day: DayInput, pieces: list[Piece]) -> list[list[Any]]:
    layers = (day.domain, day.orders, day.outages)
    edges = {edge for spans in layers for span in spans for edge in span}
    stays = []
    for start, end, judgement, cause in pieces:
        cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
        for low, high in pairwise(cuts):
            if not in_spans(low, day.domain):
                continue
            now, why = judgement, cause
            if in_spans(low, day.outages) and cause in {"no_signal", "no_data", "no_fix_yet"}:
                why = "outage"
            if in_spans(low, day.orders) and judgement != "inside":
                now = "on_order"
            if stays and stays[-1][1] == low and stays[-1][2:] == [now, why]:
                stays[-1][1] = high
            else:
                stays.append([low, high, now, why])
    return stays


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
    possible = max(len(found), rules.per_day if hidden else 0)
    outcome = decide(count >= rules.per_day, possible >= rules.per_day)
    obliged = free_in(result.stays, day, (0, 1 << 62)) + ahead >= least
    result.patrols = (count, possible, outcome if obliged or outcome == "met" else None)
    asked = []
    for index, window in enumerate(windows):
        found = patrols(result.stays, fixes, day, rules, window)
        result.windows[index] = any(certain for certain, _ in found)
        to_come = sum(max(0, min(b, window[1]) - max(a, window[0])) for a, b in day.outstanding)
        if free_in(result.stays, day, window) + to_come >= least:
            asked.append(decide(result.windows[index], bool(found) or to_come > 0))
    if day.planned and pack.checkpoints and obliged:
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
