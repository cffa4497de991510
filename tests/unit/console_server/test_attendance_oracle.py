"""The engine against a second, deliberately simple implementation, over thousands of days."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from attendance_days import (
    ALWAYS,
    DAY,
    EAST,
    GRID,
    NORTH,
    OTHER,
    PACK,
    RECTANGLE,
    SOUTH,
    WEST,
    Row,
    at,
    checkpoint,
    fixes,
    grid_at,
    ground,
    oracle_ground,
    with_patrol,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_attendance import judge
from oracle_stays import Ground, Rectangle

from console_server.attendance.day import FIX_DTYPE, Checkpoint, DayInput, DayRule
from console_server.attendance.gaps import Cause
from console_server.attendance.other_rules import Rule
from console_server.attendance.spans import Spans, union
from console_server.attendance.twice_daily import windows_on
from console_server.attendance.verdict import DayVerdict, judge_days
from console_server.packs.pack import RulePack

ROUNDING_US = 4  # a crossing is rounded to the microsecond from two different roundings
PACKS = (
    PACK,
    replace(
        with_patrol(min_cells=2, min_duration_s=300),
        judgement=replace(PACK.judgement, max_still_s=3000),
    ),
    with_patrol(min_checkpoints=None, min_cells=None, per_day=2, brief_exit_s=600),
)
MOVED = Rectangle(WEST - 0.002, SOUTH, EAST - 0.002, NORTH)
LONS = [
    WEST - 0.001,
    WEST,
    WEST + 1e-6,
    WEST + 0.0005,
    WEST + 0.0025,
    EAST - 0.0004,
    EAST,
    EAST + 2e-5,
    EAST + 0.02,
]
LATS = [SOUTH - 0.0002, SOUTH, SOUTH + 0.0003, SOUTH + 0.002, NORTH - 1e-6, NORTH, NORTH + 0.003]
ACCURACIES = [3.0, 8.0, 20.0, 35.0, 90.0, float("nan")]


EXEMPTIONS: tuple[tuple[DayRule, ...], ...] = (
    ("patrol",),
    ("patrol", "share"),
    ("twice_daily", "checkpoints"),
    ("patrol", "share", "twice_daily", "checkpoints"),
)
Drawn = tuple[tuple[DayInput, list[Ground]], int]


@st.composite
def days(draw: st.DrawFn) -> Drawn:
    seed = draw(st.integers(0, 2**32))
    count = draw(st.sampled_from([0, 1, 2, 3, 20, 80, 200]))
    style = draw(st.sampled_from(["hugging", "walking", "resting", "wild"]))
    moves = draw(st.booleans())
    running = draw(st.booleans())
    rng = random.Random(seed)  # noqa: S311 - seeded on purpose
    return build(rng, count, style, moves=moves, running=running), seed


def build(
    rng: random.Random, count: int, style: str, *, moves: bool, running: bool
) -> tuple[DayInput, list[Ground]]:
    border_moves_at = at("10:17")
    spans_of = [(-(1 << 60), border_moves_at), (border_moves_at, 1 << 60)] if moves else [ALWAYS]
    shapes = list(zip((RECTANGLE, MOVED), spans_of, strict=False))
    rows = random_fixes(rng, count, style, border_moves_at if moves else None)
    planned = random_spans(rng, "06:00", rng.choice([0, 1, 2, 2, 2]), 5 * 3600)
    given_day = DayInput(
        worker_id=1,
        day=DAY,
        fixes=fixes(*rows),
        grounds=tuple(ground(shape, span_us) for shape, span_us in shapes),
        planned=planned,
        standby=random_spans(rng, "06:00", rng.choice([0, 0, 0, 1]), 3600),
        leaves=random_spans(rng, "07:00", rng.choice([0, 0, 1]), 7200),
        duty=random_spans(rng, "06:30", rng.choice([0, 1, 3]), 5 * 3600),
        orders=random_spans(rng, "08:00", rng.choice([0, 0, 1, 2]), 4000),
        checkpoints=tuple(
            each for number in range(rng.choice([0, 2, 3])) for each in versions(rng, number)
        ),
        now_us=at(rng.choice(["08:00", "11:13", "15:30", "23:00"])) if running else None,
        outages=random_spans(rng, "07:30", rng.choice([0, 0, 1, 2]), 7200),
        excused=random_spans(rng, "07:30", rng.choice([0, 0, 0, 1]), 7200),
        exempt=rng.choice([(), (), (), *EXEMPTIONS]),
    )
    return given_day, [oracle_ground(shape, span_us) for shape, span_us in shapes]


def versions(rng: random.Random, number: int) -> list[Checkpoint]:
    """A checkpoint all day, or moved within it, or new, or gone; some of them scanned."""
    here = checkpoint(number, rng.choice(LONS), rng.choice(LATS))
    there = replace(here, lon=rng.choice(LONS), lat=rng.choice(LATS))
    cut = at("07:30") + rng.randrange(0, 10 * 3600) * 1_000_000
    before, after = replace(here, to_us=cut), replace(there, from_us=cut)
    parts = rng.choice([[here], [here], [before, after], [before], [after]])
    scans = [
        at("07:30") + rng.randrange(0, 10 * 3600) * 1_000_000 for _ in range(rng.choice([0, 0, 2]))
    ]
    return [
        replace(each, scanned_us=tuple(sorted(s for s in scans if each.from_us <= s < each.to_us)))
        for each in parts
    ]


def random_spans(rng: random.Random, first: str, count: int, longest_s: int) -> Spans:
    spans, begin = [], at(first)
    for _ in range(count):
        begin += rng.randrange(0, 3 * 3600) * 1_000_000
        end = begin + rng.randrange(1, longest_s) * 1_000_000
        spans.append((begin, end))
        begin = end
    return union(spans)


def random_fixes(rng: random.Random, count: int, style: str, moved_at: int | None) -> list[Row]:
    when, lon, lat, rows = at("07:30"), WEST + 0.002, SOUTH + 0.002, []
    for _ in range(count):
        when += rng.choice([0, 1, 5, 10, 30, 30, 60, 120, 299, 300, 301, 1500]) * 1_000_000
        when += rng.choice([0, 0, 0, 137, 499_999])
        if style == "hugging":
            lon, lat = rng.choice(LONS[:4]), rng.choice(LATS)
        elif style == "wild":
            lon, lat = rng.choice(LONS), rng.choice(LATS)
        elif style == "walking":
            lon += rng.uniform(-0.0008, 0.0008)
            lat += rng.uniform(-0.0006, 0.0006)
        elif rng.random() < 0.03:
            lon = rng.choice(LONS)
        shape = MOVED if moved_at is not None and when >= moved_at else RECTANGLE
        grid = grid_at(lon, lat, shape)
        if rng.random() < 0.01 and lon not in LONS and lat not in LATS:
            grid = rng.choice([0, GRID, OTHER])
        accuracy = rng.choice(ACCURACIES if style == "wild" else [3.0, 8.0, 8.0, 12.0, 25.0])
        rows.append((when, lon, lat, accuracy, grid, rng.choice([1, 1, 1, 2]), rng.random() < 0.02))
    return list({(row[0], row[5]): row for row in rows}.values())  # the store's key


def told(verdict: DayVerdict) -> dict[str, Any]:
    patrols, twice = verdict.patrols, verdict.twice_daily
    return {
        "share": verdict.share.outcome,
        "patrols": (patrols.count, patrols.possible, patrols.outcome),
        "windows": list(twice.windows),
        "twice": twice.outcome,
        "checkpoints": next(
            (
                (each.count, each.possible, each.required, each.outcome)
                for each in verdict.others
                if each.rule is Rule.CHECKPOINTS
            ),
            None,
        ),
        "kinds": [
            (each.judgement.name.lower(), Cause(each.cause).name.lower() if each.cause else "")
            for each in verdict.stays
        ],
    }


@pytest.mark.parametrize("pack", PACKS, ids=["xingdian", "narrow", "twice"])
@settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=days())
def test_engine_equals_the_simple_oracle(pack: RulePack, drawn: Drawn) -> None:
    (given_day, oracle_grounds), _ = drawn
    verdict = judge_days(pack, [given_day])[0]
    expected = judge(
        pack, given_day, oracle_grounds, windows_on(DAY, pack.twice_daily.windows, pack.zone)
    )
    assert told(verdict) == {
        "share": expected.share_outcome,
        "patrols": expected.patrols,
        "windows": expected.windows,
        "twice": expected.twice_outcome,
        "checkpoints": expected.checkpoints,
        "kinds": [(stay[2], stay[3]) for stay in expected.stays],
    }
    edges = np.array([stay.span for stay in verdict.stays]).reshape(-1, 2)
    wanted = np.array([stay[:2] for stay in expected.stays]).reshape(-1, 2)
    assert np.abs(edges - wanted).max(initial=0) <= ROUNDING_US
    if expected.share is None:
        assert (verdict.share.lower, verdict.share.upper) == (None, None)
    else:
        assert (verdict.share.lower, verdict.share.upper) == pytest.approx(expected.share, abs=1e-6)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=days(), others=st.lists(days(), max_size=3))
def test_order_repetition_and_batching_change_nothing(drawn: Drawn, others: list[Drawn]) -> None:
    (given_day, _), seed = drawn
    alone = judge_days(PACK, [given_day])[0]
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(given_day.fixes))
    again = rng.integers(0, max(len(order), 1), len(order) // 3)
    shuffled = np.concatenate([given_day.fixes[order], given_day.fixes[order][again]])
    disturbed = replace(given_day, fixes=shuffled.astype(FIX_DTYPE))
    crowd = [replace(other[0][0], worker_id=2 + index) for index, other in enumerate(others)]
    for batch, position in (([disturbed, *crowd], 0), ([*crowd, disturbed], len(crowd))):
        assert judge_days(PACK, batch)[position] == alone


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=days())
def test_stays_tile_the_judged_time(drawn: Drawn) -> None:
    (given_day, _), _ = drawn
    verdict = judge_days(PACK, [given_day])[0]
    assert union(stay.span for stay in verdict.stays) == union(given_day.domain)
    assert sum(stay.to_us - stay.from_us for stay in verdict.stays) == sum(
        end - start for start, end in given_day.domain
    )
