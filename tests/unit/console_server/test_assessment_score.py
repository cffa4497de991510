"""Scores: straight lines, weights, re-weighting of what is not known, the packs' own schemes."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console_server.assessment.periods import name_before, name_of, period_named
from console_server.assessment.score import Figure, Result, assess, input_hash, weights_of
from console_server.errors import Invalid
from console_server.packs.assessment_rules import (
    AssessmentScheme,
    Band,
    Dimension,
    Indicator,
    scheme_faults,
)
from console_server.packs.pack import load_pack, shipped_packs

SCHEME = AssessmentScheme(
    code="monthly",
    name="月度",
    subject="worker",
    period="month",
    form="colours",
    dimensions=(
        Dimension(
            "work",
            "工作制度",
            60,
            (
                Indicator("share", "在格", "attendance.in_grid", 2, 0.5, 1.0),
                Indicator("night", "巡夜", "attendance.night_watch", 1, 0.5, 1.0),
            ),
        ),
        Dimension("public", "群众评价", 40, (Indicator("rating", "评价", "manual", 1, 0, 100),)),
    ),
    bands=(Band("red", "优秀", 85), Band("blue", "合格", 60), Band("yellow", "不合格", 0)),
)
SHARE, NIGHT, RATING = Figure(18, 20), Figure(0, 0), Figure(90.0, 1.0)


def result(**figures: Figure) -> Result:
    return assess(SCHEME, figures)


def points(found: Result) -> dict[str, float | None]:
    return {each.code: each.points for part in found.dimensions for each in part.indicators}


def test_a_figure_makes_points_on_a_straight_line_that_ends_at_both_ends() -> None:
    assert points(result(share=SHARE))["share"] == pytest.approx(80.0)
    assert points(result(share=Figure(1, 20)))["share"] == 0.0
    assert points(result(share=Figure(20, 20)))["share"] == 100.0


def test_weights_make_the_score_and_a_band_names_it() -> None:
    found = result(share=SHARE, night=Figure(1, 1), rating=RATING)
    assert found.score == pytest.approx(0.4 * 80 + 0.2 * 100 + 0.4 * 90)
    assert (found.band, found.known) == ("red", pytest.approx(1.0))


@pytest.mark.parametrize(
    ("achieved", "counted", "least"),
    [(19, 20, 90), (37, 40, 85), (7, 8, 75), (17, 20, 70), (4, 5, 60)],
)
def test_who_reaches_a_grade_exactly_has_it(achieved: int, counted: int, least: int) -> None:
    scheme = replace(SCHEME, bands=(Band("at", "正好", least), Band("below", "以下", 0)))
    worked = {"share": Figure(achieved, counted), "night": Figure(achieved, counted)}
    for figures in (worked, worked | {"rating": Figure(float(least), 1.0)}):
        found = assess(scheme, figures)
        assert (found.score, found.band) == (least, "at")


def test_what_was_not_asked_gives_its_weight_to_the_others() -> None:
    found = result(share=SHARE, night=NIGHT, rating=RATING)
    assert found.score == pytest.approx((0.4 * 80 + 0.4 * 90) / 0.8)
    assert found.known == pytest.approx(1.0)
    assert [each.state for each in found.dimensions[0].indicators] == ["known", "not_asked"]


def test_what_is_undecided_is_left_out_and_said_so() -> None:
    found = result(share=Figure(18, 20, undecided=3), night=Figure(0, 0, undecided=4))
    assert points(found)["share"] == pytest.approx(80.0)
    assert found.dimensions[0].indicators[1].state == "undecided"
    assert found.dimensions[1].indicators[0].state == "missing"
    assert found.known == pytest.approx(0.4)


def test_too_little_known_has_a_score_and_no_band() -> None:
    found = result(night=Figure(1, 1), share=Figure(0, 0, undecided=9))
    assert (found.score, found.band) == (pytest.approx(100.0), None)


def test_nothing_known_has_no_score() -> None:
    found = result()
    assert (found.score, found.band, found.known) == (None, None, 0.0)


FIGURES = st.builds(
    lambda good, bad, undecided: Figure(good, good + bad, undecided),
    st.integers(0, 31), st.integers(0, 31), st.integers(0, 31),
)  # fmt: skip


@given(st.fixed_dictionaries({"share": FIGURES, "night": FIGURES}), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_undecided_days_never_move_a_score(figures: dict[str, Figure], more: int) -> None:
    doubted = {
        code: replace(each, undecided=each.undecided + more) for code, each in figures.items()
    }
    assert result(**doubted).score == result(**figures).score


@given(
    st.fixed_dictionaries(
        {"share": FIGURES, "night": FIGURES},
        optional={"rating": st.floats(0, 100).map(lambda value: Figure(value, 1.0))},
    )
)
@settings(max_examples=300, deadline=None)
def test_scores_lie_between_0_and_100_and_shares_add_up(figures: dict[str, Figure]) -> None:
    found = result(**figures)
    shares = [each.share for part in found.dimensions for each in part.indicators]
    if found.score is None:
        assert sum(shares) == 0
    else:
        assert -1e-9 <= found.score <= 100 + 1e-9
        assert sum(shares) == pytest.approx(1.0)


@given(st.fixed_dictionaries({"share": FIGURES, "night": FIGURES}))
@settings(max_examples=200, deadline=None)
def test_one_more_day_that_was_met_never_lowers_a_score_that_knows_the_same(
    figures: dict[str, Figure],
) -> None:
    share = figures["share"]
    if not share.denominator:
        return
    better = Figure(share.numerator + 1, share.denominator + 1, share.undecided)
    before, after = result(**figures).score, result(**{**figures, "share": better}).score
    assert before is not None
    assert after is not None
    assert after >= before - 1e-9


def test_the_hash_changes_with_the_figures_and_the_rules() -> None:
    def hashed(version: str, share: Figure) -> str:
        return input_hash("xingdian", version, "monthly", "2026-11", {"share": share})

    assert hashed("1", SHARE) == hashed("1", Figure(18, 20))
    assert len({hashed("1", SHARE), hashed("2", SHARE), hashed("1", Figure(17, 20))}) == 3


@pytest.mark.parametrize("code", shipped_packs())
def test_every_shipped_scheme_holds_together(code: str) -> None:
    pack = load_pack(code)
    assert pack.assessments
    assert list(scheme_faults(pack.assessments)) == []
    for scheme in pack.assessments:
        assert sum(weights_of(scheme).values()) == pytest.approx(1.0)


def test_red_is_the_best_colour_in_xingdian() -> None:
    scheme = load_pack("xingdian").assessments[0]
    assert [(each.tone, each.name) for each in scheme.bands] == [
        ("red", "优秀"),
        ("blue", "合格"),
        ("yellow", "不合格"),
    ]


def test_faults_of_a_scheme_are_told() -> None:
    bad = replace(
        SCHEME,
        subject="group",
        bands=(Band("low", "低", 10), Band("high", "高", 50)),
        dimensions=(
            replace(SCHEME.dimensions[0], weight=0),
            Dimension("x", "x", 1, (Indicator("share", "x", "manual", zero=1, full=1),)),
        ),
    )
    told = "\n".join(why for _, why in scheme_faults((bad,)))
    for part in ("stands more than once", "weight above 0", "two ends", "no figure of a group",
                 "from the best down", "must begin at 0"):  # fmt: skip
        assert part in told


def test_periods_have_names() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert name_of("month", date(2026, 11, 21)) == "2026-11"
    assert name_before("month", date(2026, 1, 5)) == "2025-12"
    assert name_of("half_year", date(2026, 7, 1)) == "2026-H2"
    assert name_before("half_year", date(2026, 7, 1)) == "2026-H1"
    half = period_named("2026-H1", "half_year", zone)
    assert (half.first, half.last) == (date(2026, 1, 1), date(2026, 6, 30))
    for wrong in ("2026-13", "2026-H1", "yes"):
        with pytest.raises(Invalid):
            period_named(wrong, "month", zone)
