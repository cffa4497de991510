"""A day's stays once more, as simply as can be: which fix counts, and what each gap proves.

Shares nothing with the engine but the input's shape. Own grids are rectangles here, so that the
geometry can be done by hand. What is made of the stays is in `oracle_attendance.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from console_server.attendance.day import DayInput
from console_server.packs.rules import JudgementRules

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
